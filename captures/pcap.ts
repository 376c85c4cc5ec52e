/**
 * The classic capture file, draft-ietf-opsawg-pcap: microseconds or nanoseconds, either byte order, also
 * with the longer packet headers of Kuznetzov's libpcap.
 */
import {
  DamagedCapture,
  emptyFrame,
  frameBytesMax,
  type OnFrame,
  type RecordParser,
} from './frame.ts';

const globalHeaderLength = 24;
const packetHeaderLength = 16;
const modifiedPacketHeaderLength = 24;

interface Variant {
  isNanoseconds: boolean;
  packetHeader: number;
}

/** By magic number, as read in the byte order of the file. */
const variants: ReadonlyMap<number, Variant> = new Map([
  [0xa1b2c3d4, { isNanoseconds: false, packetHeader: packetHeaderLength }],
  [0xa1b23c4d, { isNanoseconds: true, packetHeader: packetHeaderLength }],
  [0xa1b2cd34, { isNanoseconds: false, packetHeader: modifiedPacketHeaderLength }],
]);

/** Undefined when the file begins with no magic number of a classic capture. */
export function pcapVariant(head: Buffer): (Variant & { isBigEndian: boolean }) | undefined {
  const big = variants.get(head.readUInt32BE(0));
  if (big) return { ...big, isBigEndian: true };
  const little = variants.get(head.readUInt32LE(0));
  return little && { ...little, isBigEndian: false };
}

export function pcapParser(
  { isNanoseconds, packetHeader, isBigEndian }: Variant & { isBigEndian: boolean },
  onFrame: OnFrame,
): RecordParser {
  const frame = emptyFrame();
  const unitsPerUs = isNanoseconds ? 1000 : 1;
  let isBegun = false;
  const word = isBigEndian ? wordBigEndian : wordLittleEndian;

  const begin = (bytes: Buffer) => {
    isBegun = true;
    // The upper bits tell of a frame check sequence.
    frame.linkType = word(bytes, 20) & 0xffff;
    return globalHeaderLength;
  };

  const parse = (bytes: Buffer, offsetBytes: number) => {
    if (!isBegun && bytes.length < globalHeaderLength) return 0;
    let at = isBegun ? 0 : begin(bytes);
    frame.bytes = bytes;
    while (at + packetHeader <= bytes.length) {
      const captured = word(bytes, at + 8);
      if (captured > frameBytesMax) throw tooLong(offsetBytes + at, frame.number + 1, captured);
      const start = at + packetHeader;
      if (start + captured > bytes.length) break;
      const fraction = word(bytes, at + 4);
      frame.ns = fraction % unitsPerUs;
      frame.atUs = word(bytes, at) * 1_000_000 + (fraction - frame.ns) / unitsPerUs;
      frame.start = start;
      frame.end = start + captured;
      frame.lengthOnWire = word(bytes, at + 12);
      frame.number += 1;
      at = frame.end;
      onFrame(frame);
    }
    return at;
  };
  return { format: 'pcap', parse, frames: () => frame.number, drops: () => null };
}

function tooLong(offsetBytes: number, number: number, captured: number): DamagedCapture {
  return new DamagedCapture(
    offsetBytes,
    `packet ${number} claims ${captured} captured bytes, no frame is longer than ${frameBytesMax}`,
  );
}

function wordBigEndian(b: Buffer, at: number): number {
  return (
    (((b[at] as number) << 24) |
      ((b[at + 1] as number) << 16) |
      ((b[at + 2] as number) << 8) |
      (b[at + 3] as number)) >>>
    0
  );
}

function wordLittleEndian(b: Buffer, at: number): number {
  return (
    ((b[at] as number) |
      ((b[at + 1] as number) << 8) |
      ((b[at + 2] as number) << 16) |
      ((b[at + 3] as number) << 24)) >>>
    0
  );
}
