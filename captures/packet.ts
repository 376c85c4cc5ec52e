/**
 * Headers of a captured frame: IPv4 (RFC 791), IPv6 (RFC 8200), TCP (RFC 9293), UDP (RFC 768), ICMP
 * (RFC 792, RFC 4443).
 */
import type { Frame } from './frame.ts';
import { ipStart } from './link.ts';

/**
 * A packet is filled anew for each frame, as a frame is: millions of them would be garbage. Places are
 * offsets into the frame's bytes.
 */
export interface Packet {
  /** 0 when the frame carries no IP packet. */
  ipVersion: 0 | 4 | 6;
  ipAt: number;
  /** Source, then destination: 4 or 16 bytes each. */
  addressesAt: number;
  /** IANA number of what the IP packet carries. */
  protocol: number;
  /** True for all fragments but the first: they carry no ports. */
  isLaterFragment: boolean;
  transportAt: number;
  sourcePort: number;
  destinationPort: number;
  /** Numbers, bits and window as on the wire; 0 but for TCP. */
  seq: number;
  ack: number;
  flags: number;
  window: number;
  /** TCP options are from `optionsAt` to `payloadAt`. */
  optionsAt: number;
  payloadAt: number;
  /** Captured; less than `payloadLength` after it where the frame is cut, before it where the header is. */
  payloadEnd: number;
  /** On the wire, as the IP header tells. */
  payloadLength: number;
}

export const protocols = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58 } as const;

const ipv4HeaderMin = 20;
const ipv6HeaderLength = 40;
const tcpHeaderMin = 20;
const udpHeaderLength = 8;
const icmpHeaderLength = 8;

export function emptyPacket(): Packet {
  return {
    ipVersion: 0,
    ipAt: 0,
    addressesAt: 0,
    protocol: 0,
    isLaterFragment: false,
    transportAt: 0,
    sourcePort: 0,
    destinationPort: 0,
    seq: 0,
    ack: 0,
    flags: 0,
    window: 0,
    optionsAt: 0,
    payloadAt: 0,
    payloadEnd: 0,
    payloadLength: 0,
  };
}

/**
 * @returns Whether the frame carries a whole TCP, UDP or ICMP header; only then are the fields of the
 *   transport set. Never throws.
 */
export function decodePacket(frame: Frame, into: Packet): boolean {
  const { bytes, start, end } = frame;
  const at = ipStart(bytes, start, end, frame.linkType);
  into.ipVersion = 0;
  if (at < 0) return false;
  return decodeIp(bytes, at, end, into, start + frame.lengthOnWire);
}

/**
 * An IP packet that begins at `at`; also one that an ICMP message repeats.
 * @param frameEnd Where the frame ended on the wire: no packet is longer, whatever its header says.
 */
export function decodeIp(
  bytes: Buffer,
  at: number,
  end: number,
  into: Packet,
  frameEnd: number = Number.POSITIVE_INFINITY,
): boolean {
  into.ipVersion = 0;
  into.isLaterFragment = false;
  into.ipAt = at;
  if (at + ipv4HeaderMin > end) return false;
  const version = (bytes[at] as number) >> 4;
  if (version === 4) return decodeIpv4(bytes, at, end, frameEnd, into);
  return version === 6 && decodeIpv6(bytes, at, end, frameEnd, into);
}

function decodeIpv4(
  bytes: Buffer,
  at: number,
  end: number,
  frameEnd: number,
  into: Packet,
): boolean {
  const headerLength = ((bytes[at] as number) & 0x0f) * 4;
  if (headerLength < ipv4HeaderMin || at + headerLength > end) return false;
  const total = u16(bytes, at + 2);
  into.ipVersion = 4;
  into.addressesAt = at + 12;
  into.protocol = bytes[at + 9] as number;
  into.isLaterFragment = (u16(bytes, at + 6) & 0x1fff) !== 0;
  // Ethernet pads short frames: the IP length says where the packet ends. 0: the device was to fill it in.
  const wireEnd = total === 0 ? end : Math.min(at + total, frameEnd);
  return decodeTransport(bytes, at + headerLength, Math.min(wireEnd, end), wireEnd, into);
}

const extensionHeaders: ReadonlySet<number> = new Set([0, 43, 44, 51, 60]);
const fragmentHeader = 44;
const authenticationHeader = 51;
/** It bounds the loop. */
const extensionsMax = 8;

function decodeIpv6(
  bytes: Buffer,
  at: number,
  end: number,
  frameEnd: number,
  into: Packet,
): boolean {
  if (at + ipv6HeaderLength > end) return false;
  into.ipVersion = 6;
  into.addressesAt = at + 8;
  const length = u16(bytes, at + 4);
  const wireEnd = length === 0 ? end : Math.min(at + ipv6HeaderLength + length, frameEnd);
  let next = bytes[at + 6] as number;
  let place = at + ipv6HeaderLength;
  for (let seen = 0; extensionHeaders.has(next) && seen < extensionsMax; seen++) {
    if (place + 8 > end) return false;
    const following = bytes[place] as number;
    const size = bytes[place + 1] as number;
    if (next === fragmentHeader) into.isLaterFragment = (u16(bytes, place + 2) & 0xfff8) !== 0;
    place += extensionLength(next, size);
    next = following;
  }
  into.protocol = next;
  return decodeTransport(bytes, place, Math.min(wireEnd, end), wireEnd, into);
}

function extensionLength(type: number, size: number): number {
  if (type === fragmentHeader) return 8;
  return type === authenticationHeader ? (size + 2) * 4 : (size + 1) * 8;
}

function decodeTransport(
  bytes: Buffer,
  at: number,
  end: number,
  wireEnd: number,
  into: Packet,
): boolean {
  into.transportAt = at;
  into.seq = 0;
  into.ack = 0;
  into.flags = 0;
  into.window = 0;
  into.sourcePort = 0;
  into.destinationPort = 0;
  if (into.isLaterFragment) return false;
  switch (into.protocol) {
    case protocols.tcp:
      return decodeTcp(bytes, at, end, wireEnd, into);
    case protocols.udp:
      return decodeUdp(bytes, at, end, wireEnd, into);
    case protocols.icmp:
    case protocols.icmpv6:
      if (at + icmpHeaderLength > end) return false;
      into.payloadAt = at + icmpHeaderLength;
      into.payloadEnd = end;
      into.payloadLength = wireEnd - into.payloadAt;
      return true;
    default:
      return false;
  }
}

function decodeTcp(bytes: Buffer, at: number, end: number, wireEnd: number, into: Packet): boolean {
  if (at + tcpHeaderMin > end) return false;
  const headerLength = ((bytes[at + 12] as number) >> 4) * 4;
  if (headerLength < tcpHeaderMin || at + headerLength > wireEnd) return false;
  into.seq = u32(bytes, at + 4);
  into.ack = u32(bytes, at + 8);
  into.flags = bytes[at + 13] as number;
  into.window = u16(bytes, at + 14);
  into.optionsAt = at + tcpHeaderMin;
  return setPayload(bytes, at, at + headerLength, end, wireEnd, into);
}

function decodeUdp(bytes: Buffer, at: number, end: number, wireEnd: number, into: Packet): boolean {
  if (at + udpHeaderLength > end) return false;
  const length = u16(bytes, at + 4);
  if (length !== 0 && length < udpHeaderLength) return false;
  // 0 in a jumbogram, RFC 2675.
  const datagramEnd = length === 0 ? wireEnd : Math.min(at + length, wireEnd);
  return setPayload(bytes, at, at + udpHeaderLength, end, datagramEnd, into);
}

function setPayload(
  bytes: Buffer,
  at: number,
  payloadAt: number,
  end: number,
  wireEnd: number,
  into: Packet,
): boolean {
  into.sourcePort = u16(bytes, at);
  into.destinationPort = u16(bytes, at + 2);
  into.payloadAt = payloadAt;
  into.payloadEnd = Math.min(end, wireEnd);
  into.payloadLength = Math.max(0, wireEnd - payloadAt);
  return true;
}

/** Of the source; `destinationOf` is the other. In the form of RFC 5952 for IPv6. */
export function sourceOf(bytes: Buffer, { ipVersion, addressesAt }: Packet): string {
  return addressText(bytes, addressesAt, ipVersion);
}

export function destinationOf(bytes: Buffer, { ipVersion, addressesAt }: Packet): string {
  return addressText(bytes, addressesAt + (ipVersion === 6 ? 16 : 4), ipVersion);
}

function addressText(bytes: Buffer, at: number, ipVersion: Packet['ipVersion']): string {
  if (ipVersion !== 6) return bytes.subarray(at, at + 4).join('.');
  const groups = bytes.toString('hex', at, at + 16).match(/.{4}/g) ?? [];
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

function u16(bytes: Buffer, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

function u32(bytes: Buffer, at: number): number {
  return (
    (((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)) >>>
    0
  );
}
