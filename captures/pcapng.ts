/**
 * pcapng, draft-ietf-opsawg-pcapng: any number of sections, each with its byte order and its interfaces.
 * Blocks that carry no packets are passed over.
 */
import {
  DamagedCapture,
  emptyFrame,
  frameBytesMax,
  type OnFrame,
  type RecordParser,
} from './frame.ts';

const blocks = {
  section: 0x0a0d0d0a,
  interface: 1,
  /** Obsolete, but files with it are around. */
  packet: 2,
  simplePacket: 3,
  statistics: 5,
  enhancedPacket: 6,
} as const;
const needed: ReadonlySet<number> = new Set([
  blocks.interface,
  blocks.packet,
  blocks.simplePacket,
  blocks.statistics,
  blocks.enhancedPacket,
]);
const byteOrderMagic = 0x1a2b3c4d;

const blockHeaderLength = 8;
const blockTrailerLength = 4;
const blockLengthMin = blockHeaderLength + blockTrailerLength;
/** What has to be in memory at once: a frame and its options. */
const blockBytesMax = frameBytesMax + 1024 * 1024;
const packetHeadLength = 20;
const simplePacketHeadLength = 4;

const optionTimestampResolution = 9;
const optionTimestampOffset = 14;
const optionDropCount = 4;
const optionInterfaceDrops = 5;
const microseconds = 1_000_000n;
/** In the obsolete packet block: not known. */
const dropsUnknown = 0xffff;

interface Interface {
  linkType: number;
  snapshotLength: number;
  /** Units of a timestamp in a second. */
  unitsPerSecond: bigint;
  offsetSeconds: number;
  drops: number | null;
}

/** A block that is whole in memory: its body is `bytes[at]` to `bytes[end - 1]`. */
interface Block {
  type: number;
  bytes: Buffer;
  at: number;
  end: number;
  /** Where it begins in the file. */
  offsetBytes: number;
}

/** Numbers in the byte order of a section. */
interface Numbers {
  u16(bytes: Buffer, at: number): number;
  u32(bytes: Buffer, at: number): number;
  u64(bytes: Buffer, at: number): bigint;
}

const bigEndian: Numbers = {
  u16: (bytes, at) => bytes.readUInt16BE(at),
  u32: (bytes, at) => bytes.readUInt32BE(at),
  u64: (bytes, at) => bytes.readBigUInt64BE(at),
};
const littleEndian: Numbers = {
  u16: (bytes, at) => bytes.readUInt16LE(at),
  u32: (bytes, at) => bytes.readUInt32LE(at),
  u64: (bytes, at) => bytes.readBigUInt64LE(at),
};

/** Whether a file begins with a section header block. */
export const isPcapng = (head: Buffer) => head.readUInt32BE(0) === blocks.section;

export function pcapngParser(onFrame: OnFrame): RecordParser {
  const frame = emptyFrame();
  let interfaces: Interface[] = [];
  let numbers = littleEndian;
  let dropsOfEarlierSections: number | null = null;
  /** Left of a block that nobody needs. */
  let skipBytes = 0;

  const drops = () => {
    const known = interfaces.flatMap((one) => (one.drops === null ? [] : [one.drops]));
    if (known.length === 0) return dropsOfEarlierSections;
    return known.reduce((sum, count) => sum + count, dropsOfEarlierSections ?? 0);
  };

  const emit = (bytes: Buffer, start: number, captured: number, onWire: number, link: number) => {
    frame.number += 1;
    frame.bytes = bytes;
    frame.start = start;
    frame.end = start + captured;
    frame.lengthOnWire = onWire;
    frame.linkType = link;
    onFrame(frame);
  };

  const interfaceNumber = (id: number, offsetBytes: number): Interface => {
    const one = interfaces[id];
    if (one) return one;
    const what = `packet ${frame.number + 1} is of interface ${id}, which was not described`;
    throw new DamagedCapture(offsetBytes, what);
  };

  const simplePacket = ({ bytes, at, end, offsetBytes }: Block) => {
    const one = interfaceNumber(0, offsetBytes);
    const onWire = numbers.u32(bytes, at);
    const cut = one.snapshotLength === 0 ? onWire : Math.min(onWire, one.snapshotLength);
    const start = at + simplePacketHeadLength;
    // It has no timestamp: it gets that of the packet before it.
    emit(bytes, start, Math.min(cut, end - start), onWire, one.linkType);
  };

  const packet = ({ type, bytes, at, end, offsetBytes }: Block) => {
    const isObsolete = type === blocks.packet;
    const id = isObsolete ? numbers.u16(bytes, at) : numbers.u32(bytes, at);
    const one = interfaceNumber(id, offsetBytes);
    const captured = numbers.u32(bytes, at + 12);
    const start = at + packetHeadLength;
    if (start + captured > end) {
      const what = `packet ${frame.number + 1} claims ${captured} bytes, its block is shorter`;
      throw new DamagedCapture(offsetBytes, what);
    }
    const missed = isObsolete
      ? droppedBefore(numbers.u16(bytes, at + 2))
      : countIn(numbers, bytes, start + padded(captured), end, optionDropCount);
    if (missed !== undefined) one.drops = (one.drops ?? 0) + missed;
    const high = numbers.u32(bytes, at + 4);
    const low = numbers.u32(bytes, at + 8);
    if (one.unitsPerSecond === microseconds) {
      frame.atUs = high * 4_294_967_296 + low;
      frame.ns = 0;
    } else {
      const ns = (((BigInt(high) << 32n) | BigInt(low)) * 1_000_000_000n) / one.unitsPerSecond;
      frame.atUs = Number(ns / 1000n);
      frame.ns = Number(ns % 1000n);
    }
    frame.atUs += one.offsetSeconds * 1_000_000;
    emit(bytes, start, captured, numbers.u32(bytes, at + 16), one.linkType);
  };

  const statistics = ({ bytes, at, end }: Block) => {
    const one = at + 12 <= end ? interfaces[numbers.u32(bytes, at)] : undefined;
    const total = countIn(numbers, bytes, at + 12, end, optionInterfaceDrops);
    // It replaces what packets have told.
    if (one && total !== undefined) one.drops = total;
  };

  const take = (block: Block) => {
    const { type, at, end, offsetBytes } = block;
    const headLength = headLengths.get(type) ?? 0;
    if (at + headLength > end) {
      throw new DamagedCapture(
        offsetBytes,
        `a block of type ${type} is too short for its own head`,
      );
    }
    if (type === blocks.interface) interfaces.push(interfaceOf(numbers, block));
    else if (type === blocks.simplePacket) simplePacket(block);
    else if (type === blocks.statistics) statistics(block);
    else packet(block);
  };

  const beginSection = (bytes: Buffer, at: number, offsetBytes: number) => {
    const isBig = bytes.readUInt32BE(at + blockHeaderLength) === byteOrderMagic;
    if (!isBig && bytes.readUInt32LE(at + blockHeaderLength) !== byteOrderMagic) {
      throw new DamagedCapture(offsetBytes, 'a section has no byte-order magic');
    }
    numbers = isBig ? bigEndian : littleEndian;
    dropsOfEarlierSections = drops();
    interfaces = [];
  };

  /** How many bytes are done with; 0 when the block has not come whole. */
  const next = (bytes: Buffer, at: number, offsetBytes: number): number => {
    if (bytes.readUInt32BE(at) === blocks.section) beginSection(bytes, at, offsetBytes);
    const type = numbers.u32(bytes, at);
    const length = numbers.u32(bytes, at + 4);
    if (length < blockLengthMin || length % 4 !== 0) {
      throw new DamagedCapture(offsetBytes, `a block claims a length of ${length} bytes`);
    }
    if (!needed.has(type)) {
      const passed = Math.min(length, bytes.length - at);
      skipBytes = length - passed;
      return passed;
    }
    if (length > blockBytesMax) {
      throw new DamagedCapture(offsetBytes, `the block of a packet claims ${length} bytes`);
    }
    if (at + length > bytes.length) return 0;
    const end = at + length - blockTrailerLength;
    if (numbers.u32(bytes, end) !== length) {
      throw new DamagedCapture(offsetBytes, 'a block does not repeat its length at its end');
    }
    take({ type, bytes, at: at + blockHeaderLength, end, offsetBytes });
    return length;
  };

  const parse = (bytes: Buffer, offsetBytes: number) => {
    let at = Math.min(skipBytes, bytes.length);
    skipBytes -= at;
    while (at + blockLengthMin <= bytes.length) {
      const taken = next(bytes, at, offsetBytes + at);
      if (taken === 0) break;
      at += taken;
    }
    return at;
  };
  return { format: 'pcapng', parse, frames: () => frame.number, drops };
}

const headLengths: ReadonlyMap<number, number> = new Map([
  [blocks.interface, 8],
  [blocks.packet, packetHeadLength],
  [blocks.simplePacket, simplePacketHeadLength],
  [blocks.enhancedPacket, packetHeadLength],
]);

const padded = (length: number) => Math.ceil(length / 4) * 4;

const droppedBefore = (count: number) => (count === dropsUnknown ? undefined : count);

function interfaceOf(numbers: Numbers, { bytes, at, end }: Block): Interface {
  const one: Interface = {
    linkType: numbers.u16(bytes, at),
    snapshotLength: numbers.u32(bytes, at + 4),
    unitsPerSecond: microseconds,
    offsetSeconds: 0,
    drops: null,
  };
  eachOption(numbers, bytes, at + 8, end, (code, where, length) => {
    if (code === optionTimestampResolution && length >= 1) {
      const value = bytes.readUInt8(where);
      one.unitsPerSecond = (value & 0x80 ? 2n : 10n) ** BigInt(value & 0x7f);
    }
    if (code === optionTimestampOffset && length >= 8) {
      one.offsetSeconds = Number(BigInt.asIntN(64, numbers.u64(bytes, where)));
    }
  });
  return one;
}

/** The 64 bits of this option, when it is there. */
function countIn(
  numbers: Numbers,
  bytes: Buffer,
  from: number,
  to: number,
  wanted: number,
): number | undefined {
  let count: number | undefined;
  eachOption(numbers, bytes, from, to, (code, at, length) => {
    if (code === wanted && length >= 8) count = Number(numbers.u64(bytes, at));
  });
  return count;
}

function eachOption(
  numbers: Numbers,
  bytes: Buffer,
  from: number,
  to: number,
  take: (code: number, at: number, length: number) => void,
): void {
  let at = from;
  while (at + 4 <= to) {
    const code = numbers.u16(bytes, at);
    const length = numbers.u16(bytes, at + 2);
    if (code === 0 || at + 4 + length > to) return;
    take(code, at + 4, length);
    at += 4 + padded(length);
  }
}
