import fc from 'fast-check';
import t from 'tap';
import type { Receipt, TcpFlag } from '../../../harness/event.ts';
import { checkReceipts } from '../../../harness/expect/receipts.ts';
import {
  acknowledged,
  closing,
  firedStep,
  listenerStep,
  packet,
  syn,
  timeline,
  unfiredStep,
  withGap,
} from '../../support/timeline.ts';

const byte = fc.integer({ min: 1, max: 5000 });
/** Those that have a place in the upstream's bytes; `proof.test.ts` has the others. */
type Placed = Extract<Receipt, { relativeSeq: number }>;
const flagsOf: Record<Placed['segment'], TcpFlag[]> = {
  FIN: ['FIN', 'ACK'],
  RST: ['RST'],
  DATA: ['PSH', 'ACK'],
};
const receipt: fc.Arbitrary<Placed> = fc.oneof(
  fc.record({ segment: fc.constant('FIN'), relativeSeq: byte, length: fc.constant(0) }),
  fc.record({ segment: fc.constant('RST'), relativeSeq: byte, length: fc.constant(0) }),
  fc.record({ segment: fc.constant('DATA'), relativeSeq: byte, length: byte }),
);

const proof = ({ segment, relativeSeq, length }: Placed, connection = 1) =>
  packet(connection, 'upstream', flagsOf[segment], { seq: relativeSeq, length, frame: 6 });

t.test('the promised segment at its byte, from the upstream, proves the fault', async () => {
  fc.assert(
    fc.property(receipt, (promised) => {
      const [result, ...others] = checkReceipts(
        timeline([
          syn(1),
          acknowledged(1, promised.relativeSeq, 5),
          firedStep(1, 'fault', promised),
          proof(promised),
        ]),
      );
      return result?.verdict === 'pass' && result.frame === 6 && others.length === 0;
    }),
  );
});

t.test(
  'another byte, another side, another connection or another segment prove nothing',
  async () => {
    const wrong = fc.constantFrom('byte', 'side', 'connection', 'segment', 'nothing');
    fc.assert(
      fc.property(receipt, wrong, fc.integer({ min: 1, max: 9 }), (promised, what, off) => {
        const shown = {
          byte: proof({ ...promised, relativeSeq: promised.relativeSeq + off }),
          side: { ...proof(promised), from: 'client' as const },
          connection: proof(promised, 2),
          segment: {
            ...proof(promised),
            flags: promised.segment === 'DATA' ? [] : ['ACK' as const],
          },
          nothing: syn(1),
        }[what];
        // A segment of data needs no flag, only its place and length.
        const isData = what === 'segment' && promised.segment === 'DATA';
        const before = acknowledged(1, promised.relativeSeq, 5);
        const [result] = checkReceipts(
          timeline([syn(1), before, firedStep(1, 'fault', promised), shown]),
        );
        return isData
          ? result?.verdict === 'pass'
          : result?.verdict === 'unknown' && result.frame === null && result.note !== '';
      }),
    );
  },
);

t.test('the note of a missing segment tells what the upstream sent instead', async (t) => {
  const promised: Placed = { segment: 'FIN', relativeSeq: 8, length: 0 };
  const seen = timeline([
    syn(1),
    firedStep(1, 'close', promised),
    packet(1, 'upstream', ['RST'], { seq: 5, frame: 9 }),
  ]);
  t.match(checkReceipts(seen), [
    {
      step: 'close',
      connection: 1,
      promised,
      note:
        'expected FIN at relative sequence number 8, ' + 'the upstream sent RST at 5 in frame 9',
    },
  ]);
});

t.test('a FIN may ride on the last data', async (t) => {
  const seen = timeline([
    syn(1),
    firedStep(1, 'close', { segment: 'FIN', relativeSeq: 8, length: 0 }),
    acknowledged(1, 8, 8),
    packet(1, 'upstream', ['FIN', 'PSH', 'ACK'], { seq: 5, length: 3, frame: 9 }),
  ]);
  t.match(checkReceipts(seen), [{ verdict: 'pass', frame: 9 }]);
});

t.test('a break that overtook what was sent before it proves nothing', async () => {
  const short = fc.integer({ min: 1, max: 9 });
  fc.assert(
    fc.property(receipt, short, fc.boolean(), (promised, missing, isLate) => {
      const ack = isLate
        ? acknowledged(1, promised.relativeSeq, 7)
        : acknowledged(1, promised.relativeSeq - missing, 5);
      const [result] = checkReceipts(
        timeline([syn(1), ack, firedStep(1, 'fault', promised), proof(promised)]),
      );
      return result?.verdict === (promised.segment === 'DATA' ? 'pass' : 'unknown');
    }),
  );
});

t.test('data of another length is not the promised one', async (t) => {
  const promised: Placed = { segment: 'DATA', relativeSeq: 1, length: 2 };
  const seen = timeline([
    syn(1),
    firedStep(1, 'send-response', promised),
    packet(1, 'upstream', ['PSH', 'ACK'], { seq: 1, length: 3 }),
  ]);
  t.match(checkReceipts(seen), [{ verdict: 'unknown' }]);
});

t.test('a capture that is not whole is named, unless the segment is there', async (t) => {
  const promised: Placed = { segment: 'RST', relativeSeq: 1, length: 0 };
  const without = timeline([syn(1), firedStep(1, 'reset', promised)]);
  t.match(checkReceipts(withGap(without, 'wire')), [
    { verdict: 'unknown', note: 'the capture is not whole: wire was blind' },
  ]);
  const whole = timeline([
    syn(1),
    acknowledged(1, 1, 2),
    firedStep(1, 'reset', promised),
    proof(promised),
  ]);
  t.match(checkReceipts(withGap(whole, 'wire')), [{ verdict: 'pass' }]);
});

t.test('a fault that never fired is unknown; a wait that did not is nothing', async (t) => {
  const seen = timeline([
    syn(1),
    unfiredStep(1, 'close', true),
    unfiredStep(1, 'until-idle', false),
    firedStep(1, 'answer'),
  ]);
  t.match(checkReceipts(seen), [
    {
      step: 'close',
      promised: null,
      verdict: 'unknown',
      note: 'it never fired: the client closed',
    },
  ]);
  t.equal(checkReceipts(seen).length, 1);
});

t.test('each promise of a step is judged for itself', async (t) => {
  const promised = [1, 4, 7].map(
    (relativeSeq): Placed => ({ segment: 'DATA', relativeSeq, length: 3 }),
  );
  const seen = timeline([
    syn(1),
    firedStep(1, 'drip', ...promised),
    packet(1, 'upstream', ['PSH', 'ACK'], { seq: 1, length: 3, frame: 4 }),
    packet(1, 'upstream', ['PSH', 'ACK'], { seq: 7, length: 3, frame: 5 }),
  ]);
  t.match(checkReceipts(seen), [
    { step: 'drip', promised: promised[0], verdict: 'pass', frame: 4 },
    { step: 'drip', promised: promised[1], verdict: 'unknown', frame: null },
    { step: 'drip', promised: promised[2], verdict: 'pass', frame: 5 },
  ]);
});

t.test('what leaves when the client is closed proves nothing', async (t) => {
  const promised: Placed = { segment: 'FIN', relativeSeq: 1, length: 0 };
  const fired = [syn(1), acknowledged(1, 1, 5), firedStep(1, 'close', promised)];
  t.match(checkReceipts(timeline([...fired, proof(promised)])), [{ verdict: 'pass' }]);
  t.match(checkReceipts(timeline([...fired, closing, proof(promised)])), [{ verdict: 'unknown' }]);
});

const always = { fromUs: 0, toUs: 2e15 };
const absences: Receipt[] = [
  { segment: 'SILENCE', ...always, fromUs: 1_780_000_000_000_010 },
  { segment: 'LOST', from: 'client', fromUs: 0 },
  { segment: 'UNANSWERED-SYN', ...always },
];

t.test('what is to be absent may be in the part of a capture that is missing', async (t) => {
  for (const promised of absences) {
    const step =
      promised.segment === 'UNANSWERED-SYN'
        ? listenerStep('full', promised)
        : firedStep(1, 'fault', promised);
    const seen = timeline([syn(1), step]);
    t.match(checkReceipts(seen), [{ verdict: 'pass', frame: 1, note: '' }], promised.segment);
    for (const recorder of ['wire', 'upstream'] as const) {
      const note = `the capture is not whole: ${recorder} was blind`;
      t.match(checkReceipts(withGap(seen, recorder)), [{ verdict: 'unknown', note }]);
    }
  }
});

t.test('a fault of the listener is proved on whichever connection met it', async (t) => {
  const refused: Receipt = { segment: 'REFUSED', ...always };
  const [first, met] = [syn(1), syn(2)];
  const answer = packet(2, 'upstream', ['RST', 'ACK'], { frame: 3 });
  const seen = timeline([first, met, answer, listenerStep('refuse', refused)]);
  t.match(checkReceipts(seen), [
    { step: 'refuse', verdict: 'pass', connection: 2, tuple: answer.tuple, frame: 3 },
  ]);
  t.match(checkReceipts(timeline([first, listenerStep('refuse', refused)])), [
    { step: 'refuse', verdict: 'unknown', connection: null, tuple: '', frame: null },
  ]);
});
