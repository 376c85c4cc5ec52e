/** Ethernet frames with a TCP segment in them, made by hand. */
import { type TcpFlag, tcpFlags } from '../../harness/event.ts';
import type { CapturedPacket } from '../../harness/recorders/pcap.ts';
import type { Segment } from '../../harness/recorders/segment.ts';

export interface Layout {
  /** Words of 4 bytes after the fixed part of the IPv4 header. */
  ipOptionWords?: number;
  tcpOptionWords?: number;
  /** Bytes after the IPv4 packet, as Ethernet pads short frames. */
  padding?: number;
}

export function flagBits(flags: readonly TcpFlag[]): number {
  return tcpFlags.reduce((bits, flag, i) => (flags.includes(flag) ? bits | (1 << i) : bits), 0);
}

export function tcpFrame(
  segment: Segment,
  { ipOptionWords = 0, tcpOptionWords = 0, padding = 0 }: Layout = {},
): Buffer {
  const { source, destination, flags, seq, ack, window, payload } = segment;
  const isIpv6 = source.host.includes(':');
  const ethernet = Buffer.alloc(14);
  ethernet.writeUInt16BE(isIpv6 ? 0x86dd : 0x0800, 12);
  const tcp = Buffer.alloc(20 + tcpOptionWords * 4, 1);
  tcp.writeUInt16BE(source.port, 0);
  tcp.writeUInt16BE(destination.port, 2);
  tcp.writeUInt32BE(seq, 4);
  tcp.writeUInt32BE(ack, 8);
  tcp.writeUInt8((5 + tcpOptionWords) << 4, 12);
  tcp.writeUInt8(flagBits(flags), 13);
  tcp.writeUInt16BE(window, 14);
  const length = tcp.length + payload.length;
  const ip = isIpv6
    ? ipv6Header(6, source.host, destination.host, length)
    : ipHeader(6, source.host, destination.host, length, ipOptionWords);
  return Buffer.concat([ethernet, ip, tcp, payload, Buffer.alloc(padding, 0xee)]);
}

export function udpFrame(sourcePort: number, destinationPort: number, payload: Buffer): Buffer {
  const ethernet = Buffer.alloc(14);
  ethernet.writeUInt16BE(0x0800, 12);
  const udp = Buffer.alloc(8);
  udp.writeUInt16BE(sourcePort, 0);
  udp.writeUInt16BE(destinationPort, 2);
  udp.writeUInt16BE(8 + payload.length, 4);
  const ip = ipHeader(17, '127.0.0.1', '127.0.0.1', 8 + payload.length, 0);
  return Buffer.concat([ethernet, ip, udp, payload]);
}

/** ICMP "port unreachable" about a UDP datagram, whose header is repeated (RFC 792). */
export function unreachableFrame(
  sourcePort: number,
  destinationPort: number,
  payload: Buffer,
): Buffer {
  const datagram = udpFrame(sourcePort, destinationPort, payload);
  const repeated = datagram.subarray(14);
  const icmp = Buffer.alloc(8);
  icmp.writeUInt16BE(0x0303, 0);
  const ip = ipHeader(1, '127.0.0.1', '127.0.0.1', icmp.length + repeated.length, 0);
  return Buffer.concat([datagram.subarray(0, 14), ip, icmp, repeated]);
}

function ipHeader(
  protocol: number,
  source: string,
  destination: string,
  payloadLength: number,
  optionWords: number,
): Buffer {
  const ip = Buffer.alloc(20 + optionWords * 4, 1);
  ip.writeUInt8(0x40 | (5 + optionWords), 0);
  ip.writeUInt16BE(ip.length + payloadLength, 2);
  // Not to be taken apart: a later fragment would carry no ports.
  ip.writeUInt16BE(0x4000, 6);
  ip.writeUInt8(protocol, 9);
  ip.set(source.split('.').map(Number), 12);
  ip.set(destination.split('.').map(Number), 16);
  return ip;
}

/** Addresses with all their groups, or `::1`. */
function ipv6Header(protocol: number, source: string, destination: string, length: number): Buffer {
  const ip = Buffer.alloc(40);
  ip.writeUInt8(0x60, 0);
  ip.writeUInt16BE(length, 4);
  ip.writeUInt8(protocol, 6);
  for (const [at, host] of [
    [8, source],
    [24, destination],
  ] as const) {
    const groups =
      host === '::1' ? [0, 0, 0, 0, 0, 0, 0, 1] : host.split(':').map((g) => Number(`0x${g}`));
    for (const [index, group] of groups.entries()) ip.writeUInt16BE(group, at + index * 2);
  }
  return ip;
}

export const captured = (bytes: Buffer, index: number): CapturedPacket => ({
  atUs: 1_780_000_000_000_000 + index,
  bytes,
  lengthOnWire: bytes.length,
});

interface Speech {
  from: 'client' | 'upstream';
  flags?: TcpFlag[];
  /** Relative to the side's SYN. */
  seq: number;
  ack?: number;
  payload?: Buffer;
}

/** Frames of one conversation; initial sequence numbers may be such that they wrap. */
export function conversation(
  speeches: readonly Speech[],
  { clientIsn = 1000, upstreamIsn = 9000, clientPort = 40_001, upstreamPort = 5300 } = {},
): CapturedPacket[] {
  const client = { host: '127.0.0.1', port: clientPort };
  const upstream = { host: '127.0.0.1', port: upstreamPort };
  return speeches.map(({ from, flags = ['ACK'], seq, ack = 0, payload }, index) => {
    const [mine, theirs] = from === 'client' ? [clientIsn, upstreamIsn] : [upstreamIsn, clientIsn];
    const frame = tcpFrame({
      source: from === 'client' ? client : upstream,
      destination: from === 'client' ? upstream : client,
      flags,
      seq: (mine + seq) >>> 0,
      ack: flags.includes('ACK') ? (theirs + ack) >>> 0 : 0,
      window: 512,
      payload: payload ?? Buffer.alloc(0),
    });
    return captured(frame, index);
  });
}

/** SYN, SYN-ACK, ACK. */
export const handshake: readonly Speech[] = [
  { from: 'client', flags: ['SYN'], seq: 0 },
  { from: 'upstream', flags: ['SYN', 'ACK'], seq: 0, ack: 1 },
  { from: 'client', seq: 1, ack: 1 },
];
