/** From a plan to a verdict, on real sockets. */
import { isDeepStrictEqual } from 'node:util';
import t from 'tap';
import { rawDriver } from '../../clients/raw/driver.ts';
import { upstreamDriver } from '../../fake-servers/driver.ts';
import { connections } from '../../fake-servers/script.ts';
import {
  answer,
  close,
  halfClose,
  read,
  reset,
  type Step,
  send,
  sendResponse,
  swallow,
  untilGate,
  untilIdle,
} from '../../fake-servers/step.ts';
import type { Client, ClientDriver } from '../../harness/client.ts';
import { type Collected, collect, type Plan } from '../../harness/collect.ts';
import { recordedEventSchema } from '../../harness/event.ts';
import { evidenceSchema } from '../../harness/evidence.ts';
import { errors, kernelStates, outcome } from '../../harness/expect/expectation.ts';
import { requests } from '../../harness/expect/facts.ts';
import { judge } from '../../harness/expect/judge.ts';
import { checkReceipts } from '../../harness/expect/receipts.ts';
import { judgeRules } from '../../harness/expect/rules.ts';
import { join } from '../../harness/join.ts';
import { heldResources } from '../../harness/recorders/sockets.ts';
import {
  begin,
  call,
  cancel,
  clientState,
  closeClient,
  fired,
  open,
  request,
  update,
  type WorkloadStep,
} from '../../harness/workload.ts';
import { wireOrReason } from '../support/wire.ts';

const wire = await wireOrReason();
t.teardown(() => ('stop' in wire ? wire.stop() : undefined));
const skip = 'unavailable' in wire ? wire.unavailable : false;
const unaborted = new AbortController().signal;

const planOf = (steps: Step[], workload: WorkloadStep[], changes: Partial<Plan> = {}): Plan => ({
  execution: 'main',
  protocol: 'raw',
  script: connections(steps),
  workload,
  clock: 'real',
  deadlineMs: 2000,
  settings: {},
  driver: rawDriver,
  ...changes,
});

const run = (plan: Plan, signal = unaborted): Promise<Collected> =>
  collect(plan, { upstream: upstreamDriver, wire, signal });

const blindly = (plan: Plan, signal = unaborted): Promise<Collected> =>
  collect(plan, { upstream: upstreamDriver, wire: { unavailable: 'not wanted' }, signal });

t.test(
  'what the kernel does is recorded by every recorder, joined and judged',
  { skip },
  async (t) => {
    const plan = planOf(
      [read(2), close()],
      [call.connect(), call.send('abc'), clientState('CLOSED'), call.recv(1), call.recv(1)],
    );
    const { evidence, packets } = await run(plan);
    t.strictSame(evidence.gaps, []);
    t.equal(evidence.packetCount, packets.length);
    const timeline = join(evidence, packets);
    t.strictSame(timeline.gaps, []);
    t.equal(timeline.connections.length, 1);
    const expectations = [
      errors(['RST', 'ECONNRESET', 'EOF']),
      outcome(3).fails('ECONNRESET'),
      outcome(4).fails('EOF'),
      kernelStates('client', 1, ['ESTABLISHED', 'CLOSED']),
    ];
    for (const expectation of expectations) {
      const { verdict, expected, actual } = judge(expectation, timeline);
      t.equal(verdict, 'pass', `${expected} / ${actual}`);
    }
    t.match(checkReceipts(timeline), [
      { verdict: 'pass', connection: 1, promised: { segment: 'RST', relativeSeq: 1 } },
    ]);
    for (const { verdict, title } of judgeRules(timeline, false)) t.equal(verdict, 'pass', title);
  },
);

const scripts: Record<string, { steps: Step[]; workload: WorkloadStep[] }> = {
  'a FIN after an answer': {
    steps: [answer(1), close()],
    workload: [call.connect(), call.send('abc'), call.recv(3), fired('close')],
  },
  'a RST after an answer': {
    steps: [answer(1), reset()],
    workload: [call.connect(), call.send('abc'), call.recv(3), fired('reset')],
  },
  'a part of a response, then a FIN': {
    steps: [sendResponse(2), close()],
    workload: [call.connect(), call.send('abc'), fired('close'), call.recv(9)],
  },
  'nothing of a response, then a RST': {
    steps: [swallow(), reset()],
    workload: [call.connect(), call.send('abc'), fired('reset')],
  },
  'bytes unasked, twice': {
    steps: [send('ab'), untilIdle({ ms: 1 }), send('é'), close()],
    workload: [call.connect(), fired('close')],
  },
  'a half-close, then a close': {
    steps: [halfClose(), read(1), close()],
    workload: [call.connect(), call.recv(1), call.send('x'), fired('close')],
  },
  'a half-close, then a RST': {
    steps: [halfClose(), read(1), reset()],
    workload: [call.connect(), call.recv(1), call.send('x'), fired('reset')],
  },
  'a half-close, then a close over unread bytes': {
    steps: [halfClose(), read(1), close()],
    workload: [call.connect(), call.recv(1), call.send('xyz'), fired('close')],
  },
  'a gate': {
    steps: [answer(1), untilGate('g'), reset()],
    workload: [call.connect(), call.send('a'), call.recv(1), open('g'), fired('reset')],
  },
};

for (const [name, { steps, workload }] of Object.entries(scripts)) {
  t.test(`receipts: ${name}`, { skip }, async (t) => {
    const { evidence, packets } = await run(planOf(steps, workload));
    const timeline = join(evidence, packets);
    const receipts = checkReceipts(timeline);
    const promising = steps.filter(({ kind }) => kind !== 'send-response' && kind !== 'answer');
    t.ok(receipts.length > 0 && receipts.length <= promising.length + 1);
    for (const { step, verdict, note } of receipts) t.equal(verdict, 'pass', `${step}: ${note}`);
  });
}

t.test('everything recorded is what the schemas say, and goes through JSON', async (t) => {
  const plan = planOf(
    [answer(1), untilIdle({ ms: 50 }), close()],
    [call.connect(), call.send('ab'), call.recv(2), clientState('CLOSE_WAIT'), call.peek()],
  );
  const { evidence } = await blindly(plan);
  for (const event of evidence.events) {
    t.strictSame(recordedEventSchema.parse(event), event, `${event.source} ${event.type}`);
  }
  const stored: unknown = JSON.parse(JSON.stringify(evidence));
  t.ok(isDeepStrictEqual(evidenceSchema.parse(stored), evidence));
  const sources = new Set(evidence.events.map(({ source }) => source));
  t.strictSame([...sources].sort(), ['client', 'resources', 'sockets', 'upstream', 'workload']);
  t.ok(evidence.waitedMs > 0, 'the wait of the script is told apart');
  t.ok(evidence.waitedMs <= evidence.elapsedMs);
});

t.test('without a capture the wire has a gap that says why', async (t) => {
  const { evidence, packets } = await blindly(planOf([answer(1)], [call.connect()]));
  t.strictSame(evidence.gaps, [{ recorder: 'wire', reason: 'not wanted' }]);
  t.equal(evidence.packetCount, null);
  t.strictSame(packets, []);
  t.equal(judge(errors(), join(evidence, packets)).verdict, 'unknown');
});

const words = ({ evidence }: Collected) =>
  evidence.events.flatMap((event) =>
    event.source === 'workload' && event.type === 'stuck' ? [event.text] : [],
  );

t.test('a wait for what never comes ends at its deadline, and the rest is left out', async (t) => {
  const deadlineMs = 5;
  const waits: [Step[], WorkloadStep, RegExp][] = [
    [[answer(1)], fired('close'), /did not happen within 5 ms/],
    [[answer(1)], open('nobody'), /did not happen within 5 ms/],
    [[answer(1)], clientState('CLOSED'), /the upstream broke no connection/],
    [[halfClose()], clientState('CLOSED'), /the broken connections are in CLOSE_WAIT/],
  ];
  for (const [steps, wait, says] of waits) {
    const collected = await blindly(
      planOf(steps, [call.connect(), wait, call.peek()], { deadlineMs }),
    );
    t.match(words(collected), [says]);
    t.equal(requests(join(collected.evidence, [])).length, 1, 'the request after it is not made');
  }
});

t.test('a call that nothing answers has hung', async (t) => {
  const { evidence } = await blindly(
    planOf([read(1)], [call.connect(), call.recv(1)], { deadlineMs: 5 }),
  );
  t.match(requests(join(evidence, []))[1]?.outcome, { status: 'hung', afterMs: 5 });
});

function driverOf(changes: Partial<Client>, isPool = false): ClientDriver {
  return {
    name: 'made up',
    description: 'for this test',
    protocols: ['raw'],
    isPool,
    open: () => ({
      request: async () => 'done',
      stats: () => ({}),
      close: async () => undefined,
      ...changes,
    }),
  };
}

t.test('whatever a client throws is its outcome, and never ends the run', async (t) => {
  const failures: [Client['request'], object][] = [
    [async () => 'done', { status: 'answered', answer: 'done' }],
    [() => Promise.reject(new Error('no')), { status: 'failed', error: 'Error', message: 'no' }],
    [
      () => Promise.reject(Object.assign(new Error('x'), { code: 'EPIPE' })),
      { status: 'failed', error: 'EPIPE' },
    ],
    [() => Promise.reject('a string'), { status: 'failed', error: 'UNKNOWN', message: 'a string' }],
    [
      () => {
        throw new RangeError('at once');
      },
      { status: 'failed', error: 'RangeError' },
    ],
  ];
  for (const [request, wanted] of failures) {
    const driver = driverOf({ request });
    const { evidence } = await blindly(planOf([answer(1)], [call.connect()], { driver }));
    t.match(requests(join(evidence, []))[0]?.outcome, wanted);
  }
});

t.test('a client that cannot close is stuck, and the rest is unwound', async (t) => {
  const before = heldResources();
  const closes: [Client['close'], RegExp][] = [
    [() => Promise.reject(new Error('no')), /close\(\).*no/],
    [() => new Promise(() => undefined), /close\(\) did not resolve within 5 ms/],
  ];
  for (const [closing, says] of closes) {
    const driver = driverOf({ close: closing });
    const collected = await blindly(
      planOf([answer(1)], [call.connect()], { driver, deadlineMs: 5 }),
    );
    t.match(words(collected), [says]);
  }
  t.strictSame(heldResources(), before);
});

t.test('the client is closed where the workload says so, and again at the end', async (t) => {
  const calls: string[] = [];
  const driver = driverOf({
    request: async ({ kind }) => {
      calls.push(kind);
      return 'done';
    },
    close: async () => {
      calls.push('close');
    },
  });
  const workload = [call.connect(), closeClient(), closeClient(), call.peek()];
  const collected = await blindly(planOf([answer(1)], workload, { driver }));
  t.strictSame(calls.slice(0, 5), ['connect', 'close', 'close', 'peek', 'close']);
  t.strictSame(words(collected), []);
  const steps = collected.evidence.events.flatMap((e) => (e.type === 'step' ? [e.text] : []));
  t.strictSame(steps, ['close the client', 'close the client']);
  const closings = collected.evidence.events.filter(({ type }) => type === 'closing');
  t.equal(closings.length, 1, 'only what comes after the end is not judged');
});

t.test('a client that cannot be closed in the middle is stuck there', async (t) => {
  const closes: [Client['close'], RegExp][] = [
    [() => Promise.reject(new Error('no')), /gave up to close the client: close\(\) threw: no/],
    [() => new Promise(() => undefined), /did not resolve within 5 ms/],
  ];
  for (const [closing, says] of closes) {
    let closed = 0;
    const close = () => {
      closed += 1;
      return closed === 1 ? closing() : Promise.resolve();
    };
    const driver = driverOf({ close });
    const plan = planOf([answer(1)], [closeClient(), call.peek()], { driver, deadlineMs: 5 });
    const collected = await blindly(plan);
    t.match(words(collected), [says]);
    t.equal(requests(join(collected.evidence, [])).length, 0, 'the rest is left out');
  }
});

t.test('a request that is cancelled is aborted, and ends as the client says', async (t) => {
  const driver = driverOf({
    request: (operation, options) =>
      new Promise((resolve, reject) => {
        if (operation.kind !== 'query' || operation.name !== 'slow') resolve('done');
        const give = () => reject(Object.assign(new Error('given up'), { code: 'ABORTED' }));
        options?.signal.addEventListener('abort', give, { once: true });
      }),
  });
  const workload = [request('fast'), begin(request('slow')), begin(request('slow')), cancel(2)];
  const { evidence } = await blindly(planOf([answer(1)], workload, { driver, deadlineMs: 20 }));
  t.match(
    requests(join(evidence, [])).map(({ outcome }) => outcome),
    [{ status: 'answered' }, { status: 'failed', error: 'ABORTED' }, { status: 'hung' }],
  );
});

t.test('the limit of a request is handed to the client', async (t) => {
  const seen: unknown[] = [];
  const driver = driverOf({
    request: async (operation) => {
      seen.push(operation);
      return 'done';
    },
  });
  const workload = [
    request('a', 'A', { withinMs: 50 }),
    begin(update('b', '192.0.2.1', { withinMs: 5 })),
  ];
  await blindly(planOf([answer(1)], workload, { driver }));
  t.strictSame(seen, [
    { kind: 'query', name: 'a', type: 'A', withinMs: 50 },
    { kind: 'update', name: 'b', data: '192.0.2.1', withinMs: 5 },
  ]);
});

t.test('a client that cannot be opened ends the execution, with nothing left open', async (t) => {
  const before = heldResources();
  const driver: ClientDriver = {
    ...driverOf({}),
    open: () => {
      throw new Error('not today');
    },
  };
  const { evidence } = await blindly(planOf([answer(1)], [call.connect()], { driver }));
  t.match(
    evidence.events.filter(({ type }) => type === 'crashed'),
    [{ source: 'workload', text: 'not today' }],
  );
  t.strictSame(heldResources(), before);
});

t.test('a pool that publishes nothing has a gap, since the rules lean on it', async (t) => {
  const driver = driverOf({}, true);
  const { evidence } = await blindly(planOf([answer(1)], [call.connect()], { driver }));
  t.ok(evidence.gaps.some(({ recorder }) => recorder === 'client'));
});

t.test('interrupted, the workload stops where it is', async (t) => {
  const abort = new AbortController();
  const driver = driverOf({
    request: async () => {
      abort.abort();
      return 'done';
    },
  });
  const plan = planOf([answer(1)], [call.connect(), call.peek()], { driver });
  const collected = await blindly(plan, abort.signal);
  t.strictSame(words(collected), []);
  t.equal(requests(join(collected.evidence, [])).length, 1);
});

t.test('the clock of the client is the one of the plan', async (t) => {
  const rung: number[] = [];
  const driver: ClientDriver = {
    ...driverOf({}),
    open: (target, options) => {
      const { clock } = options;
      clock.after(300_000, () => rung.push(clock.nowMs()));
      return driverOf({}).open(target, options);
    },
  };
  const workload: WorkloadStep[] = [call.connect(), { kind: 'advance', ms: 300_000 }];
  await blindly(planOf([answer(1)], workload, { driver, clock: 'virtual' }));
  t.strictSame(rung, [300_000]);
  const collected = await blindly(planOf([answer(1)], workload, { driver: driverOf({}) }));
  t.match(words(collected), [/the scenario's clock is real/]);
});
