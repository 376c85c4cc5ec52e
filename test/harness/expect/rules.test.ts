/** Every rule: kept, broken, and not known when its recorder was blind. */
import t from 'tap';
import type { Operation, Recorder } from '../../../harness/event.ts';
import { attempts, breaks } from '../../../harness/expect/expectation.ts';
import { judge } from '../../../harness/expect/judge.ts';
import { type RuleName, ruleNames } from '../../../harness/expect/rule-names.ts';
import { judgeRules } from '../../../harness/expect/rules.ts';
import type { Timeline } from '../../../harness/timeline.ts';
import {
  answered,
  asked,
  checkout,
  closing,
  executed,
  failed,
  held,
  hung,
  io,
  received,
  recorders,
  repool,
  type Said,
  sent,
  served,
  state,
  stuck,
  syn,
  timeline,
  withGap,
} from '../../support/timeline.ts';

const write: Operation = { kind: 'update', name: 'Zone', data: '192.0.2.1' };

interface Case {
  kept: Said[][];
  broken: Said[][];
  leansOn: Recorder[];
}

const cases: Record<RuleName, Case> = {
  'every-request-settles': {
    kept: [[], [asked(1, 'a'), answered(1), asked(2, 'b'), failed(2)]],
    broken: [[asked(1, 'a'), hung(1)], [asked(1, 'a')], [asked(1, 'a'), answered(1), stuck()]],
    leansOn: [],
  },
  'answers-belong': {
    kept: [
      [asked(1, 'a'), served(1, 'a A', '192.0.2.7'), answered(1, '192.0.2.7')],
      [asked(1, 'a'), failed(1)],
    ],
    broken: [
      [asked(1, 'a'), served(1, 'b A', '192.0.2.7'), answered(1, '192.0.2.7')],
      [asked(1, 'a'), served(1, 'a A', '192.0.2.7'), answered(1, '192.0.2.8')],
      [asked(1, 'a'), answered(1)],
    ],
    leansOn: ['upstream'],
  },
  'writes-execute-once': {
    kept: [
      [asked(1, write), executed(1, 'update zone')],
      [asked(1, write), failed(1)],
      [asked(1, write), asked(2, write), executed(1, 'update zone'), executed(2, 'update zone')],
      // Read twice and executed once, as when the first connection broke in between.
      [
        asked(1, write),
        received(1, 'update zone'),
        received(2, 'update zone'),
        executed(2, 'update zone'),
      ],
      [asked(1, 'a'), executed(1, 'a A'), executed(2, 'a A')],
    ],
    broken: [
      [asked(1, write), executed(1, 'update zone'), executed(2, 'update zone')],
      // Done, though the client was never told.
      [asked(1, write), executed(1, 'update zone'), executed(1, 'update zone'), failed(1)],
    ],
    leansOn: ['upstream'],
  },
  'one-failure-per-dead-connection': {
    kept: [
      [checkout(1), io(1, 'send', 'EPIPE'), io(1, 'recv', 'EOF')],
      [checkout(1), io(1, 'send', 'EPIPE'), checkout(2), io(2, 'send', 'EPIPE')],
      [checkout(1), io(1, 'send'), repool(1), io(1, 'peek', 'EOF')],
      [checkout(1), io(1, 'send', 'EPIPE'), closing, checkout(1), io(1, 'send', 'EPIPE')],
    ],
    broken: [[checkout(1), io(1, 'send', 'EPIPE'), repool(1), checkout(1), io(1, 'send', 'EPIPE')]],
    leansOn: ['client'],
  },
  'dead-connections-stay-out': {
    kept: [
      [checkout(1), repool(1), checkout(1)],
      [checkout(1), io(1, 'send', 'EPIPE'), checkout(2)],
      [checkout(1), repool(1), io(1, 'peek', 'EOF'), checkout(2)],
    ],
    broken: [
      [checkout(1), io(1, 'recv', 'EOF'), checkout(1)],
      [checkout(1), repool(1), io(1, 'peek', 'ECONNRESET'), checkout(1)],
    ],
    leansOn: ['client'],
  },
  'retries-are-bounded': {
    kept: [
      [asked(1, 'a'), sent(1, 'a A'), sent(2, 'a A')],
      [asked(1, 'a'), asked(2, 'a'), ...[1, 2, 3, 4].map((n) => sent(n, 'a A'))],
      [asked(1, 'a'), ...[1, 2].flatMap((n) => [sent(n, 'a A'), elsewhere(sent(n, 'a A'))])],
      [asked(1, 'a'), ...[1, 2].flatMap((n) => [sent(n, 'a A'), { ...sent(n, 'a A'), flags: [] }])],
    ],
    broken: [
      [asked(1, 'a'), ...[1, 2, 3].map((n) => sent(n, 'a A'))],
      [asked(1, 'a'), sent(1, 'a A'), ...[1, 2, 3].map((n) => elsewhere(sent(n, 'a A')))],
    ],
    leansOn: ['wire'],
  },
  'nothing-leaks': {
    kept: [
      [held('before', 3, 1), held('after', 3, 1)],
      [held('before', 3, 1), held('after', 2, 0)],
      [syn(1), state(1, 'client', 'CLOSE_WAIT'), state(1, 'client', 'CLOSED')],
      [syn(1), state(1, 'client', 'TIME_WAIT'), state(1, 'upstream', 'ESTABLISHED')],
    ],
    broken: [
      [held('before', 3, 1), held('after', 4, 1)],
      [held('before', 3, 1), held('after', 3, 2)],
      [syn(1), state(1, 'client', 'ESTABLISHED'), state(1, 'client', 'CLOSE_WAIT')],
      [syn(1), state(1, 'client', 'ESTABLISHED')],
    ],
    leansOn: ['sockets', 'resources'],
  },
};

/** The same packet to another upstream. */
function elsewhere(packet: ReturnType<typeof sent>): ReturnType<typeof sent> {
  return { ...packet, tuple: packet.tuple.replace(/\d+$/, '5301') };
}

function verdictOf(rule: RuleName, seen: Timeline): string | undefined {
  return judgeRules(seen, true).find((judgement) => judgement.rule === rule)?.verdict;
}

for (const rule of ruleNames) {
  const { kept, broken, leansOn } = cases[rule];
  t.test(rule, async (t) => {
    for (const events of kept) t.equal(verdictOf(rule, timeline(events)), 'pass');
    for (const events of broken) {
      const seen = timeline(events);
      t.equal(verdictOf(rule, seen), 'fail');
      t.equal(judge(breaks(rule), seen).verdict, 'pass', 'as a scenario may foretell');
    }
    for (const recorder of recorders) {
      for (const [events, verdict] of [
        ...kept.map((events) => [events, 'pass'] as const),
        ...broken.map((events) => [events, 'fail'] as const),
      ]) {
        const wanted = leansOn.includes(recorder) ? 'unknown' : verdict;
        t.equal(verdictOf(rule, withGap(timeline(events), recorder)), wanted, recorder);
      }
    }
  });
}

t.test('that a rule is broken is not known when the rule is not', async (t) => {
  for (const rule of ruleNames) {
    for (const recorder of cases[rule].leansOn) {
      for (const events of [...cases[rule].kept, ...cases[rule].broken]) {
        const seen = withGap(timeline(events), recorder);
        t.equal(judge(breaks(rule), seen).verdict, 'unknown', `${rule} without ${recorder}`);
      }
    }
  }
});

t.test('a client that keeps no connections is held to the rules that concern it', async (t) => {
  const rulesOf = (isPool: boolean) => judgeRules(timeline([]), isPool).map(({ rule }) => rule);
  t.strictSame(rulesOf(true), [...ruleNames]);
  t.strictSame(rulesOf(false), ['every-request-settles', 'nothing-leaks']);
});

t.test('what only an upstream could tell is not judged where a real server answers', async (t) => {
  const alone = timeline([asked(1, 'a.example'), answered(1)]);
  const behind: Timeline = { ...alone, isForwarded: true };
  const rulesOf = (seen: Timeline) => judgeRules(seen, true).map(({ rule }) => rule);
  t.strictSame(
    rulesOf(alone).filter((rule) => !rulesOf(behind).includes(rule)),
    ['answers-belong', 'writes-execute-once'],
  );
  t.equal(judge(attempts(1, 1), behind).verdict, 'fail', 'the wire tells of DNS');
  const statement = timeline([asked(1, { kind: 'statement', sql: 'SELECT 1' }), answered(1)]);
  t.equal(judge(attempts(1, 1), { ...statement, isForwarded: true }).verdict, 'unknown');
});
