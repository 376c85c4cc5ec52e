/** What proves each kind of receipt, and which near misses do not. */
import fc from 'fast-check';
import t from 'tap';
import type {
  Event,
  Receipt,
  Side,
  TcpFlag,
  UpstreamEvent,
  WireEvent,
} from '../../../harness/event.ts';
import { prove } from '../../../harness/expect/proof.ts';
import { digestOf } from '../../../harness/keys.ts';
import { firedStep, packet, type Said, served, tupleOf } from '../../support/timeline.ts';

/** One packet each 10 µs, the first at 10 µs as frame 1. */
const everyUs = 10;

type Segment = Omit<NonNullable<Parameters<typeof packet>[3]>, 'frame'> & { connection?: number };
type Shown = (frame: number) => WireEvent;

const shown =
  (from: Side, flags: TcpFlag[], { connection = 1, ...segment }: Segment = {}): Shown =>
  (frame) => ({ ...packet(connection, from, flags, { ...segment, frame }), atUs: frame * everyUs });

const up = (flags: TcpFlag[], segment?: Segment) => shown('upstream', flags, segment);
const down = (flags: TcpFlag[], segment?: Segment) => shown('client', flags, segment);
const said = (seq: number, length: number, digest = '') =>
  up(['PSH', 'ACK'], { seq, length, digest, ack: 1 });
const acked = (ack: number) => down(['ACK'], { seq: 1, ack });
const asked = (seq: number, length: number, ack = 1) => down(['PSH', 'ACK'], { seq, length, ack });
/** A moment just before this frame, after the one before it. */
const before = (frame: number) => frame * everyUs - 5;

const at = (atUs: number, event: Said) => ({ ...event, atUs }) as Event as UpstreamEvent;

const frameOf = (receipt: Receipt, packets: readonly Shown[], upstream: UpstreamEvent[] = []) => {
  const proof = prove(receipt, { packets: packets.map((show, i) => show(i + 1)), upstream });
  // Who finds nothing, or less than was promised, says what.
  if (proof.frame === null && proof.note === '') throw new Error('expected a note');
  return proof.note ? null : proof.frame;
};

interface Case {
  what: string;
  receipt: Receipt;
  packets: Shown[];
  upstream?: UpstreamEvent[];
}

function table(name: string, proved: (Case & { frame: number })[], missed: Case[]): void {
  t.test(name, async (t) => {
    for (const { what, receipt, packets, upstream, frame } of proved) {
      t.equal(frameOf(receipt, packets, upstream), frame, what);
    }
    for (const { what, receipt, packets, upstream } of missed) {
      t.equal(frameOf(receipt, packets, upstream), null, what);
    }
  });
}

const fin: Receipt = { segment: 'FIN', relativeSeq: 8, length: 0 };
table(
  'FIN',
  [
    { what: 'alone', receipt: fin, packets: [acked(8), up(['FIN', 'ACK'], { seq: 8 })], frame: 2 },
    {
      what: 'on the last data',
      receipt: fin,
      packets: [acked(8), up(['FIN', 'PSH', 'ACK'], { seq: 5, length: 3 })],
      frame: 2,
    },
    {
      what: 'the first of two',
      receipt: fin,
      packets: [acked(8), up(['FIN', 'ACK'], { seq: 8 }), up(['FIN', 'ACK'], { seq: 8 })],
      frame: 2,
    },
  ],
  [
    { what: 'nothing', receipt: fin, packets: [acked(8)] },
    { what: 'of the client', receipt: fin, packets: [acked(8), down(['FIN', 'ACK'], { seq: 8 })] },
    { what: 'a RST there', receipt: fin, packets: [acked(8), up(['RST', 'ACK'], { seq: 8 })] },
    { what: 'an ACK there', receipt: fin, packets: [acked(8), up(['ACK'], { seq: 8 })] },
    { what: 'a byte early', receipt: fin, packets: [acked(8), up(['FIN', 'ACK'], { seq: 7 })] },
    {
      what: 'on data that begins there',
      receipt: fin,
      packets: [acked(8), up(['FIN', 'ACK'], { seq: 8, length: 1 })],
    },
    {
      what: 'sent before the client had it all',
      receipt: fin,
      packets: [acked(7), up(['FIN', 'ACK'], { seq: 8 }), acked(9)],
    },
  ],
);

const rst: Receipt = { segment: 'RST', relativeSeq: 8, length: 0 };
table(
  'RST',
  [
    { what: 'alone', receipt: rst, packets: [acked(8), up(['RST'], { seq: 8 })], frame: 2 },
    {
      what: 'with ACK',
      receipt: rst,
      packets: [acked(8), up(['RST', 'ACK'], { seq: 8 })],
      frame: 2,
    },
  ],
  [
    { what: 'a FIN there', receipt: rst, packets: [acked(8), up(['FIN', 'ACK'], { seq: 8 })] },
    { what: 'of the client', receipt: rst, packets: [acked(8), down(['RST'], { seq: 8 })] },
    { what: 'elsewhere', receipt: rst, packets: [acked(8), up(['RST'], { seq: 9 })] },
    { what: 'too early', receipt: rst, packets: [up(['RST'], { seq: 8 }), acked(8)] },
  ],
);

const abc = digestOf(Buffer.from('abc'));
const dataOf = (digest?: string): Receipt => ({
  segment: 'DATA',
  relativeSeq: 5,
  length: 3,
  ...(digest !== undefined && { digest }),
});
table(
  'DATA',
  [
    { what: 'these bytes', receipt: dataOf(abc), packets: [said(5, 3, abc)], frame: 1 },
    { what: 'any bytes', receipt: dataOf(), packets: [said(5, 3, 'other')], frame: 1 },
    {
      what: 'among others',
      receipt: dataOf(abc),
      packets: [said(1, 4), said(5, 3, abc), said(8, 2)],
      frame: 2,
    },
    { what: 'in pieces', receipt: dataOf(), packets: [said(5, 1), said(6, 2)], frame: 1 },
    {
      what: 'with a FIN',
      receipt: dataOf(abc),
      packets: [up(['FIN', 'ACK'], { seq: 5, length: 3, digest: abc })],
      frame: 1,
    },
  ],
  [
    {
      what: 'other bytes',
      receipt: dataOf(abc),
      packets: [said(5, 3, digestOf(Buffer.from('abd')))],
    },
    { what: 'in pieces', receipt: dataOf(abc), packets: [said(5, 1), said(6, 2)] },
    { what: 'and more in one segment', receipt: dataOf(abc), packets: [said(5, 4, abc)] },
    { what: 'in the middle of a segment', receipt: dataOf(abc), packets: [said(4, 4, abc)] },
    { what: 'pieces that go on', receipt: dataOf(), packets: [said(5, 1), said(6, 3)] },
    { what: 'a piece is missing', receipt: dataOf(), packets: [said(5, 1), said(7, 1)] },
    { what: 'less', receipt: dataOf(), packets: [said(5, 2)] },
    { what: 'elsewhere', receipt: dataOf(abc), packets: [said(6, 3, abc)] },
    {
      what: 'of the client',
      receipt: dataOf(abc),
      packets: [down(['PSH', 'ACK'], { seq: 5, length: 3, digest: abc })],
    },
    { what: 'nothing', receipt: dataOf(abc), packets: [up(['ACK'], { seq: 5 })] },
  ],
);

const payload = fc.uint8Array({ minLength: 1, maxLength: 40 });

t.test('of two payloads of one length at one place only the promised one proves it', async () => {
  fc.assert(
    fc.property(payload, fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, nat, change) => {
      const other = Uint8Array.from(bytes);
      const offset = nat % bytes.length;
      other[offset] = (bytes[offset] ?? 0) ^ change;
      const digest = digestOf(bytes);
      const receipt: Receipt = { segment: 'DATA', relativeSeq: 1, length: bytes.length, digest };
      return (
        frameOf(receipt, [said(1, bytes.length, digest)]) === 1 &&
        frameOf(receipt, [said(1, bytes.length, digestOf(other))]) === null
      );
    }),
  );
});

t.test('the note tells what is there instead', async (t) => {
  const noteOf = (receipt: Receipt, packets: Shown[]) =>
    prove(receipt, { packets: packets.map((show, i) => show(i + 1)), upstream: [] }).note;
  t.equal(
    noteOf(dataOf(abc), [said(5, 3, 'other')]),
    'expected 3 bytes at relative sequence number 5; the bytes of frame 1 are others',
  );
  t.equal(
    noteOf(dataOf(abc), [said(5, 2)]),
    'expected 3 bytes at relative sequence number 5 in one segment, the upstream sent 2 in frame 1',
  );
  t.equal(
    noteOf(fin, [acked(8), up(['RST'], { seq: 5 })]),
    'expected FIN at relative sequence number 8, the upstream sent RST at 5 in frame 2',
  );
  t.equal(
    noteOf({ segment: 'SILENCE', fromUs: before(2) }, [acked(1), said(1, 7)]),
    'expected nothing, the upstream sent 7 bytes in frame 2',
  );
});

const pause: Receipt = { segment: 'SILENCE', fromUs: before(3), toUs: before(5) };
const forGood: Receipt = { segment: 'SILENCE', fromUs: before(3) };
const opened = [said(1, 3), asked(1, 2, 4)];
table(
  'SILENCE',
  [
    { what: 'nothing at all', receipt: pause, packets: opened, frame: 2 },
    {
      what: 'the client speaks',
      receipt: pause,
      packets: [...opened, asked(3, 2), asked(5, 2)],
      frame: 2,
    },
    {
      what: 'the kernels speak',
      receipt: pause,
      packets: [...opened, up(['ACK'], { seq: 4 }), acked(4)],
      frame: 2,
    },
    {
      what: 'a FIN is no byte',
      receipt: pause,
      packets: [...opened, up(['FIN', 'ACK'], { seq: 4 })],
      frame: 2,
    },
    {
      what: 'it speaks when the time is over',
      receipt: pause,
      packets: [...opened, acked(4), acked(4), said(4, 1)],
      frame: 2,
    },
    {
      what: 'what was said is sent again',
      receipt: pause,
      packets: [...opened, said(1, 3)],
      frame: 2,
    },
    { what: 'for good', receipt: forGood, packets: [...opened, acked(4), acked(4)], frame: 2 },
    {
      what: 'an answer comes after it',
      receipt: forGood,
      packets: [...opened, acked(4), said(4, 9)],
      upstream: [at(before(4), served(1, 'k'))],
      frame: 2,
    },
    {
      what: 'another step speaks after it',
      receipt: forGood,
      packets: [...opened, said(4, 3)],
      upstream: [
        at(before(4), firedStep(1, 'send', { segment: 'DATA', relativeSeq: 4, length: 3 })),
      ],
      frame: 2,
    },
    {
      what: 'another step speaks in two segments',
      receipt: forGood,
      packets: [...opened, said(4, 2), said(6, 1)],
      upstream: [
        at(before(4), firedStep(1, 'send', { segment: 'DATA', relativeSeq: 4, length: 3 })),
      ],
      frame: 2,
    },
  ],
  [
    { what: 'a byte', receipt: pause, packets: [...opened, said(4, 1)] },
    { what: 'the last byte of it', receipt: pause, packets: [...opened, acked(4), said(4, 1)] },
    { what: 'a repeat with a byte more', receipt: pause, packets: [...opened, said(1, 4)] },
    {
      what: 'bytes with a FIN',
      receipt: pause,
      packets: [...opened, up(['FIN', 'ACK'], { seq: 4, length: 1 })],
    },
    {
      what: 'an answer, where there was to be none for a time',
      receipt: pause,
      packets: [...opened, said(4, 9)],
      upstream: [at(before(3) + 1, served(1, 'k'))],
    },
    {
      what: 'a byte, some time',
      receipt: forGood,
      packets: [...opened, acked(4), acked(4), said(4, 1)],
    },
    {
      what: 'an answer of before it',
      receipt: forGood,
      packets: [...opened, said(4, 9)],
      upstream: [at(before(3) - 1, served(1, 'k'))],
    },
    {
      what: 'an answer that comes later still',
      receipt: forGood,
      packets: [...opened, said(4, 9)],
      upstream: [at(before(9), served(1, 'k'))],
    },
    {
      what: 'a byte more than another step sent',
      receipt: forGood,
      packets: [...opened, said(4, 4)],
      upstream: [
        at(before(4), firedStep(1, 'send', { segment: 'DATA', relativeSeq: 4, length: 3 })),
      ],
    },
    {
      what: 'bytes elsewhere than another step sent',
      receipt: forGood,
      packets: [...opened, said(5, 3)],
      upstream: [
        at(before(4), firedStep(1, 'send', { segment: 'DATA', relativeSeq: 4, length: 3 })),
      ],
    },
    { what: 'nothing was captured', receipt: forGood, packets: [] },
  ],
);

const anySegment = fc
  .tuple(fc.constantFrom<Side>('client', 'upstream'), fc.nat({ max: 3 }))
  .map(([from, length]) => ({ from, length }));

t.test('a silence is proved exactly when the upstream sent no byte in that time', async () => {
  fc.assert(
    fc.property(
      fc.array(anySegment, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 2, max: 9 }),
      fc.nat({ max: 9 }),
      (segments, first, count) => {
        let seq = 1;
        const packets = segments.map(({ from, length }) => {
          if (from === 'client') return asked(1, length);
          const speech = said(seq, length);
          seq += length;
          return speech;
        });
        const receipt: Receipt = {
          segment: 'SILENCE',
          fromUs: before(first),
          toUs: before(first + count),
        };
        const isBroken = segments
          .slice(first - 1, first - 1 + count)
          .some(({ from, length }) => from === 'upstream' && length > 0);
        return (frameOf(receipt, packets) !== null) === !isBroken;
      },
    ),
    { numRuns: 500 },
  );
});

const noWindow: Receipt = { segment: 'ZERO-WINDOW', fromUs: before(2) };
table(
  'ZERO-WINDOW',
  [
    {
      what: 'an ACK',
      receipt: noWindow,
      packets: [acked(1), up(['ACK'], { window: 0 })],
      frame: 2,
    },
    {
      what: 'on data',
      receipt: noWindow,
      packets: [acked(1), up(['PSH', 'ACK'], { length: 1, window: 0 })],
      frame: 2,
    },
  ],
  [
    { what: 'a small one', receipt: noWindow, packets: [acked(1), up(['ACK'], { window: 1 })] },
    {
      what: 'only a RST',
      receipt: noWindow,
      packets: [acked(1), up(['RST', 'ACK'], { window: 0 })],
    },
    {
      what: 'only a SYN',
      receipt: noWindow,
      packets: [acked(1), up(['SYN', 'ACK'], { window: 0 })],
    },
    { what: 'of the client', receipt: noWindow, packets: [acked(1), down(['ACK'], { window: 0 })] },
    { what: 'before it', receipt: noWindow, packets: [up(['ACK'], { window: 0 }), up(['ACK'])] },
  ],
);

const again: Receipt = { segment: 'WINDOW', fromUs: before(2) };
const closed = up(['ACK'], { window: 0 });
table(
  'WINDOW',
  [{ what: 'after 0', receipt: again, packets: [closed, up(['ACK'], { window: 1 })], frame: 2 }],
  [
    { what: 'it was never 0', receipt: again, packets: [up(['ACK']), up(['ACK'])] },
    {
      what: 'it was 0 only in a RST',
      receipt: again,
      packets: [up(['RST'], { window: 0 }), up(['ACK'])],
    },
    { what: 'it was 0 only later', receipt: again, packets: [up(['ACK']), closed, up(['ACK'])] },
    { what: 'it stays 0', receipt: again, packets: [closed, closed] },
    { what: 'only in a RST', receipt: again, packets: [closed, up(['RST'], { window: 9 })] },
    { what: 'of the client', receipt: again, packets: [closed, acked(1)] },
    { what: 'before it', receipt: again, packets: [up(['ACK']), closed] },
  ],
);

type Lost = Extract<Receipt, { segment: 'LOST' }>;
const lost = (from: Lost['from'], flag?: Lost['flag']): Receipt => ({
  segment: 'LOST',
  from,
  fromUs: before(2),
  ...(flag && { flag }),
});
table(
  'LOST',
  [
    { what: 'never answered', receipt: lost('client'), packets: [acked(1), asked(1, 3)], frame: 2 },
    {
      what: 'answered for less',
      receipt: lost('client'),
      packets: [acked(1), asked(1, 3), up(['ACK'], { ack: 3 })],
      frame: 2,
    },
    {
      what: 'sent again, and answered then',
      receipt: lost('client'),
      packets: [acked(1), asked(1, 3), asked(1, 3), up(['ACK'], { ack: 4 })],
      frame: 2,
    },
    {
      what: 'of the upstream',
      receipt: lost('upstream'),
      packets: [acked(1), said(1, 3), acked(1)],
      frame: 2,
    },
    { what: 'of either', receipt: lost('both'), packets: [acked(1), said(1, 3)], frame: 2 },
    {
      what: 'one that follows an answered one',
      receipt: lost('client'),
      packets: [acked(1), asked(1, 3), up(['ACK'], { ack: 4 }), asked(4, 1)],
      frame: 4,
    },
    {
      what: 'a keepalive probe',
      receipt: lost('client'),
      packets: [acked(1), asked(1, 3), up(['ACK'], { ack: 4 }), asked(3, 0)],
      frame: 4,
    },
    {
      what: 'a FIN',
      receipt: lost('upstream', 'FIN'),
      packets: [acked(1), up(['FIN', 'ACK'], { seq: 1 })],
      frame: 2,
    },
    {
      what: 'a FIN that is sent again',
      receipt: lost('upstream', 'FIN'),
      packets: [acked(1), up(['FIN', 'ACK'], { seq: 1 }), up(['FIN', 'ACK'], { seq: 1 }), acked(2)],
      frame: 2,
    },
    {
      what: 'a RST, and the other side still speaks',
      receipt: lost('upstream', 'RST'),
      packets: [acked(4), up(['RST', 'ACK'], { seq: 4 }), asked(1, 3, 4)],
      frame: 2,
    },
    {
      what: 'a RST among all packets',
      receipt: lost('both'),
      packets: [acked(4), up(['RST', 'ACK'], { seq: 4 }), asked(1, 3, 4)],
      frame: 2,
    },
  ],
  [
    {
      what: 'answered',
      receipt: lost('client'),
      packets: [acked(1), asked(1, 3), up(['ACK'], { ack: 4 })],
    },
    {
      what: 'a keepalive probe that is answered',
      receipt: lost('client'),
      packets: [
        acked(1),
        asked(1, 3),
        up(['ACK'], { ack: 4 }),
        asked(3, 0),
        up(['ACK'], { ack: 4 }),
      ],
    },
    {
      what: 'an ACK, which nothing answers',
      receipt: lost('client'),
      packets: [
        acked(1),
        asked(1, 3),
        up(['PSH', 'ACK'], { seq: 1, ack: 4, length: 2 }),
        down(['ACK'], { seq: 4, ack: 3 }),
      ],
    },
    {
      what: 'answered with data',
      receipt: lost('client'),
      packets: [acked(1), asked(1, 3), up(['PSH', 'ACK'], { seq: 1, ack: 4, length: 2 }), acked(3)],
    },
    {
      what: 'answered late',
      receipt: lost('upstream'),
      packets: [acked(1), said(1, 3), said(4, 2), acked(6)],
    },
    { what: 'of the other side', receipt: lost('client'), packets: [acked(1), said(1, 3)] },
    { what: 'before it', receipt: lost('client'), packets: [asked(1, 3)] },
    {
      what: 'an ACK, which nobody answers',
      receipt: lost('client'),
      packets: [acked(1), acked(1)],
    },
    {
      what: 'data, where only FIN is lost',
      receipt: lost('client', 'FIN'),
      packets: [acked(1), asked(1, 3)],
    },
    {
      what: 'a FIN that is answered',
      receipt: lost('upstream', 'FIN'),
      packets: [acked(1), up(['FIN', 'ACK'], { seq: 1 }), acked(2)],
    },
    {
      what: 'a RST, where only FIN is lost',
      receipt: lost('upstream', 'FIN'),
      packets: [acked(1), up(['RST'], { seq: 1 }), asked(1, 1)],
    },
    {
      what: 'a RST after which the other side is silent',
      receipt: lost('upstream', 'RST'),
      packets: [acked(4), up(['RST'], { seq: 4 })],
    },
    {
      what: 'a RST that is met with a RST',
      receipt: lost('upstream', 'RST'),
      packets: [acked(4), up(['RST'], { seq: 4 }), down(['RST'], { seq: 1 })],
    },
    {
      what: 'a RST, answered by a segment of before',
      receipt: lost('upstream', 'RST'),
      packets: [asked(1, 3, 4), up(['RST'], { seq: 4 })],
    },
  ],
);

const syn = (connection = 1) => down(['SYN'], { connection });
const synAck = (connection = 1) => up(['SYN', 'ACK'], { connection });
const refusal = (connection = 1) => up(['RST', 'ACK'], { connection });
const refused: Receipt = { segment: 'REFUSED', fromUs: before(2), toUs: before(5) };
table(
  'REFUSED',
  [
    {
      what: 'a SYN and its RST',
      receipt: refused,
      packets: [acked(1), syn(), refusal()],
      frame: 3,
    },
    {
      what: 'among others',
      receipt: refused,
      packets: [acked(1), syn(1), syn(2), synAck(1), refusal(2)],
      frame: 5,
    },
  ],
  [
    { what: 'a SYN that is accepted', receipt: refused, packets: [acked(1), syn(), synAck()] },
    {
      what: 'accepted, and reset after it',
      receipt: refused,
      packets: [acked(1), syn(), synAck(), refusal()],
    },
    { what: 'a SYN without an answer', receipt: refused, packets: [acked(1), syn()] },
    {
      what: 'a RST of another connection',
      receipt: refused,
      packets: [acked(1), syn(1), refusal(2)],
    },
    { what: 'a RST without a SYN', receipt: refused, packets: [acked(1), asked(1, 2), refusal()] },
    { what: 'before it', receipt: refused, packets: [syn(), refusal()] },
    {
      what: 'after it',
      receipt: refused,
      packets: [acked(1), acked(1), acked(1), acked(1), syn(), refusal()],
    },
    { what: 'the client resets', receipt: refused, packets: [acked(1), syn(), down(['RST'])] },
  ],
);

const unanswered: Receipt = { segment: 'UNANSWERED-SYN', fromUs: before(2), toUs: before(5) };
table(
  'UNANSWERED-SYN',
  [
    { what: 'a SYN and nothing', receipt: unanswered, packets: [acked(1), syn()], frame: 2 },
    {
      what: 'answered when the time is over',
      receipt: unanswered,
      packets: [acked(1), syn(), acked(1), acked(1), syn(), synAck()],
      frame: 2,
    },
    {
      what: 'another one is answered',
      receipt: unanswered,
      packets: [acked(1), syn(1), syn(2), synAck(1)],
      frame: 3,
    },
  ],
  [
    { what: 'answered', receipt: unanswered, packets: [acked(1), syn(), synAck()] },
    { what: 'refused', receipt: unanswered, packets: [acked(1), syn(), refusal()] },
    {
      what: 'sent again, and answered in time',
      receipt: unanswered,
      packets: [acked(1), syn(), syn(), synAck()],
    },
    { what: 'before it', receipt: unanswered, packets: [syn()] },
    {
      what: 'after it',
      receipt: unanswered,
      packets: [acked(1), acked(1), acked(1), acked(1), syn()],
    },
    { what: 'no SYN', receipt: unanswered, packets: [acked(1), asked(1, 3)] },
  ],
);

t.test('every kind of receipt is here', async (t) => {
  const kinds: Record<Receipt['segment'], Receipt> = {
    FIN: fin,
    RST: rst,
    DATA: dataOf(),
    SILENCE: pause,
    'ZERO-WINDOW': noWindow,
    WINDOW: again,
    LOST: lost('both'),
    REFUSED: refused,
    'UNANSWERED-SYN': unanswered,
  };
  for (const [segment, receipt] of Object.entries(kinds)) {
    t.equal(receipt.segment, segment);
    t.equal(frameOf(receipt, []), null, 'an empty capture proves nothing');
  }
  t.equal(acked(1)(1).tuple, tupleOf(1));
});
