/** `pipewrench report`: renders a stored run, or a stored trace. */
import { basename, dirname } from 'node:path';
import { nearest, UserError, unknownName } from '../errors.ts';
import { scenariosNamed } from '../named.ts';
import { storedSource } from '../reporter.ts';
import type { RunResult, ScenarioResult } from '../result.ts';
import { loadRun, save } from '../store.ts';
import { withTopic } from './select.ts';
import {
  findReporter,
  findTraceReporter,
  renderOptions,
  requirePrintable,
  type Tools,
} from './tools.ts';
import { isTraceFolder, loadTrace } from './trace/store.ts';

export interface ReportCommand {
  reporter: string;
  out?: string;
  /** Clauses; all when left out. */
  claim?: readonly string[];
}

type Reporters = Pick<Tools, 'reporters' | 'traceReporters'>;

/**
 * @param wanted Parts of titles or paths of the scenarios that the report is about; all when empty.
 * Throws a UserError when the run is not there, of another format, or cut short, or the file cannot be
 * written, or a scenario is not in it.
 */
export function reportCommand(
  runFolder: string,
  wanted: readonly string[],
  options: ReportCommand,
  tools: Reporters,
): void {
  const report = isTraceFolder(runFolder)
    ? renderedTrace(runFolder, wanted, options, tools)
    : renderedRun(runFolder, wanted, options, tools);
  if (options.out === undefined) process.stdout.write(report);
  else save(dirname(options.out), basename(options.out), report);
}

function renderedRun(
  folder: string,
  wanted: readonly string[],
  { reporter: name, out, claim = [] }: ReportCommand,
  tools: Reporters,
): string | Uint8Array {
  const reporter = findReporter(name, tools);
  if (out === undefined) requirePrintable(name, reporter);
  const run = chosen(loadRun(folder), wanted, claim);
  return reporter.render(storedSource(folder, run), renderOptions(process.stdout));
}

function renderedTrace(
  folder: string,
  wanted: readonly string[],
  { reporter: name, claim = [] }: ReportCommand,
  tools: Reporters,
): string {
  const reporter = findTraceReporter(name, tools);
  if (wanted.length > 0 || claim.length > 0) {
    throw new UserError(`${folder} is a trace: it has no scenarios to choose from`, {
      expected: 'the folder of a run where scenarios are named',
      next: 'leave out what follows the folder',
    });
  }
  return reporter.render(loadTrace(folder), renderOptions(process.stdout));
}

/** Of a run that was interrupted, what was not run stays not run. Throws a UserError. */
function chosen(run: RunResult, wanted: readonly string[], claims: readonly string[]): RunResult {
  if (wanted.length === 0 && claims.length === 0) return run;
  const known = [...new Set(run.scenarios.flatMap(clausesOf))];
  for (const id of claims) {
    if (known.includes(id)) continue;
    throw unknownName(
      'clause',
      id,
      known.sort(),
      'the run tests no other; run the scenarios of it',
    );
  }
  const named = new Set(wanted.flatMap((name) => inRun(name, run)));
  const scenarios = run.scenarios.filter((scenario) => {
    const isNamed = wanted.length === 0 || named.has(scenario);
    const isAsked = claims.length === 0 || clausesOf(scenario).some((id) => claims.includes(id));
    return isNamed && isAsked;
  });
  if (scenarios.length === 0) {
    throw new UserError('no scenario is left to report', {
      expected: 'a scenario that is named and tests one of the clauses',
      next: 'leave out the names or --claim',
    });
  }
  const planned = run.planned - run.scenarios.length + scenarios.length;
  return { ...run, scenarios, planned, skipped: [] };
}

const clausesOf = ({ claims }: ScenarioResult) => claims.flatMap(withTopic);

/** Throws a UserError. */
function inRun(name: string, { scenarios }: RunResult): ScenarioResult[] {
  const found = scenariosNamed(name, scenarios, ({ title }) => title);
  if (found.length > 0) return found;
  const near = nearest(
    name,
    scenarios.flatMap(({ title, path }) => [title, path]),
  );
  throw new UserError(`no scenario of the run is called "${name}"`, {
    expected: `a part of a title or path of its ${scenarios.length} scenarios`,
    next: near ? `did you mean "${near}"?` : 'leave the name out for all of them',
  });
}
