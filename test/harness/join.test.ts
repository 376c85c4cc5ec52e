import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import type { RecordedEvent } from '../../harness/event.ts';
import { join } from '../../harness/join.ts';
import { connectionNumber, timelineSchema } from '../../harness/timeline.ts';
import { tcp, udp } from '../support/endpoints.ts';
import { evidenceOf } from '../support/evidence.ts';
import { captured, conversation, handshake, udpFrame } from '../support/frame.ts';
import {
  accepted,
  asked,
  gap,
  io,
  log,
  recordedOnly,
  state,
  tupleOf,
  upstreamPort,
} from '../support/timeline.ts';

const base = 1_780_000_000_000_000;
const said = fc.constantFrom(
  io(1, 'send'),
  io(2, 'recv', 'EOF'),
  io(3, 'peek'),
  log('hello'),
  asked(1, 'a.example'),
  accepted(2),
  state(3, 'client', 'CLOSE_WAIT'),
);

/** Events with times of their own; a recorder stamps its events in the order it records them. */
const events: fc.Arbitrary<RecordedEvent[]> = fc
  .array(fc.tuple(said, fc.nat({ max: 30 })), { maxLength: 12 })
  .map((pairs) =>
    pairs.flatMap(([event, at]) =>
      recordedOnly([event]).map((stamped) => ({ ...stamped, atUs: base + at })),
    ),
  );

t.test('the timeline is in the order of time and holds everything', async () => {
  fc.assert(
    fc.property(events, fc.boolean(), (recorded, isCaptured) => {
      const packets = isCaptured ? conversation(handshake) : [];
      const timeline = join(evidenceOf(recorded), packets);
      const { events: all } = timeline;
      return (
        timelineSchema.safeParse(timeline).success &&
        all.length === recorded.length + packets.length &&
        all.every(({ atUs }, i) => i === 0 || atUs >= (all[i - 1]?.atUs ?? 0)) &&
        recorded.every((event) => all.includes(event))
      );
    }),
  );
});

t.test('what one recorder saw at one moment keeps its order, and packets come first', async () => {
  fc.assert(
    fc.property(events, (recorded) => {
      const packets = conversation(handshake);
      const { events: all } = join(evidenceOf(recorded), packets);
      return [...new Set(all.map(({ atUs }) => atUs))].every((moment) => {
        const now = all.filter(({ atUs }) => atUs === moment);
        const wireCount = now.filter(({ source }) => source === 'wire').length;
        return (
          now.slice(0, wireCount).every(({ source }) => source === 'wire') &&
          isDeepStrictEqual(
            now.slice(wireCount),
            recorded.filter(({ atUs }) => atUs === moment),
          )
        );
      });
    }),
  );
});

t.test('connections are numbered in the order in which they first appear', async () => {
  fc.assert(
    fc.property(events, (recorded) => {
      const timeline = join(evidenceOf(recorded), []);
      const firstAt = timeline.connections.map((tuple) =>
        timeline.events.findIndex((event) => 'tuple' in event && event.tuple === tuple),
      );
      return (
        firstAt.every((at, i) => at > (firstAt[i - 1] ?? -1)) &&
        timeline.connections.every((tuple, i) => connectionNumber(timeline, tuple) === i + 1) &&
        connectionNumber(timeline, 'nobody') === undefined
      );
    }),
  );
});

t.test('nothing is changed in the evidence', async () => {
  fc.assert(
    fc.property(events, (recorded) => {
      const evidence = evidenceOf(recorded, { gaps: [gap('client')] });
      const before = structuredClone(evidence);
      join(evidence, conversation(handshake));
      return isDeepStrictEqual(evidence, before);
    }),
  );
});

t.test('a recorder’s gaps are handed on', async (t) => {
  const gaps = [gap('wire'), gap('sockets')];
  t.strictSame(join(evidenceOf([], { gaps }), []).gaps, gaps);
});

t.test('an accepted connection without a SYN in the capture is a gap of the wire', async (t) => {
  const recorded = recordedOnly([accepted(1), accepted(2)]);
  const { gaps } = join(evidenceOf(recorded), conversation(handshake));
  t.match(gaps, [{ recorder: 'wire', reason: `the handshake of ${tupleOf(2)} was not captured` }]);
  t.strictSame(join(evidenceOf(recorded.slice(0, 1)), conversation(handshake)).gaps, []);
  t.strictSame(
    join(evidenceOf(recorded, { packetCount: null }), []).gaps,
    [],
    'where nothing was captured, the recorder has said so itself',
  );
});

t.test('one 4-tuple over UDP and over TCP cannot be told apart, which is a gap', async (t) => {
  const endpoints = [...udp(upstreamPort), ...tcp(upstreamPort, 'dns-tcp')];
  const gapsWith = (clientPort: number) => {
    const datagram = captured(udpFrame(clientPort, upstreamPort, Buffer.from('x')), 9);
    return join(evidenceOf([], { endpoints }), [...conversation(handshake), datagram]).gaps;
  };
  t.match(gapsWith(40_001), [
    { recorder: 'wire', reason: /over UDP and over TCP/ },
    { recorder: 'client' },
  ]);
  t.strictSame(gapsWith(40_002), []);
});
