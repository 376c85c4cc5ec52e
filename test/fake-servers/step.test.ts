import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import {
  answer,
  answerAll,
  close,
  endsConnection,
  explain,
  halfClose,
  isFault,
  read,
  receiptOf,
  reset,
  send,
  sendResponse,
  untilGate,
  untilIdle,
} from '../../fake-servers/step.ts';
import { receiptSchema } from '../../harness/event.ts';
import { step } from '../support/steps.ts';

const progress = fc.record({
  bytesSent: fc.nat(),
  bytesUnread: fc.nat(),
  hasSentFin: fc.boolean(),
});

t.test('two steps are explained alike only when they are the same', async () => {
  fc.assert(
    fc.property(
      step,
      step,
      (a, b) => isDeepStrictEqual(a, b) === (explain(a) === explain(b)) && explain(a) !== '',
    ),
    { numRuns: 1000 },
  );
});

t.test('the words of every step', async (t) => {
  t.strictSame(
    [
      answer(1),
      answer(2),
      answerAll(),
      read(1),
      read(3),
      sendResponse(0),
      sendResponse(1),
      send('a"b'),
      halfClose(),
      close(),
      reset(),
      untilIdle({ ms: 20 }),
      untilGate('fin'),
    ].map(explain),
    [
      'answer 1 request',
      'answer 2 requests',
      'answer every request',
      'read exactly 1 byte and leave the rest unread',
      'read exactly 3 bytes and leave the rest unread',
      'read a request and send nothing of its response',
      'read a request and send the first 1 byte of its response',
      'send "a\\"b" unasked',
      'half-close (FIN, go on reading)',
      'close',
      'reset (RST)',
      'wait until idle for 20 ms',
      'wait for the gate "fin"',
    ],
  );
});

t.test('a step that makes no sense is refused with the value', async () => {
  const makers: Record<string, { make: (n: number) => unknown; min: number; max?: number }> = {
    answer: { make: answer, min: 1 },
    read: { make: read, min: 1 },
    sendResponse: { make: sendResponse, min: 0 },
    untilIdle: { make: (ms) => untilIdle({ ms }), min: 1, max: 2 ** 31 - 1 },
  };
  const number = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.maxSafeInteger(), fc.double());
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.entries(makers)),
      number,
      ([name, { make, min, max = Infinity }], n) => {
        const isRight = Number.isSafeInteger(n) && n >= min && n <= max;
        try {
          make(n);
          return isRight;
        } catch (error) {
          return (
            !isRight &&
            error instanceof RangeError &&
            error.message.startsWith(`${name}: expected a whole number of at least ${min}`) &&
            error.message.endsWith(`, got ${n}`)
          );
        }
      },
    ),
    { numRuns: 1000 },
  );
});

t.test('empty words are refused', async (t) => {
  t.throws(() => send(''), new TypeError('send: expected at least one character, got none'));
  t.throws(() => untilGate(''), new TypeError('untilGate: expected the name of a gate, got none'));
});

t.test(
  'a receipt begins at the byte after what was sent; a RST after a FIN one later',
  async () => {
    fc.assert(
      fc.property(step, progress, (made, at) => {
        const receipt = receiptOf(made, at);
        return (
          receipt === undefined ||
          (receiptSchema.safeParse(receipt).success &&
            receipt.relativeSeq ===
              at.bytesSent + (receipt.segment === 'RST' && at.hasSentFin ? 2 : 1))
        );
      }),
    );
  },
);

t.test('exactly the steps that put a segment on the wire promise one', async () => {
  fc.assert(
    fc.property(step, progress, (made, at) => {
      const hasNothingToSend = made.kind === 'send-response' && made.bytes === 0;
      const hasSentItAll = made.kind === 'close' && at.hasSentFin && at.bytesUnread === 0;
      const isSilent = hasNothingToSend || hasSentItAll;
      return (receiptOf(made, at) !== undefined) === (isFault(made) && !isSilent);
    }),
  );
});

t.test(
  'a close after a half-close, with nothing unread, puts no segment on the wire',
  async (t) => {
    const at = { bytesSent: 3, bytesUnread: 0, hasSentFin: true };
    t.equal(receiptOf(close(), at), undefined);
    t.equal(receiptOf(close(), { ...at, bytesUnread: 1 })?.segment, 'RST');
    t.equal(receiptOf(close(), { ...at, hasSentFin: false })?.segment, 'FIN');
  },
);

function segmentOfClose({ bytesUnread, hasSentFin }: { bytesUnread: number; hasSentFin: boolean }) {
  if (bytesUnread > 0) return 'RST';
  return hasSentFin ? undefined : 'FIN';
}

t.test('which segment a step promises', async () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), progress, (text, at) => {
      const segmentOf = (made: Parameters<typeof receiptOf>[0]) => receiptOf(made, at)?.segment;
      return (
        segmentOf(close()) === segmentOfClose(at) &&
        segmentOf(halfClose()) === 'FIN' &&
        segmentOf(reset()) === 'RST' &&
        segmentOf(send(text)) === 'DATA' &&
        receiptOf(send(text), at)?.length === Buffer.from(text).length
      );
    }),
  );
});

t.test('only close and reset end a connection, and both are faults', async () => {
  fc.assert(
    fc.property(step, (made) => {
      const ends = made.kind === 'close' || made.kind === 'reset';
      return endsConnection(made) === ends && (!ends || isFault(made));
    }),
  );
});
