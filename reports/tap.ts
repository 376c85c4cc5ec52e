/** Test Anything Protocol, version 14: https://testanything.org/tap-version-14-specification.html */
import { stringify } from 'yaml';
import type {
  ExecutionResult,
  Judgement,
  ReceiptResult,
  RunResult,
  ScenarioResult,
  Verdict,
} from '../harness/result.ts';
import type { ReportSource } from './source.ts';
import { printable } from './text/printable.ts';
import {
  countsText,
  countVerdicts,
  errorSequenceText,
  foundText,
  isForetold,
  mainExecution,
  promisedText,
  runTrouble,
} from './words.ts';

interface Point {
  verdict: Verdict;
  description: string;
  /** Why a point that is `not ok` does no harm, or why nothing was tried. */
  directive?: { word: 'TODO' | 'SKIP'; reason: string };
  /** Empty values are left out; a point that passes has none at all. */
  diagnostics: Readonly<Record<string, string>>;
  subtest?: readonly Point[];
}

/** `\` and `#` have a meaning in descriptions; line ends and controls are printable already. */
function description(text: string): string {
  const escaped = printable(text).replace(/[\\#]/g, '\\$&').trim();
  return escaped === '' ? '(no title)' : escaped;
}

function diagnosticLines(point: Point): string[] {
  const filled = Object.entries(point.diagnostics).filter(([, value]) => value !== '');
  if (filled.length === 0) return [];
  const values = Object.fromEntries(filled.map(([key, value]) => [key, printable(value)]));
  const yaml = stringify(values, { lineWidth: 0 }).trimEnd().split('\n');
  return ['  ---', ...yaml.map((line) => `  ${line}`), '  ...'];
}

function pointLines(point: Point, ordinal: number): string[] {
  const { subtest } = point;
  const name = description(point.description);
  const status = point.verdict === 'pass' ? 'ok' : 'not ok';
  const directive =
    point.directive === undefined
      ? ''
      : ` # ${point.directive.word} ${description(point.directive.reason)}`;
  const nested =
    subtest === undefined
      ? []
      : [`# Subtest: ${name}`, ...blockLines(subtest).map((line) => `    ${line}`)];
  return [...nested, `${status} ${ordinal} - ${name}${directive}`, ...diagnosticLines(point)];
}

function blockLines(points: readonly Point[]): string[] {
  return [
    points.length === 0 ? '1..0 # SKIP nothing was judged' : `1..${points.length}`,
    ...points.flatMap((point, index) => pointLines(point, index + 1)),
  ];
}

function judgementPoint(judgement: Judgement): Point {
  const { verdict, rule, title, expected, actual, where, next } = judgement;
  const isPass = verdict === 'pass';
  return {
    verdict,
    description: `${rule}: ${title}`,
    diagnostics: isPass ? {} : { verdict, rule, expected, actual, where, next },
  };
}

function receiptPoint(receipt: ReceiptResult): Point {
  const { verdict, step, connection, tuple } = receipt;
  const diagnostics = {
    verdict,
    expected: promisedText(receipt),
    actual: foundText(receipt),
    where: connection === null ? 'no connection' : `connection ${connection}, ${tuple}`,
  };
  return {
    verdict,
    description: `receipt: ${step}`,
    diagnostics: verdict === 'pass' ? {} : diagnostics,
  };
}

function executionPoint(execution: ExecutionResult): Point {
  const { name, client, purpose, verdict, receipts, judgements } = execution;
  const points = [...receipts.map(receiptPoint), ...judgements.map(judgementPoint)];
  const foretold = (point: Point): Point =>
    point.verdict === 'pass'
      ? point
      : { ...point, directive: { word: 'TODO', reason: 'foretold for this client' } };
  return {
    verdict,
    description: `${name}, ${client}: ${purpose}`,
    diagnostics: verdict === 'pass' ? {} : { verdict },
    subtest: isForetold(execution) ? points.map(foretold) : points,
  };
}

function scenarioPoint(scenario: ScenarioResult): Point {
  const { verdict, title, reason, path, client, claims, repeat } = scenario;
  const errors = errorSequenceText(mainExecution(scenario)?.errorSequences ?? []);
  const diagnostics = {
    verdict,
    reason,
    errors,
    client,
    claims: claims.join(' '),
    path,
    repeat,
  };
  return {
    verdict,
    description: title,
    diagnostics: verdict === 'pass' ? {} : diagnostics,
    subtest: scenario.executions.map(executionPoint),
  };
}

function skippedPoint({ title, reason }: RunResult['skipped'][number]): Point {
  // As the protocol has it, what is skipped is `ok`.
  return {
    verdict: 'pass',
    description: title,
    directive: { word: 'SKIP', reason },
    diagnostics: {},
  };
}

/**
 * A scenario is a test point; its executions, and what was judged in each, are subtests in it. A run
 * that is not whole bails out, so that nobody takes it for a pass: a plan of nothing would be one.
 */
export function tap({ run }: ReportSource): string {
  const points = [...run.scenarios.map(scenarioPoint), ...run.skipped.map(skippedPoint)];
  const planned = Math.max(run.planned, run.scenarios.length) + run.skipped.length;
  const trouble = runTrouble(run);
  const lines = [
    'TAP version 14',
    ...(planned === 0 ? [] : [`1..${planned}`]),
    ...points.flatMap((point, index) => pointLines(point, index + 1)),
    `# ${countsText(countVerdicts(run.scenarios))}`,
    ...(trouble === undefined ? [] : [`Bail out! ${trouble}`]),
  ];
  return `${lines.join('\n')}\n`;
}
