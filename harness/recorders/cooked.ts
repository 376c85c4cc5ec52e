/**
 * Frames of the device `any`, which have the header of Linux "cooked" captures instead of the one of their
 * device (libpcap: LINKTYPE_LINUX_SLL, LINKTYPE_LINUX_SLL2), as Ethernet frames. Pure.
 */
import { linkTypes } from '../../captures/link.ts';
import type { CapturedPacket } from './pcap.ts';

interface Cooked {
  headerLength: number;
  /** Where the EtherType is. */
  protocolAt: number;
  /** Where the index of the device is; the first version has none. */
  deviceAt: number | undefined;
}

const cooked: Readonly<Record<number, Cooked>> = {
  [linkTypes.linuxSll]: { headerLength: 16, protocolAt: 14, deviceAt: undefined },
  [linkTypes.linuxSll2]: { headerLength: 20, protocolAt: 0, deviceAt: 4 },
};

const ethernetLength = 14;

/**
 * The same packet behind an Ethernet header whose addresses are zero, as on loopback, and the index of the
 * device that it was seen on. Undefined for a frame that is cut short or of another link type.
 */
export function toEthernet(
  packet: CapturedPacket,
  linkType: number,
): { packet: CapturedPacket; device: number } | undefined {
  if (linkType === linkTypes.ethernet) return { packet, device: 0 };
  const form = cooked[linkType];
  const { atUs, bytes, lengthOnWire } = packet;
  if (!form || bytes.length < form.headerLength) return undefined;
  const { headerLength, protocolAt, deviceAt } = form;
  const header = Buffer.alloc(ethernetLength);
  bytes.copy(header, 12, protocolAt, protocolAt + 2);
  return {
    packet: {
      atUs,
      bytes: Buffer.concat([header, bytes.subarray(headerLength)]),
      lengthOnWire: lengthOnWire - headerLength + ethernetLength,
    },
    device: deviceAt === undefined ? 0 : bytes.readUInt32BE(deviceAt),
  };
}
