import fc from 'fast-check';
import t from 'tap';
import { FrameReader } from '../../../clients/dns-pool/frames.ts';

/** Length and message. */
function frame(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

const message = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));

t.test('however a stream is chopped, the same messages come out', async () => {
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 30 }),
      (messages, sizes) => {
        const stream = Buffer.concat(messages.map(frame));
        const reader = new FrameReader();
        const read: Buffer[] = [];
        for (let at = 0, i = 0; at < stream.length; i++) {
          const size = sizes[i % sizes.length] ?? 1;
          read.push(...reader.push(stream.subarray(at, at + size)));
          at += size;
        }
        return (
          reader.bytesPending === 0 &&
          read.length === messages.length &&
          read.every((bytes, i) => messages[i]?.equals(bytes))
        );
      },
    ),
  );
});

t.test(
  'a cut stream delivers the whole messages before the cut and nothing of the next',
  async () => {
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 5 }), fc.nat(), (messages, nat) => {
        const stream = Buffer.concat(messages.map(frame));
        const cut = nat % stream.length;
        const reader = new FrameReader();
        const read = reader.push(stream.subarray(0, cut));
        const bytesRead = read.reduce((sum, bytes) => sum + 2 + bytes.length, 0);
        return (
          read.every((bytes, i) => messages[i]?.equals(bytes)) &&
          bytesRead + reader.bytesPending === cut
        );
      }),
    );
  },
);
