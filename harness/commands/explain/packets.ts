/** The packets of a few connections of a capture, in a second reading: the first one keeps none. */
import type { Frame } from '../../../captures/frame.ts';
import { ipStart } from '../../../captures/link.ts';
import {
  decodeIp,
  decodePacket,
  destinationOf,
  emptyPacket,
  type Packet,
  protocols,
  sourceOf,
} from '../../../captures/packet.ts';
import { readCapture } from '../../../captures/reader.ts';
import type { ExplainedConnection } from '../../../explain/result.ts';
import type { CapturedPacket } from '../../recorders/pcap.ts';
import { withCapture } from './open.ts';

/** As a run records it, behind an Ethernet header whatever device it passed, with its number in the file. */
export interface NumberedPacket extends CapturedPacket {
  frame: number;
}

export interface PacketsOf {
  connection: ExplainedConnection;
  packets: NumberedPacket[];
  /** In the middle of a long one. */
  leftOut: number;
}

/** The first packets of a connection, and the last: it goes wrong at one of its ends. */
const headMax = 2000;
const tailMax = 1000;

const ethernetLength = 14;
const etherTypes = { 0: 0, 4: 0x0800, 6: 0x86dd } as const;

/** Throws a UserError for what can no longer be read. */
export async function packetsOf(
  file: string,
  connections: readonly ExplainedConnection[],
): Promise<PacketsOf[]> {
  const found = connections.map((connection) => ({
    connection,
    packets: [] as NumberedPacket[],
    leftOut: 0,
  }));
  const byEnds = new Map<string, typeof found>();
  for (const one of found) {
    const { transport, client, upstream } = one.connection;
    const ends = endsKey(transport, client.address, upstream.address);
    byEnds.set(ends, [...(byEnds.get(ends) ?? []), one]);
  }
  const packet = emptyPacket();
  const repeated = emptyPacket();
  await withCapture(file, (input) =>
    readCapture(input, (frame) => {
      if (!decodePacket(frame, packet)) return;
      const ends = endsOf(frame, packet, repeated);
      const mine = ends === undefined ? undefined : byEnds.get(ends);
      // One pair of ports may be used again.
      const one = mine?.find(
        ({ connection: { first, last } }) =>
          first.frame <= frame.number && frame.number <= last.frame,
      );
      if (one) keep(one, frame, packet);
    }),
  );
  return found;
}

function keep(into: PacketsOf, frame: Frame, packet: Packet): void {
  const { packets } = into;
  if (packets.length === headMax + tailMax) {
    packets.splice(headMax, 1);
    into.leftOut += 1;
  }
  const ip = ipStart(frame.bytes, frame.start, frame.end, frame.linkType);
  const header = Buffer.alloc(ethernetLength);
  header.writeUInt16BE(etherTypes[packet.ipVersion], 12);
  packets.push({
    frame: frame.number,
    atUs: frame.atUs,
    bytes: Buffer.concat([header, frame.bytes.subarray(ip, frame.end)]),
    lengthOnWire: frame.lengthOnWire - (ip - frame.start) + ethernetLength,
  });
}

/** The same for both directions, and for the ICMP message about a datagram. */
function endsOf(frame: Frame, packet: Packet, repeated: Packet): string | undefined {
  const { bytes } = frame;
  switch (packet.protocol) {
    case protocols.tcp:
      return endsKey('tcp', ...addressesOf(bytes, packet));
    case protocols.udp:
      return endsKey('udp', ...addressesOf(bytes, packet));
    default:
      return decodeIp(bytes, packet.payloadAt, packet.payloadEnd, repeated) &&
        repeated.protocol === protocols.udp
        ? endsKey('udp', ...addressesOf(bytes, repeated))
        : undefined;
  }
}

function addressesOf(bytes: Buffer, packet: Packet): [string, string] {
  return [
    addressText(sourceOf(bytes, packet), packet.sourcePort),
    addressText(destinationOf(bytes, packet), packet.destinationPort),
  ];
}

const addressText = (host: string, port: number) =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

const endsKey = (transport: string, one: string, other: string) =>
  one < other ? `${transport} ${one} ${other}` : `${transport} ${other} ${one}`;
