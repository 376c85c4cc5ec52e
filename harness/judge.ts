/** From the evidence of a scenario's executions to its result. Pure: what `check` calls too. */
import type { UpstreamEvent } from './event.ts';
import type { Evidence } from './evidence.ts';
import { conductOf } from './expect/conduct.ts';
import { type Expectation, errors, everyRequest } from './expect/expectation.ts';
import { errorSequences, eventsOf, terminations } from './expect/facts.ts';
import { faultResponse } from './expect/fault-response.ts';
import { judge } from './expect/judge.ts';
import { checkReceipts } from './expect/receipts.ts';
import { judgeRules } from './expect/rules.ts';
import { type ExecutionResult, type Judgement, type Verdict, worst } from './result.ts';
import { type Scenario, settingsText } from './scenario.ts';
import type { Timeline } from './timeline.ts';

/** What the scenario asks of this execution. */
export function expectationsOf(scenario: Scenario, name: ExecutionResult['name']): Expectation[] {
  switch (name) {
    case 'main':
      return scenario.expect;
    case 'control':
      return [everyRequest('answered'), errors()];
    case 'counter':
      return scenario.counter.expect;
  }
}

export function purposeOf(scenario: Scenario, name: ExecutionResult['name']): string {
  switch (name) {
    case 'main':
      return 'the scenario as it is written';
    case 'control':
      return 'the same workload without the faults: everything must be answered';
    case 'counter':
      return `${counterText(scenario.counter)}, which must break the expectations as foretold`;
  }
}

function counterText(counter: Scenario['counter']): string {
  switch (counter.kind) {
    case 'client':
      return `against ${counter.client}`;
    case 'settings':
      return `with other settings of the client (${settingsText(counter.settings)})`;
    case 'script':
      return 'against another upstream script';
  }
}

type Judged = Omit<ExecutionResult, 'pcap' | 'timeline'>;

export function judgeExecution(scenario: Scenario, evidence: Evidence, timeline: Timeline): Judged {
  const name = evidence.execution;
  const rules = judgeRules(timeline, evidence.isPool);
  const expected = expectationsOf(scenario, name).map((expectation) =>
    judge(expectation, timeline),
  );
  const judgements =
    name === 'counter'
      ? [...expected, ...isFinished(timeline), isCaught(scenario, timeline, rules)]
      : [
          ...expected,
          ...unreachedFaults(timeline, name),
          ...rules.filter(({ rule }) => !isForetold(rule, scenario)),
        ];
  const receipts = checkReceipts(timeline);
  return {
    name,
    client: evidence.client,
    purpose: purposeOf(scenario, name),
    verdict: executionVerdict(judgements, receipts),
    judgements,
    receipts,
    terminations: terminations(timeline),
    errorSequences: errorSequences(timeline),
    faultResponse: isNamed(evidence, timeline, receipts) ? faultResponse(timeline, rules) : null,
    conduct: conductOf(timeline, receipts),
    elapsedMs: evidence.elapsedMs,
    waitedMs: evidence.waitedMs,
  };
}

/** What a client made of a fault can be named only where it met the fault and nothing was missed. */
function isNamed(
  { isPool }: Evidence,
  { gaps }: Timeline,
  receipts: ExecutionResult['receipts'],
): boolean {
  return isPool && gaps.length === 0 && receipts.every(({ verdict }) => verdict === 'pass');
}

/** A rule that the scenario expects to be broken is judged as an expectation. */
function isForetold(rule: string, scenario: Scenario): boolean {
  return scenario.expect.some((e) => e.kind === 'breaks-rule' && e.rule === rule);
}

/**
 * A fault that the capture does not show leaves nothing to judge: whatever the client did, it did
 * without the fault.
 */
function executionVerdict(
  judgements: readonly Judgement[],
  receipts: ExecutionResult['receipts'],
): Verdict {
  if (receipts.some(({ verdict }) => verdict !== 'pass')) return 'unknown';
  return worst(judgements.map(({ verdict }) => verdict));
}

/** A fault that the client never met, because it did not open the connection, shows nothing. */
function unreachedFaults(timeline: Timeline, name: ExecutionResult['name']): Judgement[] {
  const unreached = eventsOf(timeline, 'upstream').flatMap((event) =>
    event.type === 'unreached' ? [unreachedText(event)] : [],
  );
  if (name !== 'main' || unreached.length === 0) return [];
  return [
    {
      rule: 'faults-are-reached',
      title: 'every fault of the script is met',
      verdict: 'unknown',
      expected: 'the client opens every connection that the script breaks',
      actual: `never met: ${unreached.join(', ')}`,
      where: '',
      next: 'let the workload open that connection, or take the fault out of the script',
    },
  ];
}

/** Why the workload came to no end, where it did not: what was expected after that means nothing. */
function isFinished(timeline: Timeline): Judgement[] {
  return eventsOf(timeline, 'workload').flatMap((event) =>
    event.type === 'stuck'
      ? [
          {
            rule: 'workload-finishes',
            title: 'the workload comes to its end',
            verdict: 'fail',
            expected: 'every step of the workload is done',
            actual: event.text,
            where: '',
            next: 'wait only for what the script of this execution brings about',
          },
        ]
      : [],
  );
}

/** The counter execution proves the scenario only when it breaks what the scenario expects. */
function isCaught(scenario: Scenario, timeline: Timeline, rules: readonly Judgement[]): Judgement {
  const unforetold = rules.filter(({ rule }) => !isForetold(rule, scenario));
  const broken = [
    // Counters are the scenario's own client's: another one lacks them without doing anything wrong.
    ...scenario.expect
      .filter(({ kind }) => kind !== 'pool')
      .map((expectation) => judge(expectation, timeline)),
    ...unforetold,
  ]
    .filter(({ verdict }) => verdict === 'fail')
    .map(({ title }) => title);
  const isBroken = broken.length > 0;
  return {
    rule: 'counter-is-caught',
    title: 'the scenario can fail',
    verdict: isBroken ? 'pass' : 'fail',
    expected: 'at least one expectation or rule of the scenario is broken',
    actual: isBroken ? `broken: ${broken.join('; ')}` : 'none is',
    where: '',
    next: isBroken
      ? ''
      : 'a scenario that nothing can fail proves nothing: expect more, or delete it',
  };
}

/** The verdict on the client, and why in one sentence. */
export function concludeScenario(executions: readonly ExecutionResult[]): {
  verdict: Verdict;
  reason: string;
} {
  const find = (name: ExecutionResult['name']) => executions.find((e) => e.name === name);
  const [main, control, counter] = [find('main'), find('control'), find('counter')];
  if (!main || !control || !counter) {
    return { verdict: 'unknown', reason: 'The run ended before every execution was done.' };
  }
  if (control.verdict === 'fail') return { verdict: 'fail', reason: broke(control) };
  const unproved = executions.flatMap(({ name, receipts }) =>
    receipts.filter(({ verdict }) => verdict !== 'pass').map((receipt) => ({ name, ...receipt })),
  )[0];
  if (unproved) {
    const { name, step, connection, note } = unproved;
    const reason = `The fault "${step}" of connection ${connection} (${name}) is not proved: ${note}.`;
    return { verdict: 'unknown', reason };
  }
  if (counter.verdict !== 'pass') {
    const judgement = firstOther(counter.judgements);
    const reason = `The scenario itself is in doubt: its counter execution did not go as foretold (${judgement}).`;
    // A client that breaks the scenario is at fault even when the counter execution is in doubt.
    return {
      verdict: worst([main.verdict, 'unknown']),
      reason: main.verdict === 'fail' ? broke(main) : reason,
    };
  }
  const verdict = worst([main.verdict, control.verdict]);
  const culprit = main.verdict === verdict ? main : control;
  if (verdict === 'pass') {
    return { verdict, reason: 'Every expectation and rule held, with and without the faults.' };
  }
  return { verdict, reason: broke(culprit) };
}

function broke(execution: ExecutionResult): string {
  const which = execution.name === 'main' ? '' : ' without the faults';
  return `Not as expected${which}: ${firstOther(execution.judgements)}.`;
}

function firstOther(judgements: readonly Judgement[]): string {
  const order: readonly Verdict[] = ['fail', 'unknown'];
  for (const verdict of order) {
    const found = judgements.find((judgement) => judgement.verdict === verdict);
    if (found) return `${found.title}; expected ${found.expected}, got ${found.actual}`;
  }
  return 'no expectation was broken';
}

type Unreached = Extract<UpstreamEvent, { type: 'unreached' }>;

function unreachedText({ text, ordinal, upstream }: Unreached): string {
  const where = [
    ...(ordinal === undefined ? [] : [`connection ${ordinal}`]),
    ...(upstream === undefined ? [] : [upstream]),
  ];
  return where.length === 0 ? `"${text}"` : `"${text}" of ${where.join(', ')}`;
}
