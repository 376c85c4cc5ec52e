/** The packets of a whole capture file, at once: a report is a plain function and cannot wait. Pure. */
import { linkTypes } from './link.ts';
import { pcapParser, pcapVariant } from './pcap.ts';

export interface StoredPacket {
  /** Microseconds since the epoch. */
  atUs: number;
  /** What was captured, as a part of the file. */
  bytes: Buffer;
  /** More than `bytes` holds when the snapshot length cut it. */
  lengthOnWire: number;
}

export interface StoredPackets {
  /** LINKTYPE_ value; that of Ethernet where no packet tells. */
  linkType: number;
  packets: StoredPacket[];
  /** Why there may be fewer than were captured. */
  trouble: string | undefined;
}

/** Whatever the file holds: what cannot be read of it is told, not thrown. */
export function storedPackets(pcap: Uint8Array): StoredPackets {
  const bytes = Buffer.from(pcap.buffer, pcap.byteOffset, pcap.byteLength);
  const packets: StoredPacket[] = [];
  let linkType: number = linkTypes.ethernet;
  const variant = bytes.length < 4 ? undefined : pcapVariant(bytes);
  if (!variant) return { linkType, packets, trouble: 'the stored capture is no pcap' };
  const parser = pcapParser(variant, (frame) => {
    linkType = frame.linkType;
    packets.push({
      atUs: frame.atUs,
      bytes: frame.bytes.subarray(frame.start, frame.end),
      lengthOnWire: frame.lengthOnWire,
    });
  });
  try {
    const isWhole = parser.parse(bytes, 0) === bytes.length;
    const trouble = isWhole ? undefined : 'the stored capture ends in the middle of a packet';
    return { linkType, packets, trouble };
  } catch (error) {
    // Of a damaged record. What was read before it is kept.
    const why = error instanceof Error ? error.message : String(error);
    return { linkType, packets, trouble: `the stored capture is damaged: ${why}` };
  }
}
