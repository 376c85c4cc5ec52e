/** A client in another process is judged by its system calls. */
import fc from 'fast-check';
import t from 'tap';
import { errors, logged } from '../../../harness/expect/expectation.ts';
import { errorSequences } from '../../../harness/expect/facts.ts';
import { judge } from '../../../harness/expect/judge.ts';
import { judgeRules } from '../../../harness/expect/rules.ts';
import type { Timeline } from '../../../harness/timeline.ts';
import {
  asked,
  checkout,
  closing,
  io,
  log,
  outside,
  repool,
  rst,
  type Said,
  sys,
  timeline,
  withGap,
} from '../../support/timeline.ts';

const sequenceOf = (events: Said[]) => errorSequences(outside(events));

t.test('an error sequence is what its calls returned, with the RST of the wire', async (t) => {
  const events = [
    sys(1, 'connect', 'EINPROGRESS'),
    sys(1, 'write', 30),
    sys(1, 'read', 'EAGAIN'),
    sys(1, 'read', 40),
    rst(1),
    sys(1, 'sendto', 'EPIPE'),
    sys(1, 'recvfrom', 'EOF'),
    sys(1, 'shutdown', 'ENOTCONN'),
    sys(1, 'close', 'EIO'),
    sys(2, 'connect', 'ECONNREFUSED'),
    closing,
    sys(1, 'read', 'ECONNRESET'),
  ];
  t.strictSame(sequenceOf(events), [
    { connection: 1, tokens: ['RST', 'EPIPE', 'EOF'] },
    { connection: 2, tokens: ['ECONNREFUSED'] },
  ]);
});

t.test('calls that are made again change nothing, wherever they are', async () => {
  const base = [
    sys(1, 'write', 30),
    sys(1, 'read', 'EOF'),
    sys(1, 'write', 'EPIPE'),
    asked(1, 'a'),
  ];
  const again = fc.constantFrom('EAGAIN', 'EINTR', 'EINPROGRESS', 'ERESTARTSYS', 'EALREADY');
  const call = fc.constantFrom('read', 'write', 'sendmsg', 'recvmsg');
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(base.length), call, again)), (inserted) => {
      const events = [...base];
      for (const [at, name, error] of inserted) events.splice(at, 0, sys(1, name, error));
      const found = (said: Said[]) => [sequenceOf(said), verdictsOf(outside(said))];
      return JSON.stringify(found(events)) === JSON.stringify(found(base));
    }),
  );
});

t.test('what the program says of its own calls counts for nothing', async (t) => {
  t.strictSame(sequenceOf([io(1, 'send', 'EPIPE')]), []);
  t.equal(errorSequences(timeline([io(1, 'send', 'EPIPE')])).length, 1, 'as it does in this one');
});

t.test(
  'without the recorder a sequence is not known, and the client recorder is not needed',
  async (t) => {
    const seen = outside([rst(1), sys(1, 'read', 'ECONNRESET')]);
    const expected = errors(['RST', 'ECONNRESET']);
    t.equal(judge(expected, seen).verdict, 'pass');
    t.equal(judge(expected, withGap(seen, 'client')).verdict, 'pass');
    t.equal(judge(expected, withGap(seen, 'syscalls')).verdict, 'unknown');
    t.equal(judge(expected, withGap(seen, 'wire')).verdict, 'unknown');
  },
);

t.test('lines of a log are known only of a program that publishes them', async (t) => {
  const lines = [log('a')];
  const expected = logged(/a/, { times: 1 });
  t.equal(judge(expected, outside(lines, ['log'])).verdict, 'pass');
  const { verdict, actual } = judge(expected, outside(lines));
  t.equal(verdict, 'unknown');
  t.match(actual, /publishes `log`/);
});

const lendingRules = ['one-failure-per-dead-connection', 'dead-connections-stay-out'] as const;

function verdictsOf(seen: Timeline): string[] {
  const rules = judgeRules(seen, true);
  return lendingRules.map((name) => rules.find(({ rule }) => rule === name)?.verdict ?? 'none');
}

const ask = (request: number) => asked(request, 'a');
const exchange = [sys(1, 'write', 30), sys(1, 'read', 40)];

/** Verdicts of the two rules about dead connections. */
const lives: [string, Said[], string[]][] = [
  ['exchanges', [ask(1), ...exchange, ask(2), ...exchange], ['pass', 'pass']],
  [
    'found dead while idle, and closed',
    [ask(1), ...exchange, sys(1, 'read', 'EOF'), sys(1, 'close'), ask(2)],
    ['pass', 'pass'],
  ],
  [
    'asked on, and closed when that failed',
    [ask(1), ...exchange, ask(2), sys(1, 'write', 30), sys(1, 'read', 'EOF'), sys(1, 'close')],
    ['pass', 'pass'],
  ],
  [
    'a farewell before the close',
    [ask(1), sys(1, 'write', 30), sys(1, 'read', 'EOF'), sys(1, 'write', 5), sys(1, 'close')],
    ['pass', 'pass'],
  ],
  [
    'a farewell that fails',
    [
      ask(1),
      sys(1, 'write', 30),
      sys(1, 'read', 'ECONNRESET'),
      sys(1, 'write', 'EPIPE'),
      sys(1, 'shutdown', 'ENOTCONN'),
      sys(1, 'close'),
    ],
    ['pass', 'pass'],
  ],
  [
    'lent again after it failed a request',
    [ask(1), sys(1, 'write', 30), sys(1, 'read', 'EOF'), ask(2), sys(1, 'write', 'EPIPE')],
    ['fail', 'fail'],
  ],
  [
    'lent again after the end of file was read while it was idle',
    [ask(1), ...exchange, sys(1, 'read', 'EOF'), ask(2), sys(1, 'write', 'EPIPE'), sys(1, 'close')],
    ['pass', 'fail'],
  ],
  [
    'written on and read again in the same request',
    [
      ask(1),
      sys(1, 'write', 30),
      sys(1, 'read', 'EOF'),
      sys(1, 'write', 30),
      sys(1, 'read', 'EOF'),
    ],
    ['fail', 'fail'],
  ],
  [
    'written on, and never closed',
    [ask(1), sys(1, 'write', 30), sys(1, 'read', 'EOF'), sys(1, 'write', 30), closing],
    ['pass', 'fail'],
  ],
  [
    'its port is used again for another connection',
    [
      ask(1),
      sys(1, 'write', 30),
      sys(1, 'read', 'EOF'),
      sys(1, 'close'),
      ask(2),
      sys(1, 'connect', 'EINPROGRESS'),
      ...exchange,
    ],
    ['pass', 'pass'],
  ],
  [
    'its port is used again, and that connection fails an exchange too',
    [
      ...[ask(1), ask(2), sys(1, 'connect', 'EINPROGRESS')],
      ...[sys(1, 'write', 30), sys(1, 'read', 'ECONNRESET'), sys(1, 'close')],
      ...[sys(1, 'connect', 'EINPROGRESS'), sys(1, 'write', 30), sys(1, 'read', 'ECONNRESET')],
      ...[sys(1, 'write', 'EPIPE'), sys(1, 'close')],
    ],
    ['pass', 'pass'],
  ],
  [
    'a datagram that nobody took',
    [ask(1), sys(1, 'send', 30), sys(1, 'recv', 'ECONNREFUSED'), ask(2), sys(1, 'send', 30)],
    ['pass', 'pass'],
  ],
];

t.test('what was lent is known from writes', async (t) => {
  for (const [name, events, verdicts] of lives) {
    t.strictSame(verdictsOf(outside(events)), verdicts, name);
    const blind = withGap(outside(events), 'syscalls');
    t.strictSame(verdictsOf(blind), ['unknown', 'unknown'], `${name}, without strace`);
    t.strictSame(verdictsOf(withGap(outside(events), 'client')), verdicts);
  }
});

t.test('a program that publishes all of it is judged by that', async (t) => {
  const publishes = ['checkout', 'repool', 'io'] as const;
  const dead = [checkout(1), io(1, 'recv', 'EOF'), checkout(1)];
  const wellTold = outside(dead, [...publishes]);
  t.strictSame(verdictsOf(wellTold), ['pass', 'fail']);
  t.strictSame(verdictsOf(withGap(wellTold, 'syscalls')), ['pass', 'fail']);
  t.strictSame(verdictsOf(withGap(wellTold, 'client')), ['unknown', 'unknown']);
  const half = outside([...dead, repool(1)], ['checkout', 'io']);
  t.strictSame(verdictsOf(half), ['pass', 'pass'], 'and one that does not by its calls');
});
