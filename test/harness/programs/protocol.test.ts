/** The lines of a program: the page's are taken, all others are refused with the line in the message. */
import fc from 'fast-check';
import t from 'tap';
import {
  NotALine,
  parseEvent,
  parseHello,
  parseObject,
  parseReply,
} from '../../../harness/programs/protocol.ts';

const line = (value: unknown) => Buffer.from(JSON.stringify(value));
const time = { openedUs: 1_000_000_000, nowUs: 2_000_000_000 };

const hello = {
  pipewrench: 1,
  name: 'my-client',
  description: 'one line',
  protocols: ['dns-tcp'],
  operations: ['query'],
  isPool: true,
};

t.test('a hello', async (t) => {
  t.strictSame(parseHello(line({ ...hello, future: 1 })), { ...hello, publishes: [] });
  const wrong: [object, RegExp][] = [
    [{ pipewrench: 2 }, /pipewrench/],
    [{ name: 'my client' }, /name/],
    [{ description: 'two\nlines' }, /description/],
    [{ protocols: [] }, /protocols/],
    [{ operations: ['dance'] }, /operations/],
    [{ isPool: 'yes' }, /isPool/],
    [{ publishes: ['stats'] }, /publishes/],
  ];
  for (const [changes, says] of wrong) {
    t.throws(() => parseHello(line({ ...hello, ...changes })), { name: 'NotALine', message: says });
  }
});

t.test('a reply is what its call is replied to with', async (t) => {
  const replied = (call: string, object: Record<string, unknown>) =>
    parseReply(call, object, line(object));
  t.strictSame(replied('open', { id: 1, more: 2 }), { id: 1 });
  t.strictSame(replied('request', { id: 1, answer: 'a' }), { id: 1, answer: 'a' });
  t.strictSame(replied('stats', { id: 1, stats: { n: 1, s: 'x' } }).stats, { n: 1, s: 'x' });
  t.strictSame(replied('request', { id: 1, error: 'EOF' }), {
    id: 1,
    failure: { error: 'EOF', message: '' },
  });
  for (const [call, object] of [
    ['request', { id: 1 }],
    ['request', { id: 1, answer: 5 }],
    ['stats', { id: 1 }],
    ['stats', { id: 1, stats: { n: null } }],
    ['close', { id: 1, error: 5 }],
    ['close', { id: 'one' }],
  ] as const) {
    t.throws(() => replied(call, object), NotALine, JSON.stringify(object));
  }
});

t.test('an event has its own time, or that of its reading', async (t) => {
  const event = (object: Record<string, unknown>) => parseEvent(object, line(object), time);
  const log = { event: 'log', level: 'INFO', text: 'x' };
  t.match(event(log), { source: 'client', type: 'log', text: 'x', atUs: time.nowUs });
  t.equal(event({ ...log, atUs: 1_500_000_000 }).atUs, 1_500_000_000);
  for (const object of [
    { ...log, atUs: 1500 },
    { ...log, atUs: 1_500_000_000_000 },
    { ...log, level: 'LOUD' },
    { event: 'stats', stats: {} },
    { event: 'checkout', tuple: 'here' },
  ]) {
    t.throws(() => event(object), NotALine, JSON.stringify(object));
  }
});

t.test('whatever comes, it is taken or refused with a bounded message', async () => {
  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 5000 }).map((array) => Buffer.from(array)),
    fc.json({ maxDepth: 3 }).map((text) => Buffer.from(text)),
    fc.record({ id: fc.anything(), error: fc.anything(), event: fc.anything() }).map(line),
  );
  const readers = [
    (bytes: Buffer) => parseHello(bytes),
    (bytes: Buffer) => parseReply('request', parseObject(bytes), bytes),
    (bytes: Buffer) => parseEvent(parseObject(bytes), bytes, time),
  ];
  fc.assert(
    fc.property(anything, fc.constantFrom(...readers), (bytes, read) => {
      try {
        read(bytes);
        return true;
      } catch (error) {
        return error instanceof NotALine && error.message.length < 4000;
      }
    }),
  );
});
