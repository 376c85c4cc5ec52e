import fc from 'fast-check';
import t from 'tap';
import { storedPackets } from '../../captures/pcap-file.ts';
import { type CapturedPacket, readPcap, writePcap } from '../../harness/recorders/pcap.ts';

const packets: fc.Arbitrary<CapturedPacket[]> = fc.array(
  fc
    .record({
      atUs: fc.integer({ min: 0, max: 4_294_967_295_999_999 }),
      bytes: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
      cut: fc.nat({ max: 100 }),
    })
    .map(({ atUs, bytes, cut }) => ({ atUs, bytes, lengthOnWire: bytes.length + cut })),
  { maxLength: 6 },
);

t.test('the packets are those that pcap-parser finds', async (t) => {
  await fc.assert(
    fc.asyncProperty(packets, async (written) => {
      const file = writePcap(written);
      t.same(storedPackets(file), {
        linkType: 1,
        packets: await readPcap(file),
        trouble: undefined,
      });
    }),
    { numRuns: 40 },
  );
});

t.test('a file that is cut has fewer, and says so', async (t) => {
  fc.assert(
    fc.property(packets, fc.nat(), (written, cutBytes) => {
      const file = writePcap(written);
      const whole = file.subarray(0, file.length - (cutBytes % (file.length + 1)));
      const { packets: found, trouble } = storedPackets(whole);
      t.same(found, written.slice(0, found.length));
      const isWhole = whole.length === writePcap(found).length;
      t.equal(trouble === undefined, isWhole);
    }),
  );
});

t.test('whatever the bytes are, nothing is thrown', async (t) => {
  const head = writePcap([]);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (bytes, isHeaded) => {
      const { trouble } = storedPackets(isHeaded ? Buffer.concat([head, bytes]) : bytes);
      if (!isHeaded) t.equal(trouble, 'the stored capture is no pcap');
    }),
  );
});
