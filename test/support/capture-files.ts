/** Capture files of every kind, made byte by byte. */

export interface MadeFrame {
  atNs: bigint;
  bytes: Buffer;
  /** Cut from the frame before it was written. */
  cutBytes?: number;
}

export interface PcapForm {
  isBigEndian: boolean;
  isNanoseconds: boolean;
  linkType: number;
}

function words(isBigEndian: boolean, ...values: number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) {
    if (isBigEndian) buffer.writeUInt32BE(value, i * 4);
    else buffer.writeUInt32LE(value, i * 4);
  }
  return buffer;
}

function halves(isBigEndian: boolean, ...values: number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 2);
  for (const [i, value] of values.entries()) {
    if (isBigEndian) buffer.writeUInt16BE(value, i * 2);
    else buffer.writeUInt16LE(value, i * 2);
  }
  return buffer;
}

export function pcapFile(
  frames: readonly MadeFrame[],
  { isBigEndian, isNanoseconds, linkType }: PcapForm,
): Buffer {
  const magic = isNanoseconds ? 0xa1b23c4d : 0xa1b2c3d4;
  const perFraction = isNanoseconds ? 1n : 1000n;
  return Buffer.concat([
    words(isBigEndian, magic),
    halves(isBigEndian, 2, 4),
    words(isBigEndian, 0, 0, 65_535, linkType),
    ...frames.flatMap(({ atNs, bytes, cutBytes = 0 }) => [
      words(
        isBigEndian,
        Number(atNs / 1_000_000_000n),
        Number((atNs % 1_000_000_000n) / perFraction),
        bytes.length,
        bytes.length + cutBytes,
      ),
      bytes,
    ]),
  ]);
}

function block(isBigEndian: boolean, type: number, body: Buffer): Buffer {
  const padding = Buffer.alloc((4 - (body.length % 4)) % 4);
  const length = 12 + body.length + padding.length;
  return Buffer.concat([
    words(isBigEndian, type, length),
    body,
    padding,
    words(isBigEndian, length),
  ]);
}

function option(isBigEndian: boolean, code: number, value: Buffer): Buffer {
  const padding = Buffer.alloc((4 - (value.length % 4)) % 4);
  return Buffer.concat([halves(isBigEndian, code, value.length), value, padding]);
}

const endOfOptions = Buffer.alloc(4);

export interface PcapngForm extends PcapForm {
  /** What the statistics block at the end of the section tells. */
  drops?: number;
  /** Bytes of a block that no reader knows, before the packets. */
  unknownBytes?: number;
}

/** One section with one interface. */
export function pcapngSection(
  frames: readonly MadeFrame[],
  { isBigEndian, isNanoseconds, linkType, drops, unknownBytes }: PcapngForm,
): Buffer {
  const big = isBigEndian;
  const u64 = (value: bigint) => {
    const high = Number(value >> 32n);
    const low = Number(value & 0xffffffffn);
    return words(big, high, low);
  };
  const whole64 = (value: bigint) => {
    const buffer = Buffer.alloc(8);
    if (big) buffer.writeBigUInt64BE(value);
    else buffer.writeBigUInt64LE(value);
    return buffer;
  };
  const resolution = isNanoseconds ? [option(big, 9, Buffer.from([9])), endOfOptions] : [];
  const parts = [
    block(
      big,
      0x0a0d0d0a,
      Buffer.concat([
        words(big, 0x1a2b3c4d),
        halves(big, 1, 0),
        Buffer.alloc(8, 0xff),
        option(big, 1, Buffer.from('a comment')),
        endOfOptions,
      ]),
    ),
    block(big, 1, Buffer.concat([halves(big, linkType, 0), words(big, 262_144), ...resolution])),
  ];
  if (unknownBytes !== undefined) parts.push(block(big, 0x0badcafe, Buffer.alloc(unknownBytes, 7)));
  for (const { atNs, bytes, cutBytes = 0 } of frames) {
    const padding = Buffer.alloc((4 - (bytes.length % 4)) % 4);
    parts.push(
      block(
        big,
        6,
        Buffer.concat([
          words(big, 0),
          u64(isNanoseconds ? atNs : atNs / 1000n),
          words(big, bytes.length, bytes.length + cutBytes),
          bytes,
          padding,
          option(big, 1, Buffer.from('about this packet')),
          endOfOptions,
        ]),
      ),
    );
  }
  if (drops !== undefined) {
    const counts = Buffer.concat([option(big, 5, whole64(BigInt(drops))), endOfOptions]);
    parts.push(block(big, 5, Buffer.concat([words(big, 0), u64(0n), counts])));
  }
  return Buffer.concat(parts);
}
