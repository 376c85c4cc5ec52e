/** The second reading finds the packets of a connection, all of them and no others, with their numbers. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { openCapture } from '../../../../captures/reader.ts';
import { explain } from '../../../../explain/explain.ts';
import { packetsOf } from '../../../../harness/commands/explain/packets.ts';
import { type MadeFrame, pcapFile, pcapngSection } from '../../../support/capture-files.ts';
import { udpFrame, unreachableFrame } from '../../../support/frame.ts';
import {
  captureFile,
  connectionFrames,
  exchange,
  handshake,
  type Said,
} from '../../../support/made-capture.ts';

const file = join(t.testdir(), 'a.pcap');
const said = (exchanges: number): Said[] => [
  ...handshake,
  ...Array.from({ length: exchanges }, (_, at) => exchange(1 + at * 2)).flat(),
  { from: 'client', atMs: 90, flags: ['RST'] },
];
const inOrder = (frames: readonly MadeFrame[]) =>
  [...frames].sort((a, b) => Number(a.atNs - b.atNs));

/** Frames of an Ethernet device as other link layers have them. */
const layers: Record<string, (ethernet: Buffer) => { linkType: number; bytes: Buffer }> = {
  ethernet: (bytes) => ({ linkType: 1, bytes }),
  vlan: (bytes) => ({
    linkType: 1,
    bytes: Buffer.concat([bytes.subarray(0, 12), Buffer.from([0x81, 0, 0, 7]), bytes.subarray(12)]),
  }),
  cooked: (bytes) => ({
    linkType: 276,
    bytes: Buffer.concat([bytes.subarray(12, 14), Buffer.alloc(18), bytes.subarray(14)]),
  }),
  raw: (bytes) => ({ linkType: 101, bytes: bytes.subarray(14) }),
};

const connection = fc.record({
  exchanges: fc.integer({ min: 0, max: 4 }),
  startMs: fc.integer({ min: 0, max: 100 }),
  isIpv6: fc.boolean(),
});

t.test('packets of connections that overlap, behind any link layer', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(connection, { minLength: 1, maxLength: 5 }),
      fc.constantFrom(...Object.keys(layers)),
      fc.boolean(),
      async (made, layer, isPcapng) => {
        const frames = made.map(({ exchanges, startMs, isIpv6 }, at) => {
          const hosts = isIpv6 ? ['2001:db8:0:0:0:0:0:1', '::1'] : ['10.0.0.1', '10.0.0.5'];
          const [host = '', to = ''] = hosts;
          const client = { host, port: 40_000 + at };
          const ends = { client, upstream: { host: to, port: 53 }, startMs };
          return connectionFrames(ends, said(exchanges));
        });
        const wrap = layers[layer] ?? ((bytes) => ({ linkType: 1, bytes }));
        const all = inOrder(frames.flat());
        const { linkType } = wrap(Buffer.alloc(60));
        const wrapped = all.map(({ atNs, bytes }) => ({ atNs, bytes: wrap(bytes).bytes }));
        const form = { isBigEndian: false, isNanoseconds: false, linkType };
        writeFileSync(file, (isPcapng ? pcapngSection : pcapFile)(wrapped, form));
        const { shown } = await explain(openCapture(file));
        t.equal(shown.length, made.length);
        for (const { connection, packets, leftOut } of await packetsOf(file, shown)) {
          const port = Number(connection.client.address.replace(/.*:/, ''));
          const mine = frames[port - 40_000] ?? [];
          t.equal(leftOut, 0);
          t.strictSame(
            packets.map(({ frame }) => frame),
            mine.map((frame) => all.indexOf(frame) + 1),
          );
          // From the Ethernet type on they are what was sent.
          t.strictSame(
            packets.map(({ bytes }) => bytes.toString('hex', 12)),
            mine.map(({ bytes }) => bytes.toString('hex', 12)),
          );
        }
      },
    ),
    { numRuns: 25 },
  );
});

t.test('a pair of ports that is used again', async (t) => {
  const first = connectionFrames({}, said(1));
  const again = connectionFrames({ startMs: 1000 }, said(2)).map(({ atNs, bytes }) => {
    // Another connection has other numbers: those of the client are moved on.
    const moved = Buffer.from(bytes);
    const isClients = moved.readUInt16BE(34) === 40_000;
    const at = isClients ? 38 : 42;
    if (moved.readUInt32BE(at) !== 0) moved.writeUInt32BE((moved.readUInt32BE(at) + 7) >>> 0, at);
    return { atNs, bytes: moved };
  });
  writeFileSync(file, captureFile(first, again));
  const { shown } = await explain(openCapture(file));
  t.equal(shown.length, 2);
  const found = await packetsOf(file, shown);
  t.strictSame(
    found.map(({ packets }) => packets.length),
    [first.length, again.length],
  );
});

t.test('ICMP belongs to the datagram that it is about', async (t) => {
  const payload = Buffer.from('?');
  const frames = [
    udpFrame(40_000, 53, payload),
    udpFrame(40_001, 53, payload),
    unreachableFrame(40_001, 53, payload),
  ];
  const made = frames.map((bytes, at) => ({ atNs: BigInt(at) * 1000n, bytes }));
  writeFileSync(file, captureFile(made));
  const { shown } = await explain(openCapture(file));
  const frameNumbers = new Map(
    (await packetsOf(file, shown)).map(({ connection, packets }) => [
      connection.client.address,
      packets.map(({ frame }) => frame),
    ]),
  );
  t.strictSame(frameNumbers.get('127.0.0.1:40000'), [1]);
  t.strictSame(frameNumbers.get('127.0.0.1:40001'), [2, 3]);
});
