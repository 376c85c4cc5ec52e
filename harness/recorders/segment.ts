/** Ethernet, IPv4 and TCP headers of a captured frame (RFC 791, RFC 9293 section 3.1). */
import { type TcpFlag, tcpFlags } from '../event.ts';

export interface Segment {
  source: { host: string; port: number };
  destination: { host: string; port: number };
  flags: TcpFlag[];
  /** As on the wire, 32 bits. */
  seq: number;
  ack: number;
  window: number;
  payload: Buffer;
}

const ethernetLength = 14;
const etherTypeIpv4 = 0x0800;
const protocolTcp = 6;
const protocolUdp = 17;
const ipv4HeaderMin = 20;
const tcpHeaderMin = 20;

/** Undefined for whatever is not a whole TCP segment over IPv4. Never throws. */
export function decodeSegment(frame: Buffer): Segment | undefined {
  const tcp = transport(frame, protocolTcp);
  if (!tcp || tcp.length < tcpHeaderMin) return undefined;
  const tcpHeaderLength = (tcp.readUInt8(12) >> 4) * 4;
  if (tcpHeaderLength < tcpHeaderMin || tcpHeaderLength > tcp.length) return undefined;
  const ip = frame.subarray(ethernetLength);
  const flagBits = tcp.readUInt8(13);
  return {
    source: { host: ip.subarray(12, 16).join('.'), port: tcp.readUInt16BE(0) },
    destination: { host: ip.subarray(16, 20).join('.'), port: tcp.readUInt16BE(2) },
    flags: tcpFlags.filter((_, bit) => flagBits & (1 << bit)),
    seq: tcp.readUInt32BE(4),
    ack: tcp.readUInt32BE(8),
    window: tcp.readUInt16BE(14),
    payload: tcp.subarray(tcpHeaderLength),
  };
}

/** Ports of a TCP frame, without decoding the rest. */
export function tcpPorts(frame: Buffer): { source: number; destination: number } | undefined {
  const tcp = transport(frame, protocolTcp);
  return tcp && { source: tcp.readUInt16BE(0), destination: tcp.readUInt16BE(2) };
}

export function udpDestinationPort(frame: Buffer): number | undefined {
  return transport(frame, protocolUdp)?.readUInt16BE(2);
}

/** What the IPv4 packet carries, when it is of this protocol and holds the ports at least. */
function transport(frame: Buffer, protocol: number): Buffer | undefined {
  if (frame.length < ethernetLength + ipv4HeaderMin) return undefined;
  if (frame.readUInt16BE(12) !== etherTypeIpv4) return undefined;
  const ip = frame.subarray(ethernetLength);
  const headerLength = (ip.readUInt8(0) & 0x0f) * 4;
  if (ip.readUInt8(9) !== protocol || headerLength < ipv4HeaderMin) return undefined;
  // Ethernet pads short frames: the IPv4 length says where the packet ends.
  const payload = ip.subarray(headerLength, Math.min(ip.readUInt16BE(2), ip.length));
  return payload.length < 4 ? undefined : payload;
}
