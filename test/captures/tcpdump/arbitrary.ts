/** Frames of every kind that has lines of its own, whole, odd and cut. */
import fc from 'fast-check';
import { linkTypes } from '../../../captures/link.ts';
import type { CapturedPacket } from '../../../harness/recorders/pcap.ts';

type Bytes = fc.Arbitrary<Buffer>;

const u8 = fc.nat(0xff);
const u16 = fc.nat(0xffff);
const u32 = fc.nat(0xffff_ffff);
const bytes = (maxLength: number, minLength = 0): Bytes =>
  fc.uint8Array({ minLength, maxLength }).map((array) => Buffer.from(array));

const be16 = (value: number) => Buffer.from([value >> 8, value & 0xff]);
const be32 = (value: number) => {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value);
  return buffer;
};
const joined = (...parts: Bytes[]): Bytes => fc.tuple(...parts).map((all) => Buffer.concat(all));

/** Few, so that packets meet in conversations; none of them is a protocol's that tcpdump would read. */
const port = fc.constantFrom(40_000, 40_001, 40_002, 5300);
/** Near each other and around the end of the number space. */
const number = fc.oneof(
  fc.integer({ min: 1000, max: 1100 }),
  fc.integer({ min: 0xffff_ffc0, max: 0xffff_ffff }),
  u32,
);

/** MPTCP, SCPS and TCP-AO have lines of their own that are not covered. */
const unread = new Set([20, 29, 30]);

const option: Bytes = fc.oneof(
  fc.constant(Buffer.of(1)),
  fc
    .constantFrom('020405b4', '03030a', '0402', '080a0000000500000006', '1c040003', '2206abcdef01')
    .map((hex) => Buffer.from(hex, 'hex')),
  fc.array(number, { minLength: 2, maxLength: 4 }).map((edges) => {
    const even = edges.slice(0, edges.length & ~1);
    return Buffer.concat([Buffer.of(5, 2 + even.length * 4), ...even.map(be32)]);
  }),
  fc
    .tuple(
      u8.filter((kind) => !unread.has(kind)),
      bytes(10),
    )
    .map(([kind, value]) => Buffer.concat([Buffer.of(kind, 2 + value.length), value])),
);

/** To a whole number of words, no more than fit. */
const options: Bytes = fc.array(option, { maxLength: 5 }).map((all) => {
  const raw = Buffer.concat(all).subarray(0, 40);
  return Buffer.concat([raw, Buffer.alloc(-raw.length & 3, 1)]);
});

function tcp(ports: fc.Arbitrary<number>, payload: Bytes): Bytes {
  return fc
    .record({
      source: ports,
      destination: ports,
      seq: number,
      ack: number,
      flags: fc.oneof(fc.constantFrom(0x02, 0x12, 0x10, 0x18, 0x11, 0x04, 0x14), u8),
      window: u16,
      options,
      payload,
      headerWords: fc.oneof(
        { weight: 20, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: fc.nat(15) },
      ),
    })
    .map(({ headerWords, ...segment }) => {
      const words = headerWords ?? 5 + segment.options.length / 4;
      return Buffer.concat([
        be16(segment.source),
        be16(segment.destination),
        be32(segment.seq),
        be32(segment.ack),
        Buffer.of(words << 4, segment.flags),
        be16(segment.window),
        Buffer.alloc(4),
        segment.options,
        segment.payload,
      ]);
    });
}

/** @param lie Added to the length that the header tells. */
function udp(
  source: fc.Arbitrary<number>,
  destination: fc.Arbitrary<number>,
  payload: Bytes,
): Bytes {
  const lie = fc.oneof(
    { weight: 12, arbitrary: fc.constant(0) },
    fc.integer({ min: -20, max: 20 }),
  );
  return fc
    .tuple(source, destination, payload, lie)
    .map(([from, to, content, more]) =>
      Buffer.concat([
        be16(from),
        be16(to),
        be16(Math.max(0, 8 + content.length + more)),
        be16(0),
        content,
      ]),
    );
}

const hosts4 = fc.constantFrom('7f000001', '0a000002').map((hex) => Buffer.from(hex, 'hex'));
const hosts6 = fc
  .constantFrom(
    '00000000000000000000000000000001',
    'fe800000000000000000000000000001',
    '20010db8000000010000000000010001',
    '00000000000000000000ffff01020304',
    '00000000000000000000000001020304',
  )
  .map((hex) => Buffer.from(hex, 'hex'));

function ipv4(protocol: number, payload: Bytes): Bytes {
  return fc
    .record({
      source: hosts4,
      destination: hosts4,
      payload,
      optionWords: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.nat(3)),
      fragment: fc.oneof(
        { weight: 20, arbitrary: fc.constant(0) },
        fc.constantFrom(0x2000, 0x2003, 0x0003),
      ),
      lie: fc.oneof({ weight: 20, arbitrary: fc.constant(0) }, fc.integer({ min: -60, max: 60 })),
    })
    .map(({ source, destination, payload: content, optionWords, fragment, lie }) => {
      const header = 20 + optionWords * 4;
      return Buffer.concat([
        Buffer.of(0x40 | (header / 4), 0),
        be16(Math.max(0, header + content.length + lie)),
        be16(1),
        be16(fragment),
        Buffer.of(64, protocol, 0, 0),
        source,
        destination,
        Buffer.alloc(header - 20, 1),
        content,
      ]);
    });
}

function ipv6(protocol: number, payload: Bytes): Bytes {
  const extension = fc.constantFrom('none', 'fragment', 'later', 'hop', 'options');
  const lie = fc.oneof(
    { weight: 20, arbitrary: fc.constant(0) },
    fc.integer({ min: -40, max: 40 }),
  );
  return fc
    .tuple(hosts6, hosts6, payload, extension, lie)
    .map(([from, to, content, kind, more]) => {
      const headers: Record<typeof kind, [number, Buffer]> = {
        none: [protocol, Buffer.alloc(0)],
        fragment: [44, Buffer.concat([Buffer.of(protocol, 0), be16(1), be32(7)])],
        later: [44, Buffer.concat([Buffer.of(protocol, 0), be16(0x11), be32(7)])],
        hop: [0, Buffer.of(protocol, 0, 1, 4, 0, 0, 0, 0)],
        options: [60, Buffer.of(protocol, 0, 1, 4, 0, 0, 0, 0)],
      };
      const [next, header] = headers[kind];
      // Of a fragment that is shorter than its header tcpdump prints a length that is none.
      const length = Math.max(header.length, header.length + content.length + more);
      return Buffer.concat([
        be32(0x60000000),
        be16(length),
        Buffer.of(next, 64),
        from,
        to,
        header,
        content,
      ]);
    });
}

const plainUdp = udp(port, port, bytes(30));

const unreachable4 = fc
  .tuple(fc.nat(15), u16, ipv4(17, plainUdp))
  .map(([code, mtu, repeated]) =>
    Buffer.concat([Buffer.of(3, code, 0, 0, 0, 0), be16(mtu), repeated]),
  );
const icmp: Bytes = fc.oneof(
  unreachable4,
  joined(
    fc.constantFrom(Buffer.of(8, 0, 0, 0), Buffer.of(0, 0, 0, 0), Buffer.of(4, 0, 0, 0)),
    bytes(30, 4),
  ),
  joined(
    fc.constantFrom(Buffer.of(11, 0, 0, 0), Buffer.of(11, 1, 0, 0), Buffer.of(5, 1, 0, 0)),
    bytes(4, 4),
    ipv4(17, plainUdp),
  ),
);
const icmp6: Bytes = fc.oneof(
  joined(
    fc.nat(4).map((code) => Buffer.of(1, code, 0, 0)),
    bytes(4, 4),
    ipv6(17, plainUdp),
  ),
  joined(fc.constantFrom(Buffer.of(128, 0, 0, 0), Buffer.of(129, 0, 0, 0)), bytes(30, 4)),
  joined(
    fc.constantFrom(Buffer.of(2, 0, 0, 0), Buffer.of(3, 0, 0, 0), Buffer.of(4, 1, 0, 0)),
    bytes(4, 4),
    ipv6(6, tcp(port, bytes(10))),
  ),
);

const label = fc.oneof(
  fc.constantFrom('a', 'www', 'example'),
  fc.string({ minLength: 1, maxLength: 9 }),
);
const name: Bytes = fc.array(label, { maxLength: 4 }).map((labels) =>
  Buffer.concat([
    ...labels.map((text) => {
      const content = Buffer.from(text).subarray(0, 63);
      return Buffer.concat([Buffer.of(content.length), content]);
    }),
    Buffer.of(0),
  ]),
);
const recordTypes = fc.constantFrom(1, 2, 5, 6, 12, 15, 16, 28, 33, 43, 257, 1000);
const classes = fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, fc.constantFrom(3, 255));
const question = joined(name, recordTypes.map(be16), classes.map(be16));
const strings = fc
  .array(bytes(12), { maxLength: 3 })
  .map((all) => Buffer.concat(all.map((one) => Buffer.concat([Buffer.of(one.length), one]))));
/** Data as its type has it. */
const answer: Bytes = recordTypes.chain((type) => {
  const kinds: Readonly<Record<number, Bytes>> = {
    1: bytes(4, 4),
    28: bytes(16, 16),
    2: name,
    5: name,
    12: name,
    15: joined(u16.map(be16), name),
    16: strings,
    33: joined(bytes(6, 6), name),
  };
  // The owner is the first question.
  const owner = fc.oneof(fc.constant(Buffer.of(0xc0, 12)), name);
  return fc
    .tuple(owner, classes, kinds[type] ?? bytes(12))
    .map(([of, kind, data]) =>
      Buffer.concat([of, be16(type), be16(kind), be32(60), be16(data.length), data]),
    );
});

const dnsFlags = fc.oneof(
  fc.constantFrom(
    0x0100,
    0,
    0x0120,
    0x0110,
    0x8180,
    0x8580,
    0x8183,
    0x8380,
    0x81a0,
    0x2800,
    0xa805,
  ),
  u16.filter((flags) => ((flags >> 11) & 0xf) !== 1),
);
const dns: Bytes = fc
  .record({
    id: u16,
    flags: dnsFlags,
    questions: fc.oneof(
      { weight: 9, arbitrary: fc.array(question, { minLength: 1, maxLength: 1 }) },
      fc.array(question, { maxLength: 2 }),
    ),
    answers: fc.array(answer, { maxLength: 3 }),
    others: fc.tuple(fc.nat(2), fc.nat(2)),
  })
  .map(({ id, flags, questions, answers, others }) =>
    Buffer.concat([
      ...[id, flags, questions.length, flags & 0x8000 ? answers.length : 0, ...others].map(be16),
      ...questions,
      ...(flags & 0x8000 ? answers : []),
    ]),
  );
const dnsPorts = fc.constantFrom(53, 40_000);
const dnsTcp: Bytes = fc
  .tuple(dns, fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.integer({ min: -3, max: 3 })))
  .map(([message, lie]) => Buffer.concat([be16(Math.max(0, message.length + lie)), message]));

const arp: Bytes = joined(
  fc.constant(Buffer.from('000108000604', 'hex')),
  fc.constantFrom(1, 2).map(be16),
  bytes(6, 6),
  hosts4,
  fc.oneof(fc.constant(Buffer.alloc(6)), bytes(6, 6)),
  hosts4,
);

interface Packet {
  etherType: number;
  content: Buffer;
}

const of = (etherType: number, content: Bytes) =>
  content.map((buffer): Packet => ({ etherType, content: buffer }));

const packet: fc.Arbitrary<Packet> = fc.oneof(
  { weight: 8, arbitrary: of(0x0800, ipv4(6, tcp(port, bytes(20)))) },
  { weight: 4, arbitrary: of(0x86dd, ipv6(6, tcp(port, bytes(20)))) },
  { weight: 2, arbitrary: of(0x0800, ipv4(17, plainUdp)) },
  { weight: 2, arbitrary: of(0x86dd, ipv6(17, plainUdp)) },
  { weight: 2, arbitrary: of(0x0800, ipv4(1, icmp)) },
  { weight: 2, arbitrary: of(0x86dd, ipv6(58, icmp6)) },
  { weight: 5, arbitrary: of(0x0800, ipv4(17, udp(dnsPorts, fc.constant(53), dns))) },
  { weight: 3, arbitrary: of(0x0800, ipv4(6, tcp(dnsPorts, dnsTcp))) },
  { weight: 1, arbitrary: of(0x0806, arp) },
);

const linkHeaders: Readonly<Record<number, (etherType: number, direction: number) => Buffer>> = {
  [linkTypes.ethernet]: (etherType) => Buffer.concat([Buffer.alloc(12), be16(etherType)]),
  [linkTypes.linuxSll]: (etherType, direction) =>
    Buffer.concat([be16(direction), be16(772), be16(6), Buffer.alloc(8), be16(etherType)]),
  [linkTypes.linuxSll2]: (etherType, direction) =>
    Buffer.concat([
      ...[etherType, 0].map(be16),
      be32(direction === 3 ? 4_000_000 : 1),
      be16(772),
      Buffer.of(direction, 6),
      Buffer.alloc(8),
    ]),
};

/** Of one link type; some are cut as a snapshot length cuts them, but never within the link's header. */
export function packets(linkType: number): fc.Arbitrary<CapturedPacket> {
  const cut = fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, fc.nat(120));
  return fc
    .record({ atUs: fc.integer({ min: 1, max: 2e15 }), packet, cut, direction: fc.nat(5) })
    .map(({ atUs, packet: { etherType, content }, cut: captured, direction }) => {
      const header = linkHeaders[linkType]?.(etherType, direction) ?? Buffer.alloc(0);
      const frame = Buffer.concat([header, content]);
      const length = captured === undefined ? frame.length : header.length + 1 + captured;
      return { atUs, bytes: frame.subarray(0, length), lengthOnWire: frame.length };
    });
}
