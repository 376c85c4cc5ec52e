import fc from 'fast-check';
import t from 'tap';
import { type TcpState, tcpStates } from '../../harness/event.ts';
import {
  advance,
  begin,
  call,
  cancel,
  clientState,
  closeClient,
  command,
  explainWorkloadStep,
  fetchUrl,
  fired,
  hasReached,
  open,
  pauseClient,
  request,
  resumeClient,
  said,
  settled,
  stall,
  statement,
  together,
  update,
  type WorkloadStep,
  whyNotCancelled,
  whyNotPaused,
  workloadStepSchema,
} from '../../harness/workload.ts';
import { someScenario } from '../support/evidence.ts';

const steps: WorkloadStep[] = [
  request('a.example'),
  request('a.example', 'AAAA'),
  update('z.example', '192.0.2.1'),
  request('a.example', 'A', { withinMs: 50 }),
  update('z.example', '192.0.2.1', { withinMs: 50 }),
  begin(request('a.example')),
  begin(request('a.example', 'A', { withinMs: 50 })),
  begin(update('z.example', '192.0.2.1')),
  begin(update('z.example', '192.0.2.1', { withinMs: 50 })),
  statement('SELECT 1'),
  statement('SELECT 1', { withinMs: 50 }),
  fetchUrl('GET', '/a'),
  fetchUrl('POST', '/a', { body: 'b', withinMs: 50 }),
  command('GET', 'a'),
  command('SET', 'a', '1', { withinMs: 50 }),
  begin(statement('SELECT 1')),
  together(fetchUrl('GET', '/a'), command('GET', 'a')),
  pauseClient(),
  resumeClient(),
  cancel(1),
  closeClient(),
  together(request('a.example'), request('b.example')),
  call.connect(),
  call.send('abc'),
  call.recv(3),
  call.peek(),
  call.shutdown(),
  open('gate'),
  fired('close'),
  fired('close', 2),
  clientState('CLOSE_WAIT'),
  clientState('CLOSED'),
  advance({ ms: 5 }),
  stall('probe', { ms: 5 }),
];

t.test('every step is accepted as it is, and explained in words of its own', async (t) => {
  for (const step of steps) {
    t.strictSame(workloadStepSchema.parse(JSON.parse(JSON.stringify(step))), step);
  }
  t.equal(new Set(steps.map(explainWorkloadStep)).size, steps.length);
});

t.test('a number that makes no sense is refused', async () => {
  fc.assert(
    fc.property(fc.oneof(fc.integer({ max: 0 }), fc.double({ max: 0 })), (n) =>
      [
        fired('close', n),
        advance({ ms: n }),
        call.recv(n),
        cancel(n),
        request('a', 'A', { withinMs: n }),
      ].every((step) => !workloadStepSchema.safeParse(step).success),
    ),
  );
});

t.test('many requests at once are not all told', async (t) => {
  const names = Array.from({ length: 1000 }, (_, at) => `q${at}.example`);
  const told = explainWorkloadStep(together(...names.map((name) => request(name))));
  t.match(told, /^at once: query q0\.example A, .* and 990 more$/);
  t.equal(
    explainWorkloadStep(together(...names.slice(0, 10).map((name) => request(name)))).split(', ')
      .length,
    10,
  );
});

t.test('only a request that was begun before can be cancelled', async (t) => {
  const good: WorkloadStep[][] = [
    [begin(request('a')), cancel(1)],
    [request('a'), begin(request('b')), cancel(2)],
    [together(request('a'), request('b')), begin(update('c', '192.0.2.1')), cancel(3), cancel(3)],
  ];
  for (const workload of good) t.equal(whyNotCancelled(workload), undefined);
  const wrong: WorkloadStep[][] = [
    [cancel(1), begin(request('a'))],
    [request('a'), cancel(1)],
    [begin(request('a')), cancel(2)],
  ];
  for (const workload of wrong) t.match(whyNotCancelled(workload), /is not begun before it/);
});

t.test('a client is paused and goes on, and nothing waits for it meanwhile', async (t) => {
  const [pause, resume] = [pauseClient(), resumeClient()];
  const good: WorkloadStep[][] = [
    [request('a'), pause, open('g'), fired('close'), begin(request('b')), resume, settled()],
    [pause, clientState('CLOSED'), resume, pause, resume],
  ];
  for (const workload of good) t.equal(whyNotPaused(workload), undefined);
  const wrong: [WorkloadStep[], RegExp][] = [
    [[pause], /nothing lets the client go on/],
    [[pause, pause, resume], /paused already/],
    [[resume], /not paused/],
    [[pause, resume, resume], /not paused/],
    [[pause, request('a'), resume], /"query a A" waits for a client that is paused/],
    [[pause, together(request('a')), resume], /waits for a client/],
    [[begin(request('a')), pause, settled(), resume], /waits for a client/],
    [[pause, said('retry'), resume], /waits for a client/],
    [[pause, closeClient(), resume], /waits for a client/],
  ];
  for (const [workload, says] of wrong) {
    t.match(whyNotPaused(workload), says);
    t.throws(() => someScenario({ workload }), { name: 'NotAScenario', message: says });
  }
});

/** RFC 9293 figure 5, from the side that is closed on. */
const passiveClose: TcpState[] = ['ESTABLISHED', 'CLOSE_WAIT', 'LAST_ACK', 'CLOSED'];

t.test('a passive close reaches each state once and does not leave it behind', async () => {
  fc.assert(
    fc.property(fc.constantFrom(...passiveClose), (seen) => {
      const at = passiveClose.indexOf(seen);
      return (
        hasReached(seen, 'CLOSE_WAIT') === at >= 1 && hasReached(seen, 'CLOSED') === (at === 3)
      );
    }),
  );
});

t.test('a client that closed by itself has nothing left to notice', async (t) => {
  const active: TcpState[] = ['FIN_WAIT_1', 'FIN_WAIT_2', 'CLOSING', 'TIME_WAIT'];
  for (const state of active) {
    t.ok(hasReached(state, 'CLOSE_WAIT'));
    t.ok(hasReached(state, 'CLOSED'));
  }
  for (const state of tcpStates.filter((name) => name.startsWith('SYN'))) {
    t.notOk(hasReached(state, 'CLOSE_WAIT'));
  }
});
