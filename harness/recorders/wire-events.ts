/** From captured packets to wire events: relative numbers, directions, messages. Pure. */
import { connectionTuple } from '../../kernel/address.ts';
import type { Side, Transport, WireEvent } from '../event.ts';
import type { RecordedEndpoint } from '../evidence.ts';
import { digestOf } from '../keys.ts';
import { type Message, type MessageReader, messageReader } from './messages.ts';
import type { CapturedPacket } from './pcap.ts';
import {
  type Datagram,
  decodeDatagram,
  decodeSegment,
  decodeUnreachable,
  type Ends,
  type Segment,
} from './segment.ts';

/** One direction of a connection, or of the datagrams between two ports. */
interface Direction {
  /** Sequence number of its SYN; undefined until that was seen. */
  initialSeq: number | undefined;
  /** Relative number of the next byte to hand to the reader, so that repeats are not read twice. */
  nextSeq: number;
  read: MessageReader;
}

type Connection = Record<Side, Direction>;

/** @param endpoints Tell the sides apart, the upstream's packets come from one of them; others are nobody's. */
export function wireEvents(
  packets: readonly CapturedPacket[],
  endpoints: readonly RecordedEndpoint[],
): WireEvent[] {
  const protocols = protocolsOf(endpoints);
  const connections = new Map<string, Connection>();
  const events: WireEvent[] = [];
  for (const [index, { atUs, bytes }] of packets.entries()) {
    const packet = decode(bytes);
    if (!packet) continue;
    const { transport, source, destination } = packet;
    const ofUpstream = protocols[transport].get(source.port);
    const protocol = ofUpstream ?? protocols[transport].get(destination.port);
    if (protocol === undefined) continue;
    const from: Side = ofUpstream === undefined ? 'client' : 'upstream';
    const tuple = tupleOf(packet, from);
    const name = `${transport} ${tuple}`;
    let connection = connections.get(name);
    if (!connection) {
      connection = { client: direction(protocol), upstream: direction(protocol) };
      connections.set(name, connection);
    }
    const mine = connection[from];
    const theirs = connection[from === 'client' ? 'upstream' : 'client'];
    events.push({
      atUs,
      source: 'wire',
      type: 'packet',
      tuple,
      from,
      frame: index + 1,
      ...describe(packet, mine, theirs),
    });
  }
  return events;
}

/** What is spoken on each port. A TCP port and a UDP port of one number are two. */
function protocolsOf(
  endpoints: readonly RecordedEndpoint[],
): Record<Transport, Map<number, string>> {
  const over = (wanted: Transport) =>
    new Map(
      endpoints
        .filter(({ transport }) => transport === wanted)
        .map(({ port, protocol }) => [port, protocol]),
    );
  return { tcp: over('tcp'), udp: over('udp') };
}

type Packet = (
  | ({ kind: 'segment'; transport: 'tcp' } & Segment)
  | ({ kind: 'datagram'; transport: 'udp' } & Datagram)
  | { kind: 'unreachable'; transport: 'udp' }
) &
  Ends;

function decode(frame: Buffer): Packet | undefined {
  const segment = decodeSegment(frame);
  if (segment) return { kind: 'segment', transport: 'tcp', ...segment };
  const datagram = decodeDatagram(frame);
  if (datagram) return { kind: 'datagram', transport: 'udp', ...datagram };
  const unreachable = decodeUnreachable(frame);
  // It is said by the side that the datagram was sent to.
  return (
    unreachable && {
      kind: 'unreachable',
      transport: 'udp',
      source: unreachable.destination,
      destination: unreachable.source,
    }
  );
}

function direction(protocol: string): Direction {
  return { initialSeq: undefined, nextSeq: 1, read: messageReader(protocol) };
}

function tupleOf({ source, destination }: Ends, from: Side): string {
  const [client, upstream] = from === 'client' ? [source, destination] : [destination, source];
  return connectionTuple(client, upstream);
}

function describe(packet: Packet, mine: Direction, theirs: Direction) {
  switch (packet.kind) {
    case 'segment':
      return describeSegment(packet, mine, theirs);
    case 'datagram':
      return describeDatagram(packet, mine);
    case 'unreachable':
      return {
        ...ofUdp,
        relativeSeq: mine.nextSeq,
        icmp: 'port unreachable' as const,
        messages: ['ICMP port unreachable'],
      };
  }
}

function describeSegment(segment: Segment, mine: Direction, theirs: Direction) {
  const { flags, payload, seq, ack, window } = segment;
  if (flags.includes('SYN')) mine.initialSeq = seq;
  const relativeSeq = relative(seq, mine.initialSeq);
  return {
    flags,
    relativeSeq,
    relativeAck: flags.includes('ACK') ? relative(ack, theirs.initialSeq) : 0,
    window,
    ...contents(payload, payload.length > 0 ? readNew(mine, relativeSeq, payload) : []),
  };
}

/** What UDP and ICMP have not. */
const ofUdp = {
  flags: [],
  relativeAck: 0,
  window: 0,
  length: 0,
  digest: '',
  messages: [],
  requestKeys: [],
};

/** UDP has no numbers: this side's bytes are counted, as if each datagram came after the one before. */
function describeDatagram({ payload }: Datagram, mine: Direction) {
  const relativeSeq = mine.nextSeq;
  mine.nextSeq += payload.length;
  return { ...ofUdp, relativeSeq, ...contents(payload, mine.read(payload)) };
}

function contents(payload: Buffer, messages: readonly Message[]) {
  return {
    length: payload.length,
    digest: payload.length > 0 ? digestOf(payload) : '',
    messages: messages.map(({ text }) => text),
    requestKeys: messages.flatMap(({ requestKey }) => (requestKey ? [requestKey] : [])),
  };
}

/** Sequence numbers wrap at 2^32, RFC 9293 section 3.4. */
function relative(seq: number, initialSeq: number | undefined): number {
  return initialSeq === undefined ? 0 : (seq - initialSeq) >>> 0;
}

function readNew(mine: Direction, relativeSeq: number, payload: Buffer) {
  const repeated = mine.nextSeq - relativeSeq;
  // A hole means the capture missed bytes: messages cannot be told from then on.
  if (repeated < 0 || repeated >= payload.length) return [];
  mine.nextSeq = relativeSeq + payload.length;
  return mine.read(payload.subarray(repeated));
}
