/** What a run's recorders need of a captured Ethernet frame, as values of their own. */

import { emptyFrame, type Frame } from '../../captures/frame.ts';
import { linkTypes } from '../../captures/link.ts';
import {
  decodeIp,
  decodePacket,
  destinationOf,
  emptyPacket,
  type Packet,
  protocols,
  sourceOf,
} from '../../captures/packet.ts';
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

/** Type "destination unreachable" and code "port unreachable", RFC 792. */
const portUnreachable = 0x0303;

// Filled anew for each frame, and read before the next one: nothing here waits.
const frame: Frame = {
  ...emptyFrame(),
  linkType: linkTypes.ethernet,
  // Of a packet alone it is not known.
  lengthOnWire: Number.POSITIVE_INFINITY,
};
const packet: Packet = emptyPacket();

/** Undefined for whatever is not a whole TCP segment. Never throws. */
export function decodeSegment(bytes: Buffer): Segment | undefined {
  if (!carries(bytes, protocols.tcp)) return undefined;
  const { flags, seq, ack, window, payloadAt, payloadEnd } = packet;
  if (payloadAt > payloadEnd) return undefined;
  return {
    ...endsOf(bytes),
    flags: tcpFlags.filter((_, bit) => flags & (1 << bit)),
    seq,
    ack,
    window,
    payload: bytes.subarray(payloadAt, payloadEnd),
  };
}

/** Undefined for whatever is not a whole UDP datagram. Never throws. */
export function decodeDatagram(bytes: Buffer): Datagram | undefined {
  if (!carries(bytes, protocols.udp)) return undefined;
  const { payloadAt, payloadEnd, payloadLength } = packet;
  if (payloadEnd - payloadAt < payloadLength) return undefined;
  return { ...endsOf(bytes), payload: bytes.subarray(payloadAt, payloadEnd) };
}

/**
 * The ends of the UDP datagram that came to a closed port, as its header is repeated in the message that
 * says so. Undefined for whatever is no such message. Never throws.
 */
export function decodeUnreachable(bytes: Buffer): Ends | undefined {
  if (!carries(bytes, protocols.icmp)) return undefined;
  if (bytes.readUInt16BE(packet.transportAt) !== portUnreachable) return undefined;
  if (!decodeIp(bytes, packet.payloadAt, packet.payloadEnd, packet)) return undefined;
  return isOf(protocols.udp) ? endsOf(bytes) : undefined;
}

/** The ports of a frame, without decoding the rest; those of the datagram for "port unreachable". */
export function portsOf(
  bytes: Buffer,
): { transport: 'tcp' | 'udp'; source: number; destination: number } | undefined {
  if (!decoded(bytes)) return undefined;
  const { protocol, sourcePort: source, destinationPort: destination } = packet;
  if (protocol === protocols.tcp) return { transport: 'tcp', source, destination };
  if (protocol === protocols.udp) return { transport: 'udp', source, destination };
  const ends = decodeUnreachable(bytes);
  return ends && { transport: 'udp', source: ends.source.port, destination: ends.destination.port };
}

const isOf = (protocol: number) => packet.protocol === protocol;

function carries(bytes: Buffer, protocol: number): boolean {
  return decoded(bytes) && isOf(protocol);
}

function decoded(bytes: Buffer): boolean {
  frame.bytes = bytes;
  frame.end = bytes.length;
  return decodePacket(frame, packet);
}

function endsOf(bytes: Buffer): Ends {
  return {
    source: { host: sourceOf(bytes, packet), port: packet.sourcePort },
    destination: { host: destinationOf(bytes, packet), port: packet.destinationPort },
  };
}
