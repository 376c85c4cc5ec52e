/**
 * MySQL packets: three bytes of length, a sequence number, the payload ("MySQL Packets" in the MySQL
 * source documentation, page_protocol_basic_packets).
 *
 * The payloads are written here and not by mysql2, whose server side counts its sequence numbers on
 * from one command to the next, prepares no statements, and whose packets are not exported.
 */
import { type ByteSource, MalformedMessage } from '../protocol.ts';

export interface Packet {
  /** With its header. */
  bytes: Buffer;
  sequence: number;
  payload: Buffer;
}

const headerBytes = 4;
/** What `max_allowed_packet` says too. */
export const payloadBytesMax = 1_048_576;

/** One packet, or undefined when the client sent FIN before its end. Throws a MalformedMessage. */
export async function readPacket(source: ByteSource): Promise<Packet | undefined> {
  const header = await source.readExactly(headerBytes);
  if (!header) return undefined;
  const length = header.readUIntLE(0, 3);
  if (length > payloadBytesMax) {
    throw new MalformedMessage(`expected a packet of at most ${payloadBytesMax}, got ${length}`);
  }
  const payload = length === 0 ? Buffer.alloc(0) : await source.readExactly(length);
  if (!payload) return undefined;
  return { bytes: Buffer.concat([header, payload]), sequence: header.readUInt8(3), payload };
}

/** The payloads as packets, numbered from `firstSequence` on. */
export function framed(payloads: readonly Buffer[], firstSequence: number): Buffer {
  return Buffer.concat(
    payloads.flatMap((payload, index) => [
      littleEndian(payload.length, 3),
      littleEndian((firstSequence + index) & 0xff, 1),
      payload,
    ]),
  );
}

/** The same packets, each with the sequence number that follows its own. */
export function renumbered(packets: Buffer): Buffer {
  const copy = Buffer.from(packets);
  for (let at = 0; at < copy.length; at += headerBytes + copy.readUIntLE(at, 3)) {
    copy.writeUInt8((copy.readUInt8(at + 3) + 1) & 0xff, at + 3);
  }
  return copy;
}

/** An integer of 1 to 6 bytes. */
export function littleEndian(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntLE(value, 0, bytes);
  return buffer;
}

export function littleEndian64(value: bigint): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigInt64LE(BigInt.asIntN(64, value));
  return buffer;
}

/** protocol::LengthEncodedInteger */
export function lengthEncoded(value: number | bigint): Buffer {
  if (value < 0xfb) return littleEndian(Number(value), 1);
  if (value < 0x1_0000) return Buffer.concat([Buffer.from([0xfc]), littleEndian(Number(value), 2)]);
  if (value < 0x100_0000) {
    return Buffer.concat([Buffer.from([0xfd]), littleEndian(Number(value), 3)]);
  }
  return Buffer.concat([Buffer.from([0xfe]), littleEndian64(BigInt(value))]);
}

export function lengthEncodedText(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([lengthEncoded(bytes.length), bytes]);
}
