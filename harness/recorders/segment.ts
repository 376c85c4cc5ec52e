/**
 * Headers of a captured frame: Ethernet, IPv4 (RFC 791), IPv6 (RFC 8200), TCP (RFC 9293), UDP (RFC 768),
 * ICMP (RFC 792).
 */
import { type TcpFlag, tcpFlags } from '../event.ts';

export interface Ends {
  source: { host: string; port: number };
  destination: { host: string; port: number };
}

export interface Segment extends Ends {
  flags: TcpFlag[];
  /** As on the wire, 32 bits. */
  seq: number;
  ack: number;
  window: number;
  payload: Buffer;
}

export interface Datagram extends Ends {
  payload: Buffer;
}

const ethernetLength = 14;
const etherTypeIpv4 = 0x0800;
const etherTypeIpv6 = 0x86dd;
const protocolIcmp = 1;
const protocolTcp = 6;
const protocolUdp = 17;
const ipv4HeaderMin = 20;
const ipv6HeaderLength = 40;
const tcpHeaderMin = 20;
const udpHeaderLength = 8;
const icmpHeaderLength = 8;
/** Type "destination unreachable" and code "port unreachable", RFC 792. */
const portUnreachable = 0x0303;

/** Undefined for whatever is not a whole TCP segment. Never throws. */
export function decodeSegment(frame: Buffer): Segment | undefined {
  const ip = ipPacket(frame);
  const tcp = ip && carried(ip, protocolTcp);
  if (!tcp || tcp.length < tcpHeaderMin) return undefined;
  const tcpHeaderLength = (tcp.readUInt8(12) >> 4) * 4;
  if (tcpHeaderLength < tcpHeaderMin || tcpHeaderLength > tcp.length) return undefined;
  const flagBits = tcp.readUInt8(13);
  const { source, destination } = endsOf(ip, tcp);
  return {
    source,
    destination,
    flags: tcpFlags.filter((_, bit) => flagBits & (1 << bit)),
    seq: tcp.readUInt32BE(4),
    ack: tcp.readUInt32BE(8),
    window: tcp.readUInt16BE(14),
    payload: tcp.subarray(tcpHeaderLength),
  };
}

/** Undefined for whatever is not a whole UDP datagram. Never throws. */
export function decodeDatagram(frame: Buffer): Datagram | undefined {
  const ip = ipPacket(frame);
  const udp = ip && carried(ip, protocolUdp);
  if (!udp || udp.length < udpHeaderLength) return undefined;
  const length = udp.readUInt16BE(4);
  if (length < udpHeaderLength || length > udp.length) return undefined;
  return { ...endsOf(ip, udp), payload: udp.subarray(udpHeaderLength, length) };
}

/**
 * The ends of the UDP datagram that came to a closed port, as its header is repeated in the message that
 * says so. Undefined for whatever is no such message. Never throws.
 */
export function decodeUnreachable(frame: Buffer): Ends | undefined {
  const ip = ipPacket(frame);
  const icmp = ip && carried(ip, protocolIcmp);
  if (!icmp || icmp.readUInt16BE(0) !== portUnreachable) return undefined;
  const repeated = icmp.subarray(icmpHeaderLength);
  const udp = carried(repeated, protocolUdp);
  return udp && endsOf(repeated, udp);
}

/** The ports of a frame, without decoding the rest; those of the datagram for "port unreachable". */
export function portsOf(
  frame: Buffer,
): { transport: 'tcp' | 'udp'; source: number; destination: number } | undefined {
  const ip = ipPacket(frame);
  if (!ip) return undefined;
  const tcp = carried(ip, protocolTcp);
  if (tcp) return { transport: 'tcp', ...portNumbers(tcp) };
  const udp = carried(ip, protocolUdp);
  if (udp) return { transport: 'udp', ...portNumbers(udp) };
  const unreachable = decodeUnreachable(frame);
  if (!unreachable) return undefined;
  const { source, destination } = unreachable;
  return { transport: 'udp', source: source.port, destination: destination.port };
}

function ipPacket(frame: Buffer): Buffer | undefined {
  if (frame.length < ethernetLength + ipv4HeaderMin) return undefined;
  const etherType = frame.readUInt16BE(12);
  const isIp = etherType === etherTypeIpv4 || etherType === etherTypeIpv6;
  return isIp ? frame.subarray(ethernetLength) : undefined;
}

const isIpv6 = (ip: Buffer) => ip.readUInt8(0) >> 4 === 6;

/** What the IP packet carries, when it is of this protocol and holds the ports at least. */
function carried(ip: Buffer, protocol: number): Buffer | undefined {
  if (ip.length < ipv4HeaderMin) return undefined;
  const payload = isIpv6(ip) ? carriedByIpv6(ip, protocol) : carriedByIpv4(ip, protocol);
  return !payload || payload.length < 4 ? undefined : payload;
}

function carriedByIpv4(ip: Buffer, protocol: number): Buffer | undefined {
  const headerLength = (ip.readUInt8(0) & 0x0f) * 4;
  if (ip.readUInt8(9) !== protocol || headerLength < ipv4HeaderMin) return undefined;
  // Ethernet pads short frames: the IPv4 length says where the packet ends.
  return ip.subarray(headerLength, Math.min(ip.readUInt16BE(2), ip.length));
}

/** Without extension headers: TCP and UDP between hosts have none but in fragments. */
function carriedByIpv6(ip: Buffer, protocol: number): Buffer | undefined {
  if (ip.length < ipv6HeaderLength || ip.readUInt8(6) !== protocol) return undefined;
  return ip.subarray(ipv6HeaderLength, Math.min(ipv6HeaderLength + ip.readUInt16BE(4), ip.length));
}

function endsOf(ip: Buffer, transport: Buffer): Ends {
  const { source, destination } = portNumbers(transport);
  const [from, to] = isIpv6(ip)
    ? [ipv6Text(ip.subarray(8, 24)), ipv6Text(ip.subarray(24, 40))]
    : [ip.subarray(12, 16).join('.'), ip.subarray(16, 20).join('.')];
  return { source: { host: from, port: source }, destination: { host: to, port: destination } };
}

/** In the form of RFC 5952, as inet_ntop(3) writes it. */
function ipv6Text(bytes: Buffer): string {
  const groups = bytes.toString('hex').match(/.{4}/g) ?? [];
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

function portNumbers(transport: Buffer): { source: number; destination: number } {
  return { source: transport.readUInt16BE(0), destination: transport.readUInt16BE(2) };
}
