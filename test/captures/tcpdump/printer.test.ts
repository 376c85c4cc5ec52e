/** Line for line what the real tcpdump prints. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { linkTypes } from '../../../captures/link.ts';
import { Conversations } from '../../../captures/tcpdump/conversations.ts';
import { writePcap } from '../../../harness/recorders/pcap.ts';
import { runCli } from '../../support/cli.ts';
import { folder } from '../../support/folder.ts';
import { ourLines, theirLines, whyNoTcpdump } from '../../support/tcpdump.ts';
import { packets } from './arbitrary.ts';

type T = { teardown(run: () => void): void };

/** As both have it in this time zone. */
function inZone(t: T, zone: string): void {
  const before = process.env.TZ;
  process.env.TZ = zone;
  t.teardown(() => {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  });
}

const zones = [
  { linkType: linkTypes.ethernet, zone: 'UTC', seed: 11 },
  { linkType: linkTypes.linuxSll, zone: 'Asia/Kathmandu', seed: 12 },
  { linkType: linkTypes.linuxSll2, zone: 'America/New_York', seed: 13 },
];
for (const { linkType, zone, seed } of zones) {
  t.test(
    `frames of all kinds, link type ${linkType}, ${zone}`,
    { skip: whyNoTcpdump },
    async (t) => {
      inZone(t, zone);
      const capture = writePcap(fc.sample(packets(linkType), { numRuns: 2000, seed }));
      capture.writeUInt32LE(linkType, 20);
      const file = join(folder(t), 'all.pcap');
      writeFileSync(file, capture);
      t.strictSame(await ourLines(capture), theirLines(file));
    },
  );
}

const pcapHeaderBytes = 24;

t.test('the captures of scenarios', { skip: whyNoTcpdump }, async (t) => {
  const run = join(folder(t), 'run');
  const { code } = await runCli(['run', 'sockets/', 'udp/', 'pool/idle', '--out', run]);
  t.equal(code, 0);
  const files = readdirSync(run, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.pcap'))
    .map((name) => readFileSync(join(run, name)));
  t.ok(files.length > 60);
  // As one, since to start tcpdump takes longer than to read.
  const together = Buffer.concat(
    files.map((file, index) => (index === 0 ? file : file.subarray(pcapHeaderBytes))),
  );
  const file = join(folder(t), 'together.pcap');
  writeFileSync(file, together);
  const lines = theirLines(file);
  t.ok(lines.length > 500);
  t.strictSame(await ourLines(together), lines);
});

t.test('whatever the bytes are, a frame is a line that does not act', async () => {
  const noise = fc.record({
    linkType: fc.oneof(fc.constantFrom(...Object.values(linkTypes)), fc.nat(300)),
    frames: fc.array(
      fc.oneof(
        packets(linkTypes.ethernet),
        fc.uint8Array({ maxLength: 90 }).map((bytes) => ({
          atUs: 1,
          bytes: Buffer.from(bytes),
          lengthOnWire: bytes.length,
        })),
      ),
      { maxLength: 8 },
    ),
  });
  await fc.assert(
    fc.asyncProperty(noise, async ({ linkType, frames }) => {
      const capture = writePcap(frames);
      capture.writeUInt32LE(linkType, 20);
      const lines = await ourLines(capture);
      return lines.length === frames.length && lines.every((line) => /^[ -~]*$/.test(line));
    }),
    { numRuns: 300 },
  );
});

t.test('no more conversations are kept than are allowed', async (t) => {
  const conversations = new Conversations(2);
  const seen = (port: number, seq: number) =>
    conversations.relative(`a.${port}`, 'b.1', { seq, ack: 11, isSyn: false });
  const begun = { seqBase: 0, ackBase: 0, sackBase: 10 };
  t.strictSame(seen(1, 100), begun);
  t.strictSame(seen(2, 200), begun);
  t.strictSame(seen(1, 101), { seqBase: 100, ackBase: 10, sackBase: 10 });
  t.strictSame(seen(3, 300), begun, 'the oldest goes');
  t.strictSame(seen(2, 201), { seqBase: 200, ackBase: 10, sackBase: 10 });
  t.strictSame(seen(1, 102), begun, 'and begins anew');
  t.strictSame(seen(1, 103), { seqBase: 102, ackBase: 10, sackBase: 10 });
});
