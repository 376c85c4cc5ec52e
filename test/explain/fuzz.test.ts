/** Whatever a file holds, reading it ends with an answer or with an error that says what is wrong. */
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import t from 'tap';
import { NotACapture } from '../../captures/frame.ts';
import { explain } from '../../explain/explain.ts';
import { type MadeFrame, pcapFile, pcapngSection } from '../support/capture-files.ts';
import { tcpFrame, udpFrame } from '../support/frame.ts';

/** 100,000 by hand: PIPEWRENCH_FUZZ=100000 */
const mutations = Number(process.env.PIPEWRENCH_FUZZ ?? 4000);
const seed = Number(process.env.PIPEWRENCH_SEED ?? Date.now() % 1_000_000);

const client = { host: '10.0.0.1', port: 40_000 };

/** A conversation of each protocol, so that every reader of messages is reached. */
const firstBytes: Readonly<Record<string, { port: number; asks: Buffer; answers: Buffer }>> = {
  dns: {
    port: 53,
    asks: Buffer.from('001b00010100000100000000000001610765786d706c650000010001', 'hex'),
    answers: Buffer.from('001b00018180000100000000000001610765786d706c650000010001', 'hex'),
  },
  http: {
    port: 80,
    asks: Buffer.from('GET /a HTTP/1.1\r\nHost: a\r\n\r\n'),
    answers: Buffer.from(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
    ),
  },
  redis: {
    port: 6379,
    asks: Buffer.from('*2\r\n$3\r\nGET\r\n$1\r\na\r\n'),
    answers: Buffer.from('%1\r\n+a\r\n*2\r\n:1\r\n$-1\r\n'),
  },
  postgres: {
    port: 5432,
    asks: Buffer.concat([Buffer.from('0000000800030000', 'hex'), Buffer.from('Q\0\0\0\x08SEL')]),
    answers: Buffer.from('520000000800000000' + '5a0000000549', 'hex'),
  },
  tls: {
    port: 853,
    asks: Buffer.from('16030100050100000100' + '1703030003aabbcc', 'hex'),
    answers: Buffer.from('160303000402000000' + '15030300020228', 'hex'),
  },
};

function conversation({ port, asks, answers }: { port: number; asks: Buffer; answers: Buffer }) {
  const upstream = { host: '10.0.0.2', port };
  const up = { source: client, destination: upstream };
  const down = { source: upstream, destination: client };
  const empty = Buffer.alloc(0);
  const asked = 1001 + asks.length;
  const answered = 5001 + answers.length;
  return [
    tcpFrame({ ...up, flags: ['SYN'], seq: 1000, ack: 0, window: 64, payload: empty }),
    tcpFrame({ ...down, flags: ['SYN', 'ACK'], seq: 5000, ack: 1001, window: 64, payload: empty }),
    tcpFrame({ ...up, flags: ['ACK'], seq: 1001, ack: 5001, window: 64, payload: asks }),
    tcpFrame({ ...down, flags: ['ACK'], seq: 5001, ack: asked, window: 0, payload: answers }),
    tcpFrame({
      ...down,
      flags: ['FIN', 'ACK'],
      seq: answered,
      ack: asked,
      window: 9,
      payload: empty,
    }),
    tcpFrame({ ...up, flags: ['ACK'], seq: asked, ack: answered + 1, window: 64, payload: asks }),
    tcpFrame({ ...down, flags: ['RST'], seq: answered + 1, ack: 0, window: 0, payload: empty }),
  ];
}

const packets = Object.values(firstBytes).flatMap(conversation);
const datagram = udpFrame(40_000, 53, firstBytes.dns?.asks.subarray(2) ?? Buffer.alloc(0));
const made: MadeFrame[] = [...packets, datagram].map((bytes, index) => ({
  atNs: BigInt(1_700_000_000_000_000_000 + index * 1_000_000),
  bytes,
}));
const form = { isBigEndian: false, isNanoseconds: false, linkType: 1 };
const files = [
  pcapFile(made, form),
  pcapFile(made, { ...form, isBigEndian: true, isNanoseconds: true }),
  pcapngSection(made, { ...form, drops: 3, unknownBytes: 40 }),
  pcapngSection(made, { ...form, isBigEndian: true, isNanoseconds: true }),
];
const packed = files.map((file) => gzipSync(file));

interface Mutation {
  /** Where in the file, from 0 to 1. */
  at: number;
  kind: 'byte' | 'word' | 'cut' | 'remove' | 'repeat';
  value: number;
  lengthBytes: number;
}

/** A byte that is another one, a piece that is gone, or one that is there twice. */
const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat({ max: 9999 }).map((place) => place / 10_000),
  kind: fc.constantFrom<Mutation['kind'][]>('byte', 'word', 'cut', 'remove', 'repeat'),
  value: fc.integer({ min: 0, max: 0xffffffff }),
  lengthBytes: fc.integer({ min: 1, max: 40 }),
});

function mutated(file: Buffer, changes: readonly Mutation[]): Buffer {
  let bytes: Buffer = Buffer.from(file);
  for (const { at, kind, value, lengthBytes } of changes) {
    const place = Math.floor(at * bytes.length);
    if (kind === 'byte') bytes.writeUInt8(value & 0xff, place);
    if (kind === 'word' && place + 4 <= bytes.length) bytes.writeUInt32LE(value, place);
    if (kind === 'cut') bytes = bytes.subarray(0, place);
    const end = place + lengthBytes;
    if (kind === 'remove') bytes = Buffer.concat([bytes.subarray(0, place), bytes.subarray(end)]);
    if (kind === 'repeat') {
      bytes = Buffer.concat([bytes.subarray(0, end), bytes.subarray(place)]);
    }
    if (bytes.length === 0) return bytes;
  }
  return bytes;
}

t.test(`${mutations} captures that something was done to, seed ${seed}`, async (t) => {
  let answered = 0;
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...files, ...packed),
      fc.array(mutation, { minLength: 1, maxLength: 6 }),
      async (file, changes) => {
        try {
          const { capture, shown } = await explain(Readable.from([mutated(file, changes)]));
          answered += 1;
          if (capture.stopped && capture.stopped.reason === '') return false;
          return shown.length <= capture.frames;
        } catch (error) {
          refused += 1;
          return error instanceof NotACapture && error.message !== '';
        }
      },
    ),
    { numRuns: mutations, seed },
  );
  t.ok(answered > 0 && refused > 0, `${answered} answered, ${refused} refused`);
});

t.test('unchanged they are read whole', async (t) => {
  for (const file of [...files, ...packed]) {
    const { capture, connections, counts } = await explain(Readable.from([file]));
    t.equal(capture.stopped, null);
    t.equal(capture.frames, made.length);
    t.same(connections, { tcp: 5, udp: 1 });
    t.ok(Object.keys(counts).length > 1, JSON.stringify(counts));
  }
});
