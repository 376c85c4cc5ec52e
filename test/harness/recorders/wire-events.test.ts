import fc from 'fast-check';
import t from 'tap';
import { eventSchema } from '../../../harness/event.ts';
import { wireEvents } from '../../../harness/recorders/wire-events.ts';
import { chopped, framed, id, name, queryBytes, sizes } from '../../support/dns.ts';
import { tcp } from '../../support/endpoints.ts';
import { captured, conversation, handshake } from '../../support/frame.ts';

const port = 5300;
const isn = fc.integer({ min: 0, max: 0xffffffff });

t.test('numbers are relative to each side’s SYN, also when they wrap at 2^32', async () => {
  const sizesOfData = fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 5 });
  fc.assert(
    fc.property(
      fc.oneof(isn, fc.integer({ min: 0xffffff00, max: 0xffffffff })),
      isn,
      sizesOfData,
      (clientIsn, upstreamIsn, lengths) => {
        let seq = 1;
        const data = lengths.map((length) => {
          const speech = { from: 'client', seq, ack: 1, payload: Buffer.alloc(length) } as const;
          seq += length;
          return speech;
        });
        const packets = conversation([...handshake, ...data], { clientIsn, upstreamIsn });
        const events = wireEvents(packets, tcp(port, 'raw'));
        return (
          events.length === packets.length &&
          events.every(({ frame }, i) => frame === i + 1) &&
          events.slice(3).every((event, i) => event.relativeSeq === data[i]?.seq) &&
          events.slice(1).every(({ relativeAck }) => relativeAck === 1)
        );
      },
    ),
  );
});

t.test('who speaks is told by the port, and both speak in one connection', async (t) => {
  const packets = conversation([
    ...handshake,
    { from: 'upstream', flags: ['FIN', 'ACK'], seq: 1, ack: 1 },
    { from: 'client', flags: ['RST'], seq: 1 },
  ]);
  const events = wireEvents(packets, tcp(port, 'raw'));
  t.strictSame(
    events.map(({ from, flags }) => `${from} ${flags.join('+')}`),
    ['client SYN', 'upstream SYN+ACK', 'client ACK', 'upstream FIN+ACK', 'client RST'],
  );
  t.strictSame([...new Set(events.map(({ tuple }) => tuple))], ['127.0.0.1:40001->127.0.0.1:5300']);
  t.equal(events.at(-1)?.relativeAck, 0, 'without ACK there is no acknowledgement');
});

t.test('connections are kept apart', async (t) => {
  const query = (text: string) => framed(queryBytes(1, text, 'A'));
  const [one, other] = [40_001, 40_002].map((clientPort) =>
    conversation(
      [...handshake, { from: 'client', seq: 1, ack: 1, payload: query(`c${clientPort}.example`) }],
      { clientPort, clientIsn: clientPort },
    ),
  );
  const mixed = (one ?? []).flatMap((packet, i) => [packet, ...(other ?? []).slice(i, i + 1)]);
  const keys = wireEvents(mixed, tcp(port, 'dns-tcp')).map(({ tuple, requestKeys }) => [
    tuple,
    ...requestKeys,
  ]);
  t.strictSame(keys.slice(-2), [
    ['127.0.0.1:40001->127.0.0.1:5300', 'c40001.example A'],
    ['127.0.0.1:40002->127.0.0.1:5300', 'c40002.example A'],
  ]);
});

interface Segment {
  seq: number;
  payload: Buffer;
}

function segments(stream: Buffer, cuts: readonly number[]): Segment[] {
  let seq = 1;
  return chopped(stream, cuts).map((payload) => {
    const segment = { seq, payload };
    seq += payload.length;
    return segment;
  });
}

function keysOf(parts: readonly Segment[], clientIsn = 1000): string[] {
  const data = parts.map((part) => ({ from: 'client', ack: 1, ...part }) as const);
  const packets = conversation([...handshake, ...data], { clientIsn });
  return wireEvents(packets, tcp(port, 'dns-tcp')).flatMap(({ requestKeys }) => requestKeys);
}

const questions = fc.array(fc.tuple(id, name), { maxLength: 4 });
const streamOf = (asked: [number, string][]) =>
  Buffer.concat(asked.map(([n, text]) => framed(queryBytes(n, text, 'A'))));
const wantedKeys = (asked: [number, string][]) =>
  asked.map(([, text]) => `${text.toLowerCase()} A`);

t.test('messages are told however they are split, across the wrap too', async () => {
  fc.assert(
    fc.property(questions, sizes, isn, (asked, cuts, clientIsn) => {
      const keys = keysOf(segments(streamOf(asked), cuts), clientIsn);
      return keys.join() === wantedKeys(asked).join();
    }),
  );
});

t.test('what is sent again is not read again', async () => {
  fc.assert(
    fc.property(questions, sizes, fc.array(fc.nat(), { maxLength: 4 }), (asked, cuts, again) => {
      const parts = segments(streamOf(asked), cuts);
      const sent = [...parts];
      // A repeat can come at any time after the original, and may hold more or less than it did.
      for (const nat of again) {
        const at = nat % Math.max(parts.length, 1);
        const [first, second] = [parts[at], parts[at + 1]];
        if (!first) continue;
        const payload = Buffer.concat([first.payload, ...(second ? [second.payload] : [])]);
        sent.splice(sent.indexOf(first) + 1, 0, { seq: first.seq, payload });
      }
      return keysOf(sent).join() === wantedKeys(asked).join();
    }),
  );
});

t.test('after a hole no message is told that may not have been one', async () => {
  fc.assert(
    fc.property(questions, sizes, fc.nat(), (asked, cuts, nat) => {
      const parts = segments(streamOf(asked), cuts);
      const missing = nat % Math.max(parts.length, 1);
      const keys = keysOf(parts.filter((_, i) => i !== missing));
      return keys.every((key, i) => key === wantedKeys(asked)[i]);
    }),
  );
});

t.test('every event is one that the harness accepts, whatever the bytes', async () => {
  const payload = fc.uint8Array({ minLength: 1, maxLength: 60 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(payload, fc.constantFrom('raw', 'dns-tcp'), isn, (bytes, protocol, clientIsn) => {
      const packets = conversation(
        [...handshake, { from: 'client', flags: ['PSH', 'ACK'], seq: 1, ack: 1, payload: bytes }],
        { clientIsn },
      );
      return wireEvents(packets, tcp(port, protocol)).every(
        (event) => eventSchema.safeParse(event).success,
      );
    }),
  );
});

t.test('frames that hold no segment keep their number and say nothing', async (t) => {
  const [syn] = conversation(handshake);
  const packets = [captured(Buffer.alloc(60), 0), ...(syn ? [syn] : [])];
  t.match(wireEvents(packets, tcp(port, 'raw')), [{ frame: 2, flags: ['SYN'] }]);
});

t.test('of a connection whose SYN was not seen the numbers are 0', async (t) => {
  const packets = conversation([{ from: 'client', seq: 77, ack: 5, payload: Buffer.from('x') }]);
  t.match(wireEvents(packets, tcp(port, 'raw')), [{ relativeSeq: 0, relativeAck: 0, length: 1 }]);
});
