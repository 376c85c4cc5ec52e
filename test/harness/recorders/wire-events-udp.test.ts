/** Datagrams and "port unreachable" as wire events. */
import fc from 'fast-check';
import t from 'tap';
import { eventSchema } from '../../../harness/event.ts';
import { digestOf } from '../../../harness/keys.ts';
import { wireEvents } from '../../../harness/recorders/wire-events.ts';
import { name, queryBytes } from '../../support/dns.ts';
import { tcp, udp } from '../../support/endpoints.ts';
import {
  captured,
  conversation,
  handshake,
  udpFrame,
  unreachableFrame,
} from '../../support/frame.ts';

const port = 5300;
const tupleOf = (clientPort: number) => `127.0.0.1:${clientPort}->127.0.0.1:${port}`;

interface Said {
  from: 'client' | 'upstream';
  clientPort: number;
  payload: Buffer;
}

const said: fc.Arbitrary<Said> = fc.record({
  from: fc.constantFrom('client', 'upstream'),
  clientPort: fc.constantFrom(40_001, 40_002),
  payload: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
});

const framesOf = (all: readonly Said[]) =>
  all.map(({ from, clientPort, payload }, index) =>
    captured(
      from === 'client' ? udpFrame(clientPort, port, payload) : udpFrame(port, clientPort, payload),
      index,
    ),
  );

t.test(
  'a datagram stands after the bytes that its side sent before, on its own tuple',
  async () => {
    fc.assert(
      fc.property(fc.array(said, { maxLength: 12 }), (all) => {
        const events = wireEvents(framesOf(all), udp(port));
        return (
          events.length === all.length &&
          events.every((event, at) => {
            const mine = all[at];
            if (!mine) return false;
            const { from, clientPort, payload } = mine;
            const before = all
              .slice(0, at)
              .filter((other) => other.from === from && other.clientPort === clientPort)
              .reduce((sum, other) => sum + other.payload.length, 0);
            return (
              event.from === from &&
              event.tuple === tupleOf(clientPort) &&
              event.relativeSeq === 1 + before &&
              event.length === payload.length &&
              event.digest === (payload.length > 0 ? digestOf(payload) : '') &&
              event.flags.length === 0 &&
              event.frame === at + 1 &&
              eventSchema.safeParse(event).success
            );
          })
        );
      }),
    );
  },
);

t.test('each datagram is a message, a copy of one too', async () => {
  fc.assert(
    fc.property(fc.array(name, { maxLength: 4 }), (names) => {
      const twice = names.flatMap((each) => [each, each]);
      const queries = twice.map((each, id) => ({
        from: 'client' as const,
        clientPort: 40_001,
        payload: queryBytes(id, each, 'A'),
      }));
      const keys = wireEvents(framesOf(queries), udp(port)).flatMap((e) => e.requestKeys);
      return keys.join() === twice.map((each) => `${each.toLowerCase()} A`).join();
    }),
  );
});

t.test('"port unreachable" comes from the side whose port is closed', async (t) => {
  const query = queryBytes(1, 'a.example', 'A');
  const packets = [
    captured(udpFrame(40_001, port, query), 0),
    captured(unreachableFrame(40_001, port, query), 1),
    captured(unreachableFrame(port, 40_002, Buffer.alloc(0)), 2),
  ];
  const events = wireEvents(packets, udp(port));
  t.match(events, [
    { from: 'client', tuple: tupleOf(40_001), length: query.length },
    { from: 'upstream', tuple: tupleOf(40_001), icmp: 'port unreachable', length: 0, flags: [] },
    { from: 'client', tuple: tupleOf(40_002), icmp: 'port unreachable', length: 0, flags: [] },
  ]);
  t.strictSame(events[1]?.messages, ['ICMP port unreachable']);
  t.strictSame(events[1]?.requestKeys, [], 'the query that is repeated in it was not sent again');
  t.ok(events.every((event) => eventSchema.safeParse(event).success));
});

t.test('a TCP port of the same number is another port', async (t) => {
  const datagram = captured(udpFrame(40_001, port, Buffer.from('x')), 0);
  const unreachable = captured(unreachableFrame(40_001, port, Buffer.alloc(0)), 1);
  const segments = conversation(handshake);
  const packets = [datagram, unreachable, ...segments];
  const overTcp = wireEvents(packets, tcp(port, 'dns-tcp'));
  const overUdp = wireEvents(packets, udp(port));
  t.equal(overTcp.length, segments.length);
  t.equal(overUdp.length, 2);
  t.strictSame(
    wireEvents(packets, [...udp(port), ...tcp(port, 'dns-tcp')]),
    [...overUdp, ...overTcp],
    'both can be watched, and each counts its own bytes',
  );
});
