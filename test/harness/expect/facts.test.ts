import fc from 'fast-check';
import t from 'tap';
import {
  beforeClosing,
  connectionsOpened,
  errorSequences,
  keyOf,
  requests,
  sendings,
  terminations,
  timesSent,
} from '../../../harness/expect/facts.ts';
import {
  answered,
  asked,
  checkout,
  closing,
  failed,
  io,
  packet,
  rst,
  type Said,
  sent,
  syn,
  timeline,
  tupleOf,
} from '../../support/timeline.ts';

t.test(
  'the error sequence of a connection: RST of the upstream and errnos of the client',
  async (t) => {
    const seen = timeline([
      syn(1),
      syn(2),
      rst(2),
      packet(1, 'client', ['RST']),
      packet(1, 'upstream', ['FIN', 'ACK']),
      io(2, 'recv', 'ECONNRESET'),
      io(1, 'send'),
      io(1, 'send', 'EPIPE'),
      io(1, 'recv', 'EOF'),
    ]);
    t.strictSame(errorSequences(seen), [
      { connection: 1, tokens: ['EPIPE', 'EOF'] },
      { connection: 2, tokens: ['RST', 'ECONNRESET'] },
    ]);
  },
);

const trouble = fc.constantFrom<Said>(
  syn(1),
  rst(1),
  io(1, 'recv', 'EOF'),
  io(2, 'send', 'EPIPE'),
  rst(2, 7),
  checkout(1),
);

t.test('what comes after the client was asked to close is not counted', async () => {
  fc.assert(
    fc.property(fc.array(trouble), fc.array(trouble), (before, after) => {
      const cut = timeline([syn(1), syn(2), ...before, closing, ...after]);
      const short = timeline([syn(1), syn(2), ...before]);
      return (
        JSON.stringify(errorSequences(cut)) === JSON.stringify(errorSequences(short)) &&
        beforeClosing(cut).length === before.length + 2
      );
    }),
  );
});

t.test('requests are told with how they ended, in their order', async (t) => {
  const facts = requests(
    timeline([asked(1, 'a.example'), asked(2, 'b.example'), failed(2), answered(1), asked(3, 'c')]),
  );
  t.strictSame(
    facts.map(({ request, outcome }) => [request, outcome?.status]),
    [
      [1, 'answered'],
      [2, 'failed'],
      [3, undefined],
    ],
  );
});

t.test('a connection counts once, however often its SYN was sent', async (t) => {
  const seen = timeline([
    syn(1),
    syn(1),
    packet(1, 'upstream', ['SYN', 'ACK']),
    packet(3, 'upstream', ['SYN', 'ACK']),
    syn(2),
  ]);
  t.strictSame(connectionsOpened(seen), [tupleOf(1), tupleOf(2)]);
});

t.test('a request counts as often as the wire completes it', async () => {
  const keys = fc.array(fc.constantFrom('a A', 'b A', 'update z'), { maxLength: 8 });
  fc.assert(
    fc.property(fc.array(keys, { maxLength: 5 }), (packets) => {
      const seen = timeline(packets.map((list) => sent(1, ...list)));
      return ['a A', 'b A', 'update z'].every(
        (key) => timesSent(sendings(seen), key) === packets.flat().filter((k) => k === key).length,
      );
    }),
  );
});

t.test('operations have the key of their message; raw calls have none', async (t) => {
  t.equal(keyOf({ kind: 'query', name: 'A.Example', type: 'a' }), 'a.example A');
  t.equal(keyOf({ kind: 'update', name: 'Z.Example', data: '192.0.2.1' }), 'update z.example');
  t.equal(keyOf({ kind: 'send', bytes: 'x' }), undefined);
});

t.test('of a FIN or RST that was sent again, the first is told', async (t) => {
  const seen = timeline([
    syn(1),
    packet(1, 'upstream', ['FIN', 'ACK'], { seq: 5, length: 3, frame: 4 }),
    packet(1, 'upstream', ['FIN', 'ACK'], { seq: 8, frame: 5 }),
    packet(1, 'client', ['FIN', 'ACK'], { seq: 8, frame: 6 }),
    packet(1, 'client', ['RST', 'ACK'], { seq: 9, frame: 7 }),
  ]);
  t.match(terminations(seen), [
    { connection: 1, from: 'upstream', flag: 'FIN', relativeSeq: 5, frame: 4 },
    { from: 'client', flag: 'FIN', frame: 6 },
    { from: 'client', flag: 'RST', frame: 7 },
  ]);
});
