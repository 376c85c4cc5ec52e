/** Holds one expectation against a timeline. Pure; what leans on missing evidence is `unknown`. */
import type { Outcome, Recorder } from '../event.ts';
import type { Judgement } from '../result.ts';
import type { Timeline } from '../timeline.ts';
import { callsOf, haveCalls } from './calls.ts';
import { type Expectation, explainExpectation } from './expectation.ts';
import {
  callRecorder,
  connectionsOpened,
  errorSequences,
  eventsOf,
  keyOf,
  requests,
  sendingRecorders,
  sendings,
  timesExecuted,
  timesSent,
} from './facts.ts';
import { type Finding, toJudgement } from './finding.ts';
import { describeOutcome } from './outcome.ts';
import type { RuleName } from './rule-names.ts';
import { judgeRules, recordersOf } from './rules.ts';
import { describeSegment, haveSegments, segmentsOf } from './segments.ts';
import { formatSequences } from './sequence.ts';
import { findServerErrors, findServerLogs } from './server.ts';
import { findConnectionsIn } from './states.ts';

export function judge(expectation: Expectation, timeline: Timeline): Judgement {
  return toJudgement({
    rule: expectation.kind,
    title: explainExpectation(expectation),
    leansOn: leansOn(expectation, timeline),
    timeline: withUnpublished(expectation, timeline),
    finding: find(expectation, timeline),
  });
}

/** A program need not publish its log. */
function withUnpublished({ kind }: Expectation, timeline: Timeline): Timeline {
  const { program, gaps } = timeline;
  if (kind !== 'logged' || !program || program.publishes.includes('log')) return timeline;
  const reason = 'it does not say in its hello that it publishes `log`';
  return { ...timeline, gaps: [...gaps, { recorder: 'client', reason }] };
}

function leansOn(expectation: Expectation, timeline: Timeline): readonly Recorder[] {
  switch (expectation.kind) {
    case 'errors':
      return ['wire', callRecorder(timeline)];
    case 'connections-opened':
    case 'packets':
      return ['wire'];
    case 'executed':
      return ['upstream'];
    case 'calls':
      // Connections are numbered as they appear, on the wire first.
      return ['wire', callRecorder(timeline)];
    case 'attempts': {
      const found = requests(timeline).find(({ request }) => request === expectation.request);
      return sendingRecorders(found ? [found.operation] : []);
    }
    case 'pool':
    case 'logged':
      return ['client'];
    case 'server-errors':
      return ['wire', 'syscalls'];
    case 'server-logs':
      return [];
    case 'breaks-rule':
      return recordersOf(expectation.rule, timeline);
    case 'kernel-states':
    case 'connections-in':
      return ['sockets'];
    case 'every-request-answered':
    case 'request-answered':
    case 'request-fails':
    case 'some-request-fails':
      return [];
  }
}

function find(expectation: Expectation, timeline: Timeline): Finding {
  switch (expectation.kind) {
    case 'errors':
      return findErrors(expectation.sequences, timeline);
    case 'every-request-answered':
      return findEveryAnswered(timeline);
    case 'request-answered': {
      const { request, answer } = expectation;
      return findOutcome(
        timeline,
        request,
        answer === undefined ? 'answered' : `answered ${JSON.stringify(answer)}`,
        (outcome) =>
          outcome.status === 'answered' && (answer === undefined || outcome.answer === answer),
      );
    }
    case 'request-fails': {
      const { request, with: codes } = expectation;
      return findOutcome(
        timeline,
        request,
        `failed with ${codes.join(' or ')}`,
        (outcome) => outcome.status === 'failed' && codes.includes(outcome.error),
      );
    }
    case 'some-request-fails':
      return findSomeFailure(expectation.with, timeline);
    case 'connections-opened':
      return findConnectionsOpened(expectation.count, timeline);
    case 'attempts':
      return findAttempts(expectation, timeline);
    case 'executed':
      return findExecuted(expectation, timeline);
    case 'packets':
      return findPackets(expectation, timeline);
    case 'calls':
      return findCalls(expectation, timeline);
    case 'pool':
      return findCounters(expectation.counters, timeline);
    case 'logged':
      return findLogged(expectation, timeline);
    case 'kernel-states':
      return findKernelStates(expectation, timeline);
    case 'connections-in':
      return findConnectionsIn(expectation, timeline);
    case 'server-errors':
      return findServerErrors(expectation, timeline);
    case 'server-logs':
      return findServerLogs(expectation, timeline);
    case 'breaks-rule':
      return findBrokenRule(expectation.rule, timeline);
  }
}

function findConnectionsOpened(count: number, timeline: Timeline): Finding {
  const opened = connectionsOpened(timeline);
  return {
    holds: opened.length === count,
    expected: `${count}`,
    actual: `${opened.length}`,
    where: opened.join(', '),
    next: 'look at the SYN segments of the capture',
  };
}

type Of<K extends Expectation['kind']> = Extract<Expectation, { kind: K }>;

function findAttempts({ request, count }: Of<'attempts'>, timeline: Timeline): Finding {
  const found = requests(timeline).find((facts) => facts.request === request);
  const key = found && keyOf(found.operation);
  const sent = key ? timesSent(sendings(timeline), key) : 0;
  return {
    holds: key !== undefined && sent === count,
    expected: `sent ${count} times`,
    actual: key ? `sent ${sent} times` : 'there is no such request',
    where: `request ${request}${key ? ` (${key})` : ''}`,
    next: 'look for the request in the wire lane of the ladder',
  };
}

function findExecuted({ request, count }: Of<'executed'>, timeline: Timeline): Finding {
  const found = requests(timeline).find((facts) => facts.request === request);
  const key = found && keyOf(found.operation);
  const times = key ? timesExecuted(timeline, key) : 0;
  return {
    holds: key !== undefined && times === count,
    expected: `executed ${count} times`,
    actual: key ? `executed ${times} times` : 'there is no such request',
    where: `request ${request}${key ? ` (${key})` : ''}`,
    next: 'look for "executed" in the upstream lane of the ladder',
  };
}

function findPackets({ connection, segments }: Of<'packets'>, timeline: Timeline): Finding {
  const seen = segmentsOf(timeline, connection);
  return {
    holds: haveSegments(seen, segments),
    expected: segments.join(', '),
    actual: seen.length === 0 ? 'no segment was captured' : seen.map(describeSegment).join(', '),
    where: `connection ${connection}`,
    next: 'look at the wire lane of the ladder, or open the pcap in Wireshark',
  };
}

function findCalls({ connection, calls: wanted }: Of<'calls'>, timeline: Timeline): Finding {
  const made = callsOf(timeline, connection);
  return {
    holds: haveCalls(made, wanted),
    expected: wanted.join(', '),
    actual: made.length === 0 ? 'no call was recorded' : made.map(({ text }) => text).join(', '),
    where: `connection ${connection}`,
    next: 'look at the client lane of the ladder',
  };
}

function findLogged({ pattern, times }: Of<'logged'>, timeline: Timeline): Finding {
  const lines = eventsOf(timeline, 'client').flatMap((e) => (e.type === 'log' ? [e.text] : []));
  const matching = lines.filter((line) => new RegExp(pattern).test(line));
  return {
    holds: matching.length === times,
    expected: `${times} lines like /${pattern}/`,
    actual: `${matching.length}`,
    where: lines.length === 0 ? 'the client logged nothing' : lines.join(' | '),
    next: "read the client's log in the ladder",
  };
}

function findKernelStates(
  { side, connection, states }: Of<'kernel-states'>,
  timeline: Timeline,
): Finding {
  const tuple = timeline.connections[connection - 1];
  const seen = eventsOf(timeline, 'sockets')
    .filter((event) => event.tuple === tuple && event.side === side)
    .map(({ state }) => state);
  return {
    holds: isSubsequence(states, seen),
    expected: states.join(', '),
    actual: seen.length === 0 ? 'no state was recorded' : seen.join(', '),
    where: `connection ${connection}, ${side}`,
    next: 'look at the kernel lanes of the ladder',
  };
}

function findBrokenRule(name: RuleName, timeline: Timeline): Finding {
  const rule = judgeRules(timeline, true).find((judgement) => judgement.rule === name);
  return {
    holds: rule?.verdict === 'fail',
    expected: 'broken',
    actual: rule ? `${rule.verdict === 'fail' ? 'broken' : 'kept'}: ${rule.actual}` : 'not judged',
    where: rule?.where ?? '',
    next: 'look at the checkouts in the client lane of the ladder',
  };
}

function findErrors(expected: readonly string[][], timeline: Timeline): Finding {
  const wanted = expected
    .map((tokens, index) => ({ connection: index + 1, tokens: [...tokens] }))
    .filter(({ tokens }) => tokens.length > 0);
  const [want, got] = [formatSequences(wanted), formatSequences(errorSequences(timeline))];
  return {
    holds: want === got,
    expected: want,
    actual: got,
    next: 'compare the client and wire lanes of the ladder',
  };
}

function findEveryAnswered(timeline: Timeline): Finding {
  const all = requests(timeline);
  const others = all.filter(({ outcome }) => outcome?.status !== 'answered');
  return {
    holds: all.length > 0 && others.length === 0,
    expected: `${all.length} of ${all.length} answered`,
    actual: `${all.length - others.length} of ${all.length} answered`,
    where: others
      .map(({ request, outcome }) => `request ${request} ${describeOutcome(outcome)}`)
      .join(', '),
    next: 'follow the request in the client lane of the ladder',
  };
}

function findSomeFailure(codes: readonly string[], timeline: Timeline): Finding {
  const failed = requests(timeline).filter(({ outcome }) => outcome?.status === 'failed');
  const fitting = failed.filter(
    ({ outcome }) => outcome?.status === 'failed' && codes.includes(outcome.error),
  );
  return {
    holds: fitting.length > 0,
    expected: `at least one failed with ${codes.join(' or ')}`,
    actual: `${fitting.length} did`,
    where: failed
      .map(({ request, outcome }) => `request ${request} ${describeOutcome(outcome)}`)
      .join(', '),
    next: 'follow the requests in the client lane of the ladder',
  };
}

function findOutcome(
  timeline: Timeline,
  number: number,
  expected: string,
  holds: (outcome: Outcome) => boolean,
): Finding {
  const found = requests(timeline).find(({ request }) => request === number);
  return {
    holds: found?.outcome !== undefined && holds(found.outcome),
    expected,
    actual: found ? describeOutcome(found.outcome) : 'there is no such request',
    where: `request ${number}`,
    next: 'follow the request in the client lane of the ladder',
  };
}

function findCounters(expected: Record<string, number | string>, timeline: Timeline): Finding {
  const last = eventsOf(timeline, 'client').findLast((event) => event.type === 'stats');
  const stats = last?.type === 'stats' ? last.stats : {};
  const names = Object.keys(expected);
  const show = (values: Record<string, number | string>) =>
    names.map((name) => `${name} ${values[name] ?? 'not counted'}`).join(', ');
  return {
    holds: names.every((name) => stats[name] === expected[name]),
    expected: show(expected),
    actual: show(stats),
    next: 'count the checkout, stale, retry and destroy events in the client lane',
  };
}

function isSubsequence<T>(wanted: readonly T[], seen: readonly T[]): boolean {
  let next = 0;
  for (const item of seen) if (item === wanted[next]) next++;
  return next === wanted.length;
}
