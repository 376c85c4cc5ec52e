/** Segments are written as tcpdump writes flags, and found in the order in which they were sent. */
import fc from 'fast-check';
import t from 'tap';
import type { Side, TcpFlag } from '../../../harness/event.ts';
import { expectationSchema, packets } from '../../../harness/expect/expectation.ts';
import {
  describeSegment,
  haveSegments,
  parseSegment,
  segmentsOf,
} from '../../../harness/expect/segments.ts';
import { packet, type Said, timeline } from '../../support/timeline.ts';

const from = fc.constantFrom<Side>('client', 'upstream');
const flags = fc.constantFrom<TcpFlag[]>(
  ['SYN'],
  ['SYN', 'ACK'],
  ['ACK'],
  ['PSH', 'ACK'],
  ['FIN', 'ACK'],
  ['FIN', 'PSH', 'ACK'],
  ['RST'],
  ['RST', 'ACK'],
);
/** Each with a sequence number of its own: none was sent again. */
const sentOnce = fc
  .array(fc.tuple(from, flags, fc.nat(1500)), { minLength: 1, maxLength: 30 })
  .map((all) =>
    all.map(([side, set, length], index) =>
      packet(1, side, set, { seq: index * 2000, ack: index, length }),
    ),
  );
const seen = (events: readonly Said[]) => segmentsOf(timeline(events), 1);
const inFull = (events: readonly Said[]) =>
  seen(events).map(
    (each) => `${describeFlags(each)} seq ${each.relativeSeq} length ${each.length}`,
  );
const describeFlags = (each: Parameters<typeof describeSegment>[0]) =>
  describeSegment(each).split(' ').slice(0, 2).join(' ');

t.test('what was seen can be written, in part and with numbers, and is found', async () => {
  fc.assert(
    fc.property(sentOnce, fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }), (all, kept) => {
      const part = inFull(all).filter((_, index) => kept[index]);
      return haveSegments(seen(all), part) && part.every((text) => parseSegment(text));
    }),
  );
});

t.test('two segments are not found the other way round', async () => {
  fc.assert(
    fc.property(sentOnce, (all) => {
      const texts = inFull(all);
      const reversed = texts.toReversed();
      return haveSegments(seen(all), reversed) === texts.length <= 1;
    }),
  );
});

t.test('what is sent again changes nothing', async () => {
  const takesSpace = (said: Said) =>
    said.source === 'wire' &&
    (said.length > 0 || said.flags.includes('SYN') || said.flags.includes('FIN'));
  fc.assert(
    fc.property(sentOnce, fc.array(fc.tuple(fc.nat(29), fc.nat(40))), (all, again) => {
      const events: Said[] = [...all];
      for (const [which, later] of again) {
        const repeated = all[which];
        if (!repeated || !takesSpace(repeated)) continue;
        events.splice(Math.max(events.indexOf(repeated) + 1, later), 0, { ...repeated });
      }
      return JSON.stringify(inFull(events)) === JSON.stringify(inFull(all));
    }),
  );
});

t.test('one push is not taken for two', async (t) => {
  const push = packet(1, 'client', ['PSH', 'ACK'], { seq: 110, length: 13 });
  t.ok(haveSegments(seen([push, push]), ['client P.']));
  t.notOk(haveSegments(seen([push, push]), ['client P.', 'client P.']));
});

t.test('flags are those of tcpdump, all of them', async (t) => {
  const ended = seen([packet(1, 'upstream', ['ACK', 'FIN', 'PSH'], { seq: 9, length: 3 })]);
  t.equal(ended.map(describeSegment).join(), 'upstream FP. seq 9 length 3');
  t.ok(haveSegments(ended, ['upstream FP. seq 9 ack 0 length 3']));
  t.notOk(haveSegments(ended, ['upstream F.']));
  t.notOk(haveSegments(ended, ['client FP.']));
});

t.test('what is no segment is refused, and the message says how it is written', async (t) => {
  for (const text of [
    '',
    'client',
    'server S',
    'client X',
    'client S seq',
    'client S length 1 seq 1',
  ]) {
    t.equal(parseSegment(text), undefined, text);
    const { error } = expectationSchema.safeParse(packets(1, [text]));
    t.match(error?.message, 'is no segment; write the sender and the flags as tcpdump does');
  }
});
