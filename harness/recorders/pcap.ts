/** Captured packets and the classic pcap file that keeps them. */
import { Readable } from 'node:stream';
import { type ParsedPacket, parse } from 'pcap-parser';
import { linkTypes } from '../../captures/link.ts';

/** One captured frame, from the Ethernet header on. */
export interface CapturedPacket {
  /** Microseconds since the epoch. */
  atUs: number;
  bytes: Buffer;
  /** Length on the wire; more than `bytes` holds when the snapshot length cut it. */
  lengthOnWire: number;
}

/** A pcap file that cannot be read, or that ends in the middle of a packet. */
export class PcapError extends Error {
  override readonly name = 'PcapError';
}

const globalHeaderLength = 24;
const packetHeaderLength = 16;
const magicMicroseconds = 0xa1b2c3d4;
const snapshotLength = 262_144;

export function toCapturedPacket({ header, data }: ParsedPacket): CapturedPacket {
  return {
    atUs: header.timestampSeconds * 1_000_000 + header.timestampMicroseconds,
    // A copy: the parser hands out slices of a buffer that holds everything read so far.
    bytes: Buffer.from(data),
    lengthOnWire: header.originalLength,
  };
}

/** Classic pcap, little-endian, microseconds: what every reader understands. */
export function writePcap(packets: readonly CapturedPacket[]): Buffer {
  const global = Buffer.alloc(globalHeaderLength);
  global.writeUInt32LE(magicMicroseconds, 0);
  global.writeUInt16LE(2, 4);
  global.writeUInt16LE(4, 6);
  global.writeUInt32LE(snapshotLength, 16);
  global.writeUInt32LE(linkTypes.ethernet, 20);
  const parts: Uint8Array[] = [global];
  for (const { atUs, bytes, lengthOnWire } of packets) {
    const header = Buffer.alloc(packetHeaderLength);
    header.writeUInt32LE(Math.floor(atUs / 1_000_000), 0);
    header.writeUInt32LE(atUs % 1_000_000, 4);
    header.writeUInt32LE(bytes.length, 8);
    header.writeUInt32LE(lengthOnWire, 12);
    parts.push(header, bytes);
  }
  return Buffer.concat(parts);
}

/** Throws PcapError when the file is not a classic pcap of Ethernet frames or is cut short. */
export async function readPcap(file: Uint8Array): Promise<CapturedPacket[]> {
  const packets: CapturedPacket[] = [];
  let consumed = globalHeaderLength;
  if (file.length < globalHeaderLength) {
    throw new PcapError(
      `expected a pcap of at least ${globalHeaderLength} bytes, got ${file.length}`,
    );
  }
  await new Promise<void>((resolve, reject) => {
    // The parser joins chunks itself; handing it one keeps that linear.
    const parser = parse(Readable.from([Buffer.from(file)], { objectMode: true }));
    parser.on('globalHeader', ({ linkLayerType }) => {
      if (linkLayerType !== linkTypes.ethernet) {
        reject(new PcapError(`expected Ethernet frames (link type 1), got ${linkLayerType}`));
      }
    });
    parser.on('packet', (packet) => {
      consumed += packetHeaderLength + packet.header.capturedLength;
      packets.push(toCapturedPacket(packet));
    });
    parser.on('error', (error) => reject(new PcapError(error.message)));
    parser.on('end', resolve);
  });
  // A truncated file ends like a whole one; only the byte count tells.
  if (consumed !== file.length) {
    throw new PcapError(
      `the pcap is cut short: ${packets.length} whole packets in ${consumed} of ${file.length} bytes`,
    );
  }
  return packets;
}
