/**
 * What holds for every pool in every scenario, whatever was broken. Pure.
 *
 * A rule that does not apply to a client (a client that keeps no connections cannot lend a dead one), or
 * that nobody can judge (what a real server was asked and did), is left out, not passed.
 */
import type { Recorder, TcpState } from '../event.ts';
import type { Judgement } from '../result.ts';
import { connectionNumber, type Timeline } from '../timeline.ts';
import { eventsOf, keyOf, requests, sendingRecorders, sendings } from './facts.ts';
import { type Finding, toJudgement } from './finding.ts';
import { lendingRecorder, lendings } from './lending.ts';
import { describeOutcome } from './outcome.ts';
import type { RuleName } from './rule-names.ts';
import { isWrite } from './writes.ts';

interface Rule {
  rule: RuleName;
  title: string;
  /** What must be whole for the rule to be judged. */
  leansOn: (timeline: Timeline) => readonly Recorder[];
  /** `every` client; those that make requests with a `key`; those that keep connections, a `pool`. */
  concerns: 'every' | 'key' | 'pool';
  find: (timeline: Timeline) => Finding;
}

const rules: readonly Rule[] = [
  {
    rule: 'every-request-settles',
    title: 'every request settles before its deadline',
    leansOn: () => [],
    concerns: 'every',
    find: everyRequestSettles,
  },
  {
    rule: 'answers-belong',
    title: 'an answer belongs to its request',
    leansOn: () => ['upstream'],
    concerns: 'key',
    find: answersBelong,
  },
  {
    rule: 'writes-execute-once',
    title: 'a write is executed at most once',
    leansOn: () => ['upstream'],
    concerns: 'key',
    find: writesExecuteOnce,
  },
  {
    rule: 'one-failure-per-dead-connection',
    title: 'a dead connection fails at most one request',
    leansOn: (timeline) => [lendingRecorder(timeline)],
    concerns: 'pool',
    find: oneFailurePerDeadConnection,
  },
  {
    rule: 'dead-connections-stay-out',
    title: 'a dead connection is never lent again',
    leansOn: (timeline) => [lendingRecorder(timeline)],
    concerns: 'pool',
    find: deadConnectionsStayOut,
  },
  {
    rule: 'retries-are-bounded',
    title: 'a request is sent at most twice to an upstream',
    leansOn: (timeline) => sendingRecorders(requests(timeline).map(({ operation }) => operation)),
    concerns: 'key',
    find: retriesAreBounded,
  },
  {
    rule: 'nothing-leaks',
    title:
      'nothing is left after close: no connection, no descriptor, no timer that keeps the process alive',
    leansOn: () => ['sockets', 'resources'],
    concerns: 'every',
    find: nothingLeaks,
  },
];

/** What must be whole for the rule to be judged. */
export function recordersOf(name: RuleName, timeline: Timeline): readonly Recorder[] {
  return rules.find(({ rule }) => rule === name)?.leansOn(timeline) ?? [];
}

/** @param isPool Whether the client keeps connections for later requests. */
export function judgeRules(timeline: Timeline, isPool: boolean): Judgement[] {
  const hasKeys = requests(timeline).some(({ operation }) => keyOf(operation) !== undefined);
  const applies = { every: true, key: hasKeys || isPool, pool: isPool };
  return rules
    .filter(({ concerns }) => applies[concerns])
    .filter(({ leansOn }) => !timeline.isForwarded || !leansOn(timeline).includes('upstream'))
    .map(({ rule, title, leansOn, find }) =>
      toJudgement({
        rule,
        title,
        leansOn: leansOn(timeline),
        timeline,
        finding: find(timeline),
      }),
    );
}

function everyRequestSettles(timeline: Timeline): Finding {
  const all = requests(timeline);
  const hung = all.filter(({ outcome }) => !outcome || outcome.status === 'hung');
  const broken = eventsOf(timeline, 'workload').flatMap((event) => {
    if (event.type === 'crashed') return [`the client crashed: ${event.text}`];
    return event.type === 'stuck' ? [event.text] : [];
  });
  const settled = `${all.length - hung.length} of ${all.length} settled`;
  return {
    holds: hung.length === 0 && broken.length === 0,
    expected: `${all.length} of ${all.length} settled`,
    actual: broken.length === 0 ? settled : `${settled}; ${broken.join('; ')}`,
    where: hung
      .map(({ request, outcome }) => `request ${request} ${describeOutcome(outcome)}`)
      .join(', '),
    next: 'look at the last event before the deadline in the client lane',
  };
}

function answersBelong(timeline: Timeline): Finding {
  const given = new Map<string, Set<string>>();
  for (const event of eventsOf(timeline, 'upstream')) {
    if (event.type !== 'served') continue;
    given.set(event.key, (given.get(event.key) ?? new Set()).add(event.answer));
  }
  const foreign = requests(timeline).filter(({ operation, outcome }) => {
    if (outcome?.status !== 'answered') return false;
    return !given.get(keyOf(operation) ?? '')?.has(outcome.answer);
  });
  return {
    holds: foreign.length === 0,
    expected: 'each answer is one that the upstream gave to that request',
    actual:
      foreign.length === 0
        ? 'each is'
        : foreign
            .map(({ request, outcome }) => `request ${request} was ${describeOutcome(outcome)}`)
            .join(', '),
    where: foreign.map(({ operation }) => keyOf(operation) ?? operation.kind).join(', '),
    next: 'match id and question of every response (RFC 7766 section 7)',
  };
}

function writesExecuteOnce(timeline: Timeline): Finding {
  const executions = countOf(
    eventsOf(timeline, 'upstream').flatMap((e) => (e.type === 'executed' ? [e.key] : [])),
  );
  const writes = countOf(
    requests(timeline).flatMap(({ operation }) =>
      isWrite(operation) ? (keyOf(operation) ?? []) : [],
    ),
  );
  const repeated = [...writes].flatMap(([key, asked]) => {
    const executed = executions.get(key) ?? 0;
    return executed > asked ? [`${key} was executed ${executed} times for ${asked} requests`] : [];
  });
  return {
    holds: repeated.length === 0,
    expected: 'at most as often as it was asked for',
    actual: repeated.length === 0 ? 'none more often' : repeated.join(', '),
    next: 'do not resend what may have been executed (RFC 9110 section 9.2.2)',
  };
}

function countOf(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

function named(timeline: Timeline, tuple: string): string {
  return `connection ${connectionNumber(timeline, tuple) ?? '?'} (${tuple})`;
}

function oneFailurePerDeadConnection(timeline: Timeline): Finding {
  const worse = lendings(timeline).filter(({ failedExchanges }) => failedExchanges > 1);
  return {
    holds: worse.length === 0,
    expected: 'at most 1 failed exchange on a connection',
    actual:
      worse.length === 0
        ? 'none has more'
        : worse.map(({ failedExchanges }) => `${failedExchanges} failed exchanges`).join(', '),
    where: worse.map(({ tuple }) => named(timeline, tuple)).join(', '),
    next: 'a connection that failed must be closed, not put back (clause 000.1)',
  };
}

function deadConnectionsStayOut(timeline: Timeline): Finding {
  const lent = lendings(timeline).filter(({ lentWhenDead }) => lentWhenDead > 0);
  return {
    holds: lent.length === 0,
    expected: 'no checkout of a connection on which an error or EOF was seen',
    actual:
      lent.length === 0
        ? 'none'
        : lent.map(({ lentWhenDead }) => `lent ${lentWhenDead} times after it was dead`).join(', '),
    where: lent.map(({ tuple }) => named(timeline, tuple)).join(', '),
    next: 'drop the connection when the error is seen (clauses 000.1 and 000.4)',
  };
}

/** The first attempt and one retry, clause 000.5. */
const attemptsMax = 2;

function retriesAreBounded(timeline: Timeline): Finding {
  const askedByKey = countOf(requests(timeline).flatMap(({ operation }) => keyOf(operation) ?? []));
  const sent = sendings(timeline);
  const tooOften = [...askedByKey].flatMap(([key, asked]) =>
    // Who asks several upstreams, one after the other or all at once, has one retry at each.
    [...(sent.get(key) ?? [])]
      .filter(([, times]) => times > attemptsMax * asked)
      .map(([, times]) => `${key} was sent ${times} times for ${asked} requests`),
  );
  return {
    holds: tooOften.length === 0,
    expected: `at most ${attemptsMax} times to an upstream for each request`,
    actual: tooOften.length === 0 ? 'none more often' : tooOften.join(', '),
    next: 'retry once, on a new connection, and give up then (clauses 000.5 and 000.7)',
  };
}

function nothingLeaks(timeline: Timeline): Finding {
  const last = new Map<string, TcpState>();
  for (const { side, tuple, state } of eventsOf(timeline, 'sockets')) {
    if (side === 'client') last.set(tuple, state);
  }
  const left = timeline.connections.flatMap((tuple) => {
    const state = last.get(tuple);
    const isHeld = state === 'ESTABLISHED' || state === 'CLOSE_WAIT';
    return isHeld ? [`${named(timeline, tuple)} is still ${state}`] : [];
  });
  const held = eventsOf(timeline, 'resources');
  const before = held.find(({ moment }) => moment === 'before');
  const after = held.find(({ moment }) => moment === 'after');
  if (before && after) {
    const extraDescriptors = after.descriptors - before.descriptors;
    if (extraDescriptors > 0) left.push(`${extraDescriptors} more open descriptors than before`);
    const extraTimers = (after.timers ?? 0) - (before.timers ?? 0);
    if (extraTimers > 0) left.push(`${extraTimers} more timers than before`);
  }
  return {
    holds: left.length === 0,
    expected: 'nothing after close() that was not there before open()',
    actual: left.length === 0 ? 'nothing' : left.join(', '),
    next: 'close idle and lent connections and clear every timer in close()',
  };
}
