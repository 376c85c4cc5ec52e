/**
 * Capture files in pcapng: packets with comments, the interface they passed, and what its recorder counted.
 * draft-ietf-opsawg-pcapng, sections 3 and 4. Pure.
 */

export interface PcapngInterface {
  name: string;
  description: string;
  /** A LINKTYPE_ value of libpcap: 1 is Ethernet. */
  linkType: number;
  /** Of each packet no more than this was captured. */
  snapshotBytes: number;
  /** What was counted when the capture of this section ended; undefined when that is not known. */
  counted: PcapngCount | undefined;
}

export interface PcapngCount {
  /** Microseconds since the epoch. */
  atUs: number;
  receivedPackets: number;
  droppedPackets: number;
}

export interface PcapngPacket {
  /** Microseconds since the epoch. */
  atUs: number;
  bytes: Uint8Array;
  lengthOnWire: number;
  /** Text of any length and script; what does not fit into an option is cut. Readers show several one by one. */
  comments: readonly string[];
}

/** Everything between a section header and the next one. */
export interface PcapngSection {
  /** What has written it, and the operating system there. */
  application: string;
  os: string;
  comments: readonly string[];
  /** Undefined when nothing was captured: then there are no packets. */
  interface: PcapngInterface | undefined;
  packets: readonly PcapngPacket[];
}

const blockTypes = {
  sectionHeader: 0x0a0d0d0a,
  interfaceDescription: 1,
  interfaceStatistics: 5,
  enhancedPacket: 6,
} as const;
const byteOrderMagic = 0x1a2b3c4d;

const optionCodes = {
  end: 0,
  comment: 1,
  sectionOs: 3,
  sectionApplication: 4,
  interfaceName: 2,
  interfaceDescription: 3,
  interfaceResolution: 9,
  statisticsReceived: 4,
  statisticsDropped: 5,
} as const;

/** Timestamps in units of 10^-6 seconds. */
const microsecondResolution = 6;
const optionBytesMax = 0xffff;

/** Sections in order, little-endian. */
export function writePcapng(sections: readonly PcapngSection[]): Buffer {
  return Buffer.concat(sections.flatMap(sectionBlocks));
}

function sectionBlocks(section: PcapngSection): Buffer[] {
  const { interface: seenOn, packets } = section;
  const blocks =
    seenOn === undefined
      ? []
      : [
          interfaceBlock(seenOn),
          ...packets.map(packetBlock),
          ...(seenOn.counted === undefined ? [] : [statisticsBlock(seenOn.counted)]),
        ];
  const lengthBytes = blocks.reduce((sum, { length }) => sum + length, 0);
  return [headerBlock(section, lengthBytes), ...blocks];
}

function headerBlock({ application, os, comments }: PcapngSection, sectionBytes: number): Buffer {
  const fixed = Buffer.alloc(16);
  fixed.writeUInt32LE(byteOrderMagic, 0);
  fixed.writeUInt16LE(1, 4);
  fixed.writeUInt16LE(0, 6);
  fixed.writeBigInt64LE(BigInt(sectionBytes), 8);
  return block(blockTypes.sectionHeader, fixed, [
    ...comments.map(commentOption),
    textOption(optionCodes.sectionOs, os),
    textOption(optionCodes.sectionApplication, application),
  ]);
}

function interfaceBlock({ name, description, linkType, snapshotBytes }: PcapngInterface): Buffer {
  const fixed = Buffer.alloc(8);
  fixed.writeUInt16LE(linkType, 0);
  fixed.writeUInt32LE(snapshotBytes, 4);
  return block(blockTypes.interfaceDescription, fixed, [
    textOption(optionCodes.interfaceName, name),
    textOption(optionCodes.interfaceDescription, description),
    option(optionCodes.interfaceResolution, Buffer.of(microsecondResolution)),
  ]);
}

function packetBlock({ atUs, bytes, lengthOnWire, comments }: PcapngPacket): Buffer {
  const fixed = Buffer.alloc(20);
  // The only interface of its section.
  fixed.writeUInt32LE(0, 0);
  timestamp(atUs).copy(fixed, 4);
  fixed.writeUInt32LE(bytes.length, 12);
  fixed.writeUInt32LE(lengthOnWire, 16);
  const body = Buffer.concat([fixed, padded(bytes)]);
  return block(blockTypes.enhancedPacket, body, comments.map(commentOption));
}

function statisticsBlock({ atUs, receivedPackets, droppedPackets }: PcapngCount): Buffer {
  const fixed = Buffer.alloc(12);
  timestamp(atUs).copy(fixed, 4);
  return block(blockTypes.interfaceStatistics, fixed, [
    option(optionCodes.statisticsReceived, uint64(receivedPackets)),
    option(optionCodes.statisticsDropped, uint64(droppedPackets)),
  ]);
}

/** The upper 32 bits first, whatever the byte order of the section. */
function timestamp(atUs: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(Math.floor(atUs / 2 ** 32), 0);
  bytes.writeUInt32LE(Math.floor(atUs) % 2 ** 32, 4);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value), 0);
  return bytes;
}

/** @param body Of a length that is a multiple of 4. */
function block(type: number, body: Uint8Array, options: readonly Buffer[]): Buffer {
  const ended = options.length === 0 ? [] : [...options, option(optionCodes.end, Buffer.alloc(0))];
  const optionBytes = Buffer.concat(ended);
  const length = 12 + body.length + optionBytes.length;
  const head = Buffer.alloc(8);
  head.writeUInt32LE(type, 0);
  head.writeUInt32LE(length, 4);
  // The length stands at both ends, so that a file can be read backwards.
  return Buffer.concat([head, body, optionBytes, head.subarray(4)]);
}

function option(code: number, value: Uint8Array): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(code, 0);
  head.writeUInt16LE(value.length, 2);
  return Buffer.concat([head, padded(value)]);
}

const commentOption = (text: string) => textOption(optionCodes.comment, text);

function textOption(code: number, text: string): Buffer {
  return option(code, cut(Buffer.from(text, 'utf8')));
}

/** In front of a whole character. */
function cut(utf8: Buffer): Buffer {
  if (utf8.length <= optionBytesMax) return utf8;
  let end = optionBytesMax;
  while (((utf8[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return utf8.subarray(0, end);
}

/** With zeros to a multiple of 4. */
function padded(bytes: Uint8Array): Uint8Array {
  const missing = -bytes.length & 3;
  return missing === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(missing)]);
}
