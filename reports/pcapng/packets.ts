/** The packets of a stored capture. Pure. */
import { pcapParser, pcapVariant } from '../../captures/pcap.ts';
import type { PcapngPacket } from '../../captures/pcapng-writer.ts';
import type { FrameComments } from './comments.ts';

export interface StoredPackets {
  linkType: number;
  packets: PcapngPacket[];
  /** Why there may be fewer than were captured. */
  trouble: string | undefined;
}

const linkTypeEthernet = 1;

/** Whatever the file holds: what cannot be read of it is told, not thrown. */
export function storedPackets(pcap: Uint8Array, comments: FrameComments): StoredPackets {
  const bytes = Buffer.from(pcap.buffer, pcap.byteOffset, pcap.byteLength);
  const packets: PcapngPacket[] = [];
  let linkType = linkTypeEthernet;
  const variant = bytes.length < 4 ? undefined : pcapVariant(bytes);
  if (!variant) return { linkType, packets, trouble: 'the stored capture is no pcap' };
  const parser = pcapParser(variant, (frame) => {
    linkType = frame.linkType;
    packets.push({
      atUs: frame.atUs,
      bytes: frame.bytes.subarray(frame.start, frame.end),
      lengthOnWire: frame.lengthOnWire,
      comments: comments.get(frame.number) ?? [],
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
