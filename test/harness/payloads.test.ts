import { encode, type Packet, RECURSION_DESIRED, streamEncode } from 'dns-packet';
import fc from 'fast-check';
import t from 'tap';
import type { Event, Side } from '../../harness/event.ts';
import { payloadsOf } from '../../harness/payloads.ts';
import { writePcap } from '../../harness/recorders/pcap.ts';
import { tcpFrame, udpFrame } from '../support/frame.ts';
import { tupleOf } from '../support/timeline.ts';

const question = { name: '<script>alert(1)</script>', type: 'A' } as const;
const query: Packet = {
  type: 'query',
  id: 7,
  flags: RECURSION_DESIRED,
  questions: [question],
};
const response: Packet = {
  type: 'response',
  id: 7,
  flags: 3,
  questions: [question],
  answers: [{ ...question, ttl: 30, data: '192.0.2.1' }],
};

function packet(frame: number, from: Side, relativeSeq: number, length: number): Event {
  return {
    atUs: frame,
    source: 'wire',
    type: 'packet',
    tuple: tupleOf(1),
    from,
    flags: ['ACK'],
    relativeSeq,
    relativeAck: 1,
    length,
    window: 1,
    frame,
    messages: [],
    requestKeys: [],
    digest: '',
  };
}

const ends = {
  source: { host: '127.0.0.1', port: 40_001 },
  destination: { host: '127.0.0.1', port: 5300 },
};
const segment = (payload: Buffer) =>
  tcpFrame({ ...ends, flags: ['ACK'], seq: 1, ack: 1, window: 1, payload });
const pcapOf = (...frames: Buffer[]) =>
  writePcap(frames.map((bytes) => ({ atUs: 1, bytes, lengthOnWire: bytes.length })));

t.test('a message that comes in pieces is told where it is complete', async (t) => {
  const bytes = streamEncode(query);
  const [head, tail] = [bytes.subarray(0, 9), bytes.subarray(9)];
  const events = [
    packet(1, 'client', 1, head.length),
    packet(2, 'client', 1, head.length),
    packet(3, 'client', 10, tail.length),
  ];
  const payloads = payloadsOf(
    events,
    pcapOf(segment(head), segment(head), segment(tail)),
    'dns-tcp',
  );
  t.strictSame(payloads.get(1)?.messages, []);
  t.strictSame(payloads.get(2)?.messages, [], 'what is sent again is not read twice');
  t.strictSame(payloads.get(3)?.messages, [
    {
      title: 'DNS query',
      fields: [
        ['id', '7'],
        ['flags', 'RD'],
        ['question', '<script>alert(1)</script> A'],
      ],
    },
  ]);
  t.same(payloads.get(3)?.bytes, tail);
});

t.test('a response in a datagram, with its code and its records', async (t) => {
  const bytes = encode(response);
  const event = { ...packet(1, 'upstream', 1, bytes.length), flags: [] } as Event;
  const payloads = payloadsOf([event], pcapOf(udpFrame(5300, 40_001, bytes)), 'dns-udp');
  t.strictSame(payloads.get(1)?.messages[0]?.title, 'DNS response');
  t.strictSame(payloads.get(1)?.messages[0]?.fields.slice(1), [
    ['flags', 'none'],
    ['rcode', 'NXDOMAIN'],
    ['question', '<script>alert(1)</script> A'],
    ['answer', '<script>alert(1)</script> A ttl 30 192.0.2.1'],
  ]);
});

t.test('any bytes are shown, and read only where they are DNS', async (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 80 }), (bytes) => {
      const payload = Buffer.from(bytes);
      const event = packet(1, 'client', 1, payload.length);
      for (const protocol of ['dns-tcp', 'http']) {
        const [found] = payloadsOf([event], pcapOf(segment(payload)), protocol).values();
        t.same(found?.bytes, payload);
        if (protocol === 'http') t.strictSame(found?.messages, []);
      }
    }),
  );
});
