import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import {
  type PcapngPacket,
  type PcapngSection,
  writePcapng,
} from '../../captures/pcapng-writer.ts';
import { folder } from '../support/folder.ts';
import { readPcapng } from '../support/pcapng.ts';
import { tsharkFields, whyNoTshark } from '../support/tshark.ts';

/** Whole characters of every script; a half of a surrogate pair has no UTF-8. */
const text = fc.string({ unit: 'binary', maxLength: 60 });

const packet: fc.Arbitrary<PcapngPacket> = fc
  .record({
    // Up to the year 2255, exactly as a double has it.
    atUs: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
    bytes: fc.uint8Array({ maxLength: 70 }),
    cutBytes: fc.nat(5),
    comments: fc.array(text, { maxLength: 3 }),
  })
  .map(({ cutBytes, ...rest }) => ({ ...rest, lengthOnWire: rest.bytes.length + cutBytes }));

const section = (of = packet): fc.Arbitrary<PcapngSection> =>
  fc.record({
    application: text,
    os: text,
    comments: fc.array(text, { maxLength: 3 }),
    interface: fc.record({
      name: text,
      description: text,
      linkType: fc.nat(0xffff),
      snapshotBytes: fc.nat(0xffff_ffff),
      counted: fc.option(
        fc.record({
          atUs: fc.nat(),
          receivedPackets: fc.nat(Number.MAX_SAFE_INTEGER),
          droppedPackets: fc.nat(Number.MAX_SAFE_INTEGER),
        }),
        { nil: undefined },
      ),
    }),
    packets: fc.array(of, { maxLength: 5 }),
  });

t.test('what is written is read again, by the letter of the draft', async () => {
  fc.assert(
    fc.property(fc.array(section(), { maxLength: 4 }), (sections) => {
      const read = readPcapng(writePcapng(sections));
      const expected = sections.map(({ interface: of, packets, ...rest }) => ({
        ...rest,
        interfaces: [
          {
            linkType: of?.linkType,
            name: of?.name,
            description: of?.description,
            resolution: 6,
            ...(of?.counted && {
              received: of.counted.receivedPackets,
              dropped: of.counted.droppedPackets,
            }),
          },
        ],
        packets: packets.map(({ bytes, ...packet }) => ({ ...packet, bytes: Buffer.from(bytes) })),
      }));
      return isDeepStrictEqual(read, expected);
    }),
  );
});

t.test('a section without a capture has its comments and nothing else', async (t) => {
  const bare = {
    application: 'a',
    os: 'b',
    comments: ['nothing'],
    interface: undefined,
    packets: [],
  };
  t.strictSame(readPcapng(writePcapng([bare])), [
    { application: 'a', os: 'b', comments: ['nothing'], interfaces: [], packets: [] },
  ]);
});

t.test('a comment that no option can hold is cut before a whole character', async (t) => {
  const write = (comment: string) => {
    const packets = [
      { atUs: 1, bytes: Buffer.of(1), lengthOnWire: 1, comments: [comment, 'next'] },
    ];
    const seenOn = {
      name: 'lo',
      description: '',
      linkType: 1,
      snapshotBytes: 9,
      counted: undefined,
    };
    const head = { application: '', os: '', comments: [] };
    const [read] = readPcapng(writePcapng([{ ...head, interface: seenOn, packets }]));
    return read?.packets[0]?.comments;
  };
  t.strictSame(write('x'.repeat(65_535)), ['x'.repeat(65_535), 'next']);
  t.strictSame(write(`${'x'.repeat(65_534)}é`), ['x'.repeat(65_534), 'next']);
  t.strictSame(write('😀'.repeat(20_000)), ['😀'.repeat(16_383), 'next']);
});

t.test('tshark reads the same', { skip: whyNoTshark }, async (t) => {
  // What it prints of a control character is its own affair.
  const word = fc.stringMatching(/^[\p{L}\d .:·>-]{1,80}$/u);
  const readable = packet.chain((one) =>
    fc.array(word, { maxLength: 3 }).map((comments) => ({
      ...one,
      atUs: one.atUs % 4e15,
      comments,
      // A packet without a byte is none to it.
      bytes: Uint8Array.from([...one.bytes, 0]),
      lengthOnWire: one.bytes.length + 1,
    })),
  );
  const sections = fc.sample(section(readable), { numRuns: 60, seed: 7 }).map((one) => ({
    ...one,
    comments: [],
    interface: { ...lo, counted: one.interface?.counted },
  }));
  const file = join(folder(t), 'all.pcapng');
  writeFileSync(file, writePcapng(sections));
  const packets = sections.flatMap((one) => one.packets);
  t.ok(packets.length > 50);
  t.strictSame(
    tsharkFields(file, [
      'frame.number',
      'frame.time_epoch',
      'frame.len',
      'frame.interface_name',
      'frame.comment',
    ]),
    packets.map(({ atUs, lengthOnWire, comments }, index) => [
      String(index + 1),
      `${Math.floor(atUs / 1e6)}.${String(atUs % 1e6).padStart(6, '0')}000`,
      String(lengthOnWire),
      'lo',
      comments.join('|'),
    ]),
  );
});

const lo = { name: 'lo', description: 'loopback', linkType: 1, snapshotBytes: 262_144 };
