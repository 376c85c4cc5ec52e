/**
 * JUnit XML, as CI systems read it. There is no one specification: this is what the schema of Ant's
 * JUnit task and the one of Jenkins both allow, see docs/decisions/0022-*.md.
 */
import type { RunResult, ScenarioResult } from '../harness/result.ts';
import { type Element, xmlDocument } from './junit/xml.ts';
import type { ReportSource } from './source.ts';
import { storyLines } from './text/story.ts';
import { elapsedMs, runTrouble } from './words.ts';

interface Case {
  element: Element;
  outcome: 'pass' | 'failure' | 'error' | 'skipped';
  elapsedMs: number;
  /** The clauses that it tests, by its path. Empty where there are none. */
  claims: readonly (readonly [path: string, claims: string])[];
}

const seconds = (ms: number) => (ms / 1000).toFixed(3);

const nameOf = (title: string) => (title.trim() === '' ? '(no title)' : title);

/** `pool/a.ts` is in `pool`; a file at the root of its set in `scenarios`. */
function suiteOf(path: string): string {
  const end = path.lastIndexOf('/');
  return end <= 0 ? 'scenarios' : path.slice(0, end);
}

/** A class as Java names it, for readers that split it at its last dot into package and class. */
const classOf = (folder: string) => folder.replaceAll('.', '_').replaceAll('/', '.');

function caseOf(
  { name, classname }: { name: string; classname: string },
  elapsed: number,
  content: readonly Element[],
): Element {
  return {
    name: 'testcase',
    attributes: { name: nameOf(name), classname, time: seconds(elapsed) },
    content,
  };
}

function scenarioCase(scenario: ScenarioResult): Case {
  const { title, folder, path, verdict, reason, claims } = scenario;
  const elapsed = elapsedMs(scenario);
  // What could not be judged is an error: readers count it apart from failures, and never as a pass.
  const outcome = verdict === 'fail' ? 'failure' : 'error';
  const result: Element = {
    name: outcome,
    attributes: { type: verdict, message: reason },
    content: storyLines(scenario),
  };
  const isPass = verdict === 'pass';
  return {
    element: caseOf({ name: title, classname: classOf(folder) }, elapsed, isPass ? [] : [result]),
    outcome: isPass ? 'pass' : outcome,
    elapsedMs: elapsed,
    claims: [[path, claims.join(' ')]],
  };
}

function skippedCase({ path, title, reason }: RunResult['skipped'][number]): Case {
  // No attribute: Jenkins' schema has none, and GitLab shows the text.
  const skipped: Element = { name: 'skipped', attributes: {}, content: [reason] };
  const classname = classOf(path.replace(/\.[cm]?[jt]s$/, ''));
  return {
    element: caseOf({ name: title, classname }, 0, [skipped]),
    outcome: 'skipped',
    elapsedMs: 0,
    claims: [],
  };
}

/** So that whoever reads only this file does not take half a run for a pass. */
function troubleCase(trouble: string): Case {
  const error: Element = {
    name: 'error',
    attributes: { type: 'unknown', message: trouble },
    content: [trouble],
  };
  return {
    element: caseOf({ name: 'the run is whole', classname: 'pipewrench' }, 0, [error]),
    outcome: 'error',
    elapsedMs: 0,
    claims: [],
  };
}

/** Local to the machine, without a zone, as Ant has it; the run's own is UTC. */
function timestampOf({ startedAt }: RunResult): string {
  const [time] = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/.exec(startedAt) ?? ['1970-01-01T00:00:00'];
  return time;
}

function suite(name: string, cases: readonly Case[], id: number, run: RunResult): Element {
  const count = (outcome: Case['outcome']) => cases.filter((one) => one.outcome === outcome).length;
  const { pipewrench, node, kernel, sandbox, capture } = run.machine;
  const facts = { pipewrench, node, kernel, sandbox, capture, command: run.command };
  // Of the suite, because neither schema has properties of a testcase.
  const claims = cases.flatMap((one) => one.claims).map(([path, ids]) => [`claims ${path}`, ids]);
  const property = ([key = '', value = '']: readonly string[]): Element => ({
    name: 'property',
    attributes: { name: key, value },
    content: [],
  });
  return {
    name: 'testsuite',
    attributes: {
      name: nameOf(name),
      package: classOf(name),
      id,
      timestamp: timestampOf(run),
      // As the schema has it where the host is not known: a report is made from what is stored.
      hostname: 'localhost',
      tests: cases.length,
      failures: count('failure'),
      errors: count('error'),
      skipped: count('skipped'),
      time: seconds(cases.reduce((sum, one) => sum + one.elapsedMs, 0)),
    },
    content: [
      {
        name: 'properties',
        attributes: {},
        content: [...Object.entries(facts), ...claims].map(property),
      },
      ...cases.map(({ element }) => element),
      { name: 'system-out', attributes: {}, content: [] },
      { name: 'system-err', attributes: {}, content: [] },
    ],
  };
}

/**
 * A suite for each folder, a case for each scenario: `failure` for fail, `error` for unknown, `skipped`
 * for what this machine cannot run. A run that is not whole has a case of its own that says so.
 */
export function junit({ run }: ReportSource): string {
  const suites = new Map<string, Case[]>();
  const add = (name: string, one: Case) => suites.set(name, [...(suites.get(name) ?? []), one]);
  for (const scenario of run.scenarios) add(suiteOf(scenario.path), scenarioCase(scenario));
  for (const skipped of run.skipped) add(suiteOf(skipped.path), skippedCase(skipped));
  const trouble = runTrouble(run);
  if (trouble !== undefined) add('pipewrench', troubleCase(trouble));
  return xmlDocument({
    name: 'testsuites',
    attributes: {},
    content: [...suites].map(([name, cases], id) => suite(name, cases, id, run)),
  });
}
