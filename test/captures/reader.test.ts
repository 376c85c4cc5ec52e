import { PassThrough, Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import t from 'tap';
import { frameBytesMax, NotACapture } from '../../captures/frame.ts';
import { type CaptureEnd, openCapture, readCapture } from '../../captures/reader.ts';
import { type MadeFrame, pcapFile, pcapngSection } from '../support/capture-files.ts';

interface Seen {
  atNs: bigint;
  bytes: string;
  lengthOnWire: number;
  linkType: number;
}

async function readAll(input: Readable): Promise<{ seen: Seen[]; end: CaptureEnd }> {
  const seen: Seen[] = [];
  const end = await readCapture(input, (frame) => {
    seen.push({
      atNs: BigInt(frame.atUs) * 1000n + BigInt(frame.ns),
      bytes: frame.bytes.toString('hex', frame.start, frame.end),
      lengthOnWire: frame.lengthOnWire,
      linkType: frame.linkType,
    });
  });
  return { seen, end };
}

/** As a pipe or a disk hands it over: in pieces of any length. */
function inPieces(file: Buffer, pieceBytes: number): Readable {
  const pieces: Buffer[] = [];
  for (let at = 0; at < file.length; at += pieceBytes) {
    pieces.push(file.subarray(at, at + pieceBytes));
  }
  return Readable.from(pieces, { objectMode: false });
}

const frame: fc.Arbitrary<MadeFrame> = fc.record({
  // Until 2106, when the seconds of a classic capture end.
  atNs: fc.bigInt({ min: 0n, max: 4_294_967_295_999_999_999n }),
  bytes: fc.uint8Array({ maxLength: 90 }).map((bytes) => Buffer.from(bytes)),
  cutBytes: fc.nat({ max: 100 }),
});
const frames = fc.array(frame, { maxLength: 12 });
const form = fc.record({
  isBigEndian: fc.boolean(),
  isNanoseconds: fc.boolean(),
  linkType: fc.constantFrom(0, 1, 101, 113, 276),
});
const pieceBytes = fc.integer({ min: 1, max: 200 });

function expected(made: readonly MadeFrame[], isNanoseconds: boolean, linkType: number): Seen[] {
  return made.map(({ atNs, bytes, cutBytes = 0 }) => ({
    atNs: isNanoseconds ? atNs : (atNs / 1000n) * 1000n,
    bytes: bytes.toString('hex'),
    lengthOnWire: bytes.length + cutBytes,
    linkType,
  }));
}

t.test('a classic capture is read as it was written, in whatever pieces it comes', async (t) => {
  await fc.assert(
    fc.asyncProperty(frames, form, pieceBytes, fc.boolean(), async (made, how, size, isPacked) => {
      const file = pcapFile(made, how);
      const { seen, end } = await readAll(inPieces(isPacked ? gzipSync(file) : file, size));
      t.same(seen, expected(made, how.isNanoseconds, how.linkType));
      t.equal(end.frames, made.length);
      t.equal(end.stopped, undefined);
    }),
    { numRuns: 60 },
  );
});

t.test('so is a pcapng of several sections, each with its own byte order', async (t) => {
  const section = fc.record({
    made: frames,
    how: form,
    drops: fc.option(fc.nat(), { nil: undefined }),
    unknownBytes: fc.option(fc.nat({ max: 300 }), { nil: undefined }),
  });
  const sections = fc.array(section, { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(sections, pieceBytes, async (parts, size) => {
      const file = Buffer.concat(
        parts.map(({ made, how, drops, unknownBytes }) =>
          pcapngSection(made, {
            ...how,
            ...(drops !== undefined && { drops }),
            ...(unknownBytes !== undefined && { unknownBytes }),
          }),
        ),
      );
      const { seen, end } = await readAll(inPieces(file, size));
      t.same(
        seen,
        parts.flatMap(({ made, how }) => expected(made, how.isNanoseconds, how.linkType)),
      );
      const told = parts.flatMap(({ drops }) => (drops === undefined ? [] : [drops]));
      t.equal(end.drops, told.length === 0 ? null : told.reduce((sum, count) => sum + count));
    }),
    { numRuns: 60 },
  );
});

t.test('a file that ends early is read up to there, and it is said where', async (t) => {
  const made = [1, 2, 3].map((n) => ({ atNs: 5_000n, bytes: Buffer.alloc(20, n) }));
  const how = { isBigEndian: false, isNanoseconds: false, linkType: 1 };
  for (const whole of [pcapFile(made, how), pcapngSection(made, how)]) {
    for (let length = 4; length < whole.length; length++) {
      const { seen, end } = await readAll(Readable.from([whole.subarray(0, length)]));
      t.equal(end.frames, seen.length);
      t.ok(seen.length < 3);
      const stopsAtARecord = end.stopped === undefined;
      t.equal(stopsAtARecord, end.sizeBytes === length);
      if (end.stopped) t.equal(end.stopped.offsetBytes, end.sizeBytes);
    }
  }
});

t.test('what is no capture is refused, and it is said what it looks like', async (t) => {
  const refused = async (bytes: Buffer) => {
    try {
      await readAll(Readable.from([bytes]));
    } catch (error) {
      if (error instanceof NotACapture) return error.message;
      throw error;
    }
    return 'read';
  };
  t.equal(await refused(Buffer.alloc(0)), 'it is empty');
  t.equal(await refused(Buffer.from('ab')), 'it has 2 bytes');
  t.equal(await refused(Buffer.from('hello, world')), 'it begins with the bytes 68656c6c');
  t.match(await refused(Buffer.from('28b52ffd00000000', 'hex')), /compressed with zstd/);
  t.match(await refused(gzipSync('nothing of the kind')), /begins with the bytes 6e6f7468/);
  t.match(await refused(gzipSync('nothing').subarray(0, 12)), /its compressed data is damaged/);
  t.throws(() => openCapture('/'), new NotACapture('it is a folder'));
});

t.test('a length that cannot be is damage: it is neither waited for nor kept', async (t) => {
  const how = { isBigEndian: false, isNanoseconds: false, linkType: 1 };
  const made = [{ atNs: 0n, bytes: Buffer.alloc(20, 1) }];
  const pcap = pcapFile([...made, ...made], how);
  pcap.writeUInt32LE(frameBytesMax + 1, 24 + 16 + 20 + 8);
  const classic = await readAll(Readable.from([pcap]));
  t.equal(classic.end.frames, 1);
  t.match(classic.end.stopped, { offsetBytes: 60, reason: /packet 2 claims/ });

  const section = pcapngSection(made, how);
  const beyond = Buffer.concat([section, Buffer.from('060000000100000000000000', 'hex')]);
  const ng = await readAll(Readable.from([beyond]));
  t.equal(ng.end.frames, 1);
  t.match(ng.end.stopped, { offsetBytes: section.length, reason: /claims a length of 1 bytes/ });
});

t.test('a pipe that breaks is an error of the pipe', async (t) => {
  const input = new PassThrough();
  input.write(pcapFile([], { isBigEndian: false, isNanoseconds: false, linkType: 1 }));
  const reading = readAll(input);
  input.destroy(new Error('the disk is gone'));
  await t.rejects(reading, { message: 'the disk is gone' });
});
