import fc from 'fast-check';
import t from 'tap';
import { breaks, errors, everyRequest, outcome } from '../../harness/expect/expectation.ts';
import {
  concludeScenario,
  expectationsOf,
  judgeExecution,
  purposeOf,
} from '../../harness/judge.ts';
import {
  type ExecutionResult,
  executionNames,
  type Judgement,
  type ReceiptResult,
  type Verdict,
  worst,
} from '../../harness/result.ts';
import { evidenceOf, executionOf, someScenario } from '../support/evidence.ts';
import {
  acknowledged,
  answered,
  asked,
  checkout,
  failed,
  firedStep,
  io,
  packet,
  recordedOnly,
  type Said,
  sent,
  served,
  stuck,
  syn,
  timeline,
  tupleOf,
} from '../support/timeline.ts';

const good: Said[] = [
  syn(1),
  asked(1, 'a.example'),
  sent(1, 'a.example A'),
  served(1, 'a.example A'),
  answered(1),
];
const bad: Said[] = [
  syn(1),
  asked(1, 'a.example'),
  sent(1, 'a.example A'),
  io(1, 'send', 'EPIPE'),
  failed(1),
];
const fault = firedStep(1, 'close', { segment: 'FIN', relativeSeq: 5, length: 0 });
const ack = acknowledged(1, 5, 3);
const fin = packet(1, 'upstream', ['FIN', 'ACK'], { seq: 5, frame: 4 });

function judged(
  events: Said[],
  execution: ExecutionResult['name'] = 'main',
  scenario = someScenario(),
) {
  const evidence = evidenceOf(recordedOnly(events), { execution });
  return judgeExecution(scenario, evidence, timeline(events));
}

t.test('the main execution is held to the scenario and to the rules', async (t) => {
  const { verdict, judgements, faultResponse } = judged([...good, fault, ack, fin]);
  t.equal(verdict, 'pass');
  t.equal(faultResponse, 'transparent');
  const rules = judgements.map(({ rule }) => rule);
  t.ok(rules.includes('every-request-answered'));
  t.ok(rules.includes('nothing-leaks'));
  t.equal(judged([...bad, fault, ack, fin]).verdict, 'fail');
});

t.test('a client that is no pool has no name for what it did', async (t) => {
  const evidence = evidenceOf(recordedOnly(good), { isPool: false });
  const { faultResponse, judgements } = judgeExecution(someScenario(), evidence, timeline(good));
  t.equal(faultResponse, null);
  t.notOk(judgements.some(({ rule }) => rule === 'dead-connections-stay-out'));
  t.ok(judgements.some(({ rule }) => rule === 'answers-belong'));
});

t.test('without its receipt an execution is unknown, also when expectations fail', async (t) => {
  t.equal(judged([...good, fault]).verdict, 'unknown');
  const failing = judged([...bad, fault]);
  t.ok(failing.judgements.some(({ verdict }) => verdict === 'fail'));
  t.equal(failing.verdict, 'unknown');
});

t.test('the control is held to answers and to no errors', async (t) => {
  t.strictSame(expectationsOf(someScenario(), 'control'), [everyRequest('answered'), errors()]);
  t.equal(judged(good, 'control').verdict, 'pass');
  t.equal(judged([...good, io(1, 'recv', 'EOF')], 'control').verdict, 'fail');
});

t.test('a counter that breaks the scenario as foretold has proved it', async (t) => {
  const { verdict, judgements } = judged([...bad, fault, ack, fin], 'counter');
  t.equal(verdict, 'pass');
  t.match(judgements.at(-1), { rule: 'counter-is-caught', verdict: 'pass', actual: /^broken: / });
});

t.test('a counter that came to no end has proved nothing', async (t) => {
  const { verdict, judgements } = judged([...bad, stuck(), fault, ack, fin], 'counter');
  t.equal(verdict, 'fail');
  t.ok(judgements.some((each) => each.rule === 'workload-finishes' && each.verdict === 'fail'));
});

t.test('a counter that does as foretold but breaks nothing has proved nothing', async (t) => {
  const scenario = someScenario({
    counter: { kind: 'client', client: 'naive-dns-pool', expect: [everyRequest('answered')] },
  });
  const { verdict, judgements } = judged([...good, fault, ack, fin], 'counter', scenario);
  t.equal(verdict, 'fail');
  t.match(judgements.at(-1), { rule: 'counter-is-caught', verdict: 'fail', actual: 'none is' });
});

t.test('a rule that is foretold to break is judged once, as an expectation', async (t) => {
  const scenario = someScenario({ expect: [breaks('dead-connections-stay-out')] });
  const poisoned: Said[] = [...good, checkout(1), io(1, 'send', 'EPIPE'), checkout(1)];
  const { verdict, judgements } = judged([...poisoned, fault, ack, fin], 'main', scenario);
  t.notOk(judgements.some(({ rule }) => rule === 'dead-connections-stay-out'));
  t.equal(verdict, 'pass');
});

t.test('each execution says what it is for', async (t) => {
  const swapped = someScenario({
    counter: { kind: 'script', upstream: {}, expect: [outcome(1).answered()] },
  });
  const purposes = [
    ...executionNames.map((name) => purposeOf(someScenario(), name)),
    purposeOf(swapped, 'counter'),
  ];
  t.equal(new Set(purposes).size, 4);
  t.match(purposes[2], /naive-dns-pool/);
});

const judgement = (verdict: Verdict): Judgement => ({
  rule: 'r',
  title: `the ${verdict} one`,
  verdict,
  expected: 'x',
  actual: 'y',
  where: '',
  next: '',
});

const receipt = (verdict: Verdict): ReceiptResult => ({
  step: 'close',
  connection: 1,
  tuple: tupleOf(1),
  promised: null,
  frame: null,
  verdict,
  note: 'it never fired',
});

const execution = (name: ExecutionResult['name'], verdict: Verdict) =>
  executionOf(name, { verdict, judgements: [judgement(verdict)] });

const verdict = fc.constantFrom<Verdict>('pass', 'fail', 'unknown');

t.test('with a counter that proved it, the worst of main and control counts', async () => {
  fc.assert(
    fc.property(verdict, verdict, (main, control) => {
      const concluded = concludeScenario([
        execution('main', main),
        execution('control', control),
        execution('counter', 'pass'),
      ]);
      return concluded.verdict === worst([main, control]) && concluded.reason !== '';
    }),
  );
});

t.test(
  'with a counter in doubt it is never a pass, and a client that fails still fails',
  async () => {
    fc.assert(
      fc.property(
        verdict,
        verdict,
        verdict.filter((v) => v !== 'pass'),
        (main, control, counter) => {
          const concluded = concludeScenario([
            execution('main', main),
            execution('control', control),
            execution('counter', counter),
          ]);
          const isFailed = main === 'fail' || control === 'fail';
          return concluded.verdict === (isFailed ? 'fail' : 'unknown');
        },
      ),
    );
  },
);

t.test('a fault that is not proved makes all of it unknown', async () => {
  const names = fc.constantFrom(...executionNames);
  fc.assert(
    fc.property(names, verdict, verdict, verdict, (where, main, control, counter) => {
      const verdicts = { main, control, counter };
      const executions = executionNames.map((name) => ({
        ...execution(name, verdicts[name]),
        receipts: [receipt('pass'), ...(name === where ? [receipt('unknown')] : [])],
      }));
      const concluded = concludeScenario(executions);
      // Without the faults there is nothing to prove: who fails then is at fault.
      if (control === 'fail') return concluded.verdict === 'fail';
      return (
        concluded.verdict === 'unknown' &&
        concluded.reason ===
          `The fault "close" of connection 1 (${where}) is not proved: it never fired.`
      );
    }),
  );
});

t.test('without all three executions nothing is concluded', async () => {
  const some = fc.subarray([...executionNames], { maxLength: 2 });
  fc.assert(
    fc.property(some, verdict, (names, each) => {
      const concluded = concludeScenario(names.map((name) => execution(name, each)));
      return concluded.verdict === 'unknown' && concluded.reason.includes('ended before');
    }),
  );
});

t.test('the reason names what was broken, and that it broke without the faults', async (t) => {
  const reasonOf = (main: Verdict, control: Verdict) =>
    concludeScenario([
      execution('main', main),
      execution('control', control),
      execution('counter', 'pass'),
    ]).reason;
  t.equal(reasonOf('fail', 'pass'), 'Not as expected: the fail one; expected x, got y.');
  t.equal(
    reasonOf('pass', 'fail'),
    'Not as expected without the faults: the fail one; expected x, got y.',
  );
});
