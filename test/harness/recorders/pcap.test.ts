import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import {
  type CapturedPacket,
  PcapError,
  readPcap,
  writePcap,
} from '../../../harness/recorders/pcap.ts';

const packet: fc.Arbitrary<CapturedPacket> = fc
  .record({
    atUs: fc.integer({ min: 0, max: 4_294_967_295_999_999 }),
    bytes: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    cut: fc.nat({ max: 100 }),
  })
  .map(({ atUs, bytes, cut }) => ({ atUs, bytes, lengthOnWire: bytes.length + cut }));
const packets = fc.array(packet, { maxLength: 8 });

async function failureOf(file: Uint8Array): Promise<unknown> {
  try {
    await readPcap(file);
    return undefined;
  } catch (error) {
    return error;
  }
}

t.test('what is written is read again', async () => {
  await fc.assert(
    fc.asyncProperty(packets, async (original) =>
      isDeepStrictEqual(await readPcap(writePcap(original)), original),
    ),
  );
});

t.test('cut short at any byte: a PcapError, or between two packets only whole ones', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(packet, { minLength: 1, maxLength: 4 }), async (original) => {
      const whole = writePcap(original);
      const boundaries = original.map((_, i) => writePcap(original.slice(0, i)).length);
      for (let cut = 0; cut < whole.length; cut++) {
        const file = whole.subarray(0, cut);
        const packetCount = boundaries.indexOf(cut);
        const isRight =
          packetCount === -1
            ? (await failureOf(file)) instanceof PcapError
            : isDeepStrictEqual(await readPcap(file), original.slice(0, packetCount));
        if (!isRight) return false;
      }
      return true;
    }),
    { numRuns: 10 },
  );
});

t.test('frames of another link are refused by their number', async () => {
  await fc.assert(
    fc.asyncProperty(packets, fc.integer({ min: 2, max: 300 }), async (original, linkType) => {
      const file = writePcap(original);
      file.writeUInt32LE(linkType, 20);
      const error = await failureOf(file);
      return error instanceof PcapError && error.message.includes(`got ${linkType}`);
    }),
    { numRuns: 30 },
  );
});

t.test('other kinds of files are refused', async (t) => {
  const magics = { pcapng: '0a0d0d0a', nanoseconds: '4d3cb2a1', gzip: '1f8b0800' };
  for (const [name, magic] of Object.entries(magics)) {
    const file = Buffer.alloc(100);
    file.write(magic, 'hex');
    t.ok((await failureOf(file)) instanceof PcapError, name);
  }
  await t.rejects(readPcap(Buffer.alloc(3)), { message: /at least 24 bytes, got 3/ });
});

t.test('a big-endian file is read too', async (t) => {
  const file = Buffer.alloc(24 + 16 + 2);
  file.writeUInt32BE(0xa1b2c3d4, 0);
  file.writeUInt16BE(2, 4);
  file.writeUInt16BE(4, 6);
  file.writeUInt32BE(1, 20);
  file.writeUInt32BE(7, 24);
  file.writeUInt32BE(9, 28);
  file.writeUInt32BE(2, 32);
  file.writeUInt32BE(60, 36);
  file.write('hi', 40);
  t.strictSame(await readPcap(file), [
    { atUs: 7_000_009, bytes: Buffer.from('hi'), lengthOnWire: 60 },
  ]);
});
