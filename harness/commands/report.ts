/** `pipewrench report`: renders a stored run, or a stored trace. */
import { nearest, UserError, unknownName } from '../errors.ts';
import { scenariosNamed } from '../named.ts';
import { storedSource } from '../reporter.ts';
import type { RunResult, ScenarioResult } from '../result.ts';
import { loadRun } from '../store.ts';
import { wantedReports, writeReports } from './reports.ts';
import { withTopic } from './select.ts';
import { findReporter, findTraceReporter, type Tools } from './tools.ts';
import { isTraceFolder, loadTrace } from './trace/store.ts';

export interface ReportCommand {
  reporter?: readonly string[];
  out?: string;
  /** Clauses; all when left out. */
  claim?: readonly string[];
}

/**
 * @param names Parts of titles or paths of the scenarios that the report is about; all when empty.
 * Throws a UserError when the run is not there, of another format, or cut short, or a file cannot be
 * written, or a scenario is not in it.
 */
export function reportCommand(
  folder: string,
  names: readonly string[],
  options: ReportCommand,
  tools: Pick<Tools, 'reporters' | 'traceReporters'>,
): void {
  const words = wordsOf(options);
  const { claim = [] } = options;
  if (isTraceFolder(folder)) {
    const wanted = wantedReports(words, (name) => findTraceReporter(name, tools));
    if (names.length > 0 || claim.length > 0) throw hasNoScenarios(folder);
    writeReports(wanted, loadTrace(folder));
  } else {
    const wanted = wantedReports(words, (name) => findReporter(name, tools));
    writeReports(wanted, storedSource(folder, chosen(loadRun(folder), names, claim)));
  }
}

function hasNoScenarios(folder: string): UserError {
  return new UserError(`${folder} is a trace: it has no scenarios to choose from`, {
    expected: 'the folder of a run where scenarios are named',
    next: 'leave out what follows the folder',
  });
}

/** `--out FILE` is where the only report goes. */
function wordsOf({ reporter = ['html'], out }: ReportCommand): readonly string[] {
  const [only = '', ...others] = reporter;
  if (out === undefined) return reporter;
  if (others.length === 0 && !only.includes('=')) return [`${only}=${out}`];
  throw new UserError(`--out ${out} does not say which report it is for`, {
    expected: 'one --reporter NAME with --out FILE, or NAME=FILE for each',
    next: `--reporter ${only.includes('=') ? only : `${only}=${out}`}`,
  });
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
