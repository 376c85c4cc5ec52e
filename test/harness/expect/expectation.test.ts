/** Every kind of expectation: kept, broken, and not known when its recorder was blind. */
import t from 'tap';
import type { Recorder } from '../../../harness/event.ts';
import {
  attempts,
  breaks,
  calls,
  connectionsIn,
  connectionsOpened,
  type Expectation,
  errors,
  everyRequest,
  executed,
  expectationSchema,
  explainExpectation,
  kernelStates,
  logged,
  outcome,
  packets,
  pool,
  serverErrors,
  serverLogs,
  someRequestFails,
} from '../../../harness/expect/expectation.ts';
import { judge } from '../../../harness/expect/judge.ts';
import {
  answered,
  asked,
  checkout,
  closing,
  failed,
  hung,
  io,
  log,
  packet,
  executed as ran,
  recorders,
  rst,
  type Said,
  sent,
  state,
  stats,
  syn,
  sys,
  timeline,
  withGap,
} from '../../support/timeline.ts';

interface Case {
  expectation: Expectation;
  kept: Said[];
  broken: Said[][];
  leansOn: Recorder[];
}

const twice = [syn(1), sent(1, 'a A'), syn(2), sent(2, 'a A')];

/** One call of a server. */
const served = (call: string, outcome: number | string): Said => ({
  ...sys(1, call, outcome),
  side: 'upstream',
});
const serverLog = (text: string): Said => ({ source: 'upstream', type: 'log', text });

const cases: Record<string, Case> = {
  'connections in a state': {
    expectation: connectionsIn('client', 'CLOSE_WAIT', 1),
    kept: [state(1, 'client', 'CLOSE_WAIT'), state(2, 'upstream', 'CLOSE_WAIT')],
    broken: [[], [state(1, 'client', 'CLOSE_WAIT'), state(1, 'client', 'CLOSED')]],
    leansOn: ['sockets'],
  },
  'the errors of a server': {
    expectation: serverErrors(['EOF', 'EPIPE']),
    kept: [served('read', 'EOF'), served('write', 'EPIPE'), sys(1, 'read', 'EOF')],
    broken: [[served('write', 'EPIPE')], [sys(1, 'read', 'EOF'), sys(1, 'write', 'EPIPE')]],
    leansOn: ['wire', 'syscalls'],
  },
  'the log of a server': {
    expectation: serverLogs(/broken pipe/, { times: 1 }),
    kept: [serverLog('write: broken pipe'), serverLog('other')],
    broken: [[log('write: broken pipe')], [serverLog('broken pipe'), serverLog('broken pipe')]],
    leansOn: [],
  },
  'the error sequence of each connection': {
    expectation: errors(['RST', 'EPIPE'], [], ['EOF']),
    kept: [syn(1), syn(2), syn(3), rst(1), io(1, 'send', 'EPIPE'), io(3, 'recv', 'EOF')],
    broken: [
      [syn(1), syn(2), syn(3), rst(1), io(3, 'recv', 'EOF')],
      [syn(1), syn(2), syn(3), io(1, 'send', 'EPIPE'), rst(1), io(3, 'recv', 'EOF')],
      [
        ...[syn(1), syn(2), syn(3), rst(1), io(1, 'send', 'EPIPE'), io(3, 'recv', 'EOF')],
        io(2, 'recv', 'EOF'),
      ],
    ],
    leansOn: ['wire', 'client'],
  },
  'no errors': {
    expectation: errors(),
    kept: [syn(1), io(1, 'send'), closing, rst(1), io(1, 'recv', 'EOF')],
    broken: [[syn(1), rst(1)], [io(1, 'recv', 'EOF')]],
    leansOn: ['wire', 'client'],
  },
  'every request answered': {
    expectation: everyRequest('answered'),
    kept: [asked(1, 'a'), answered(1), asked(2, 'b'), answered(2)],
    broken: [
      [asked(1, 'a')],
      [asked(1, 'a'), answered(1), asked(2, 'b'), failed(2)],
      [asked(1, 'a'), hung(1)],
    ],
    leansOn: [],
  },
  'one request answered': {
    expectation: outcome(2).answered(),
    kept: [asked(1, 'a'), failed(1), asked(2, 'b'), answered(2)],
    broken: [[asked(1, 'a'), answered(1)], [asked(2, 'b'), failed(2)], [asked(2, 'b')]],
    leansOn: [],
  },
  'one request fails': {
    expectation: outcome(1).fails('EPIPE', 'EOF'),
    kept: [asked(1, 'a'), failed(1, 'EOF')],
    broken: [[asked(1, 'a'), failed(1, 'TIMEOUT')], [asked(1, 'a'), answered(1)], []],
    leansOn: [],
  },
  'some request fails': {
    expectation: someRequestFails('EPIPE', 'EOF'),
    kept: [asked(1, 'a'), answered(1), asked(2, 'b'), failed(2, 'EOF')],
    broken: [[], [asked(1, 'a'), failed(1, 'TIMEOUT')], [asked(1, 'a'), answered(1)]],
    leansOn: [],
  },
  'connections opened': {
    expectation: connectionsOpened(2),
    kept: twice,
    broken: [[syn(1)], [...twice, syn(3)], []],
    leansOn: ['wire'],
  },
  attempts: {
    expectation: attempts(1, 2),
    kept: [asked(1, 'a'), ...twice],
    broken: [
      [asked(1, 'a'), sent(1, 'a A')],
      [asked(1, 'a'), ...twice, sent(2, 'a A')],
      [asked(1, 'b'), ...twice],
      twice,
    ],
    leansOn: ['wire'],
  },
  executions: {
    expectation: executed(1, 2),
    kept: [asked(1, 'a'), ran(1, 'a A'), ran(2, 'a A'), ran(2, 'b A')],
    broken: [
      [asked(1, 'a'), ran(1, 'a A')],
      [asked(1, 'a'), ran(1, 'a A'), ran(2, 'a A'), ran(2, 'a A')],
      [ran(1, 'a A'), ran(2, 'a A')],
    ],
    leansOn: ['upstream'],
  },
  'segments of a connection': {
    expectation: packets(1, ['client S', 'upstream F. seq 46', 'client P. length 30']),
    kept: [
      syn(1),
      packet(1, 'upstream', ['FIN', 'ACK'], { seq: 46 }),
      packet(1, 'client', ['ACK'], { seq: 1, ack: 47 }),
      sent(1, 'a A'),
    ],
    broken: [
      [],
      [syn(1), sent(1, 'a A'), packet(1, 'upstream', ['FIN', 'ACK'], { seq: 46 })],
      [syn(1), packet(1, 'upstream', ['FIN', 'ACK'], { seq: 47 }), sent(1, 'a A')],
      [syn(1), packet(1, 'upstream', ['FIN', 'ACK'], { seq: 46 }), closing, sent(1, 'a A')],
    ],
    leansOn: ['wire'],
  },
  'calls on a connection': {
    expectation: calls(1, 'write', 'read EOF'),
    kept: [syn(1), io(1, 'send'), io(1, 'recv', 'EAGAIN'), io(2, 'send'), io(1, 'recv', 'EOF')],
    broken: [
      [],
      [syn(1), io(1, 'send')],
      [syn(1), io(1, 'send'), io(1, 'recv'), io(1, 'recv', 'EOF')],
      [syn(1), io(1, 'recv', 'EOF'), io(1, 'send')],
      [syn(1), io(2, 'send'), io(2, 'recv', 'EOF')],
      [syn(1), io(1, 'send'), closing, io(1, 'recv', 'EOF')],
    ],
    leansOn: ['wire', 'client'],
  },
  'counters of the pool': {
    expectation: pool({ destroyed: 1, mode: 'lifo' }),
    kept: [stats({ destroyed: 0 }), stats({ destroyed: 1, mode: 'lifo', more: 3 })],
    broken: [[], [stats({ destroyed: 1 })], [stats({ destroyed: 2, mode: 'lifo' })]],
    leansOn: ['client'],
  },
  'lines of the log': {
    expectation: logged(/stale .*EOF/, { times: 1 }),
    kept: [log('stale connection: EOF'), log('something else')],
    broken: [[], [log('stale'), log('EOF')], [log('stale EOF'), log('stale EOF')]],
    leansOn: ['client'],
  },
  'kernel states': {
    expectation: kernelStates('client', 1, ['ESTABLISHED', 'CLOSED']),
    kept: [
      state(1, 'client', 'ESTABLISHED'),
      state(1, 'client', 'CLOSE_WAIT'),
      state(1, 'client', 'CLOSED'),
    ],
    broken: [
      [],
      [state(1, 'client', 'CLOSED'), state(1, 'client', 'ESTABLISHED')],
      [state(1, 'upstream', 'ESTABLISHED'), state(1, 'upstream', 'CLOSED')],
      [syn(1), state(2, 'client', 'ESTABLISHED'), state(2, 'client', 'CLOSED')],
    ],
    leansOn: ['sockets'],
  },
  'a broken rule': {
    expectation: breaks('dead-connections-stay-out'),
    kept: [checkout(1), io(1, 'send', 'EPIPE'), checkout(1)],
    broken: [[checkout(1), io(1, 'send', 'EPIPE'), checkout(2)]],
    leansOn: ['client'],
  },
};

for (const [name, { expectation, kept, broken, leansOn }] of Object.entries(cases)) {
  t.test(name, async (t) => {
    t.match(judge(expectation, timeline(kept)), {
      rule: expectation.kind,
      verdict: 'pass',
      next: '',
    });
    for (const events of broken) {
      const judgement = judge(expectation, timeline(events));
      t.equal(judgement.verdict, 'fail');
      t.not(judgement.next, '', 'a failure says what to look at');
      t.ok(judgement.expected !== judgement.actual, 'and how it differs');
    }
    for (const recorder of recorders) {
      for (const events of [kept, ...broken]) {
        const whole = timeline(events);
        const verdict = judge(expectation, withGap(whole, recorder)).verdict;
        const isLost = leansOn.includes(recorder);
        t.equal(verdict, isLost ? 'unknown' : judge(expectation, whole).verdict, recorder);
      }
    }
  });
}

t.test('where nothing was requested, not everything was answered', async (t) => {
  t.equal(judge(everyRequest('answered'), timeline([])).verdict, 'fail');
});

t.test('the words of an expectation, and its way through JSON', async (t) => {
  const titles = Object.values(cases).map(({ expectation }) => explainExpectation(expectation));
  t.equal(new Set(titles).size, titles.length);
  for (const { expectation } of Object.values(cases)) {
    const stored: unknown = JSON.parse(JSON.stringify(expectation));
    t.strictSame(expectationSchema.parse(stored), expectation);
  }
});

t.test('the kinds tried here are all there are', async (t) => {
  const tried = new Set(Object.values(cases).map(({ expectation }) => expectation.kind));
  t.strictSame(
    expectationSchema.options.map((option) => option.shape.kind.value).sort(),
    [...tried].sort(),
  );
});
