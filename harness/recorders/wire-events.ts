/** From captured packets to wire events: relative numbers, directions, messages. Pure. */
import type { Side, WireEvent } from '../event.ts';
import { type MessageReader, messageReader } from './messages.ts';
import type { CapturedPacket } from './pcap.ts';
import { decodeSegment, type Segment } from './segment.ts';

/** One direction of a connection. */
interface Direction {
  /** Sequence number of its SYN; undefined until that was seen. */
  initialSeq: number | undefined;
  /** Relative number of the next byte to hand to the reader, so that repeats are not read twice. */
  nextSeq: number;
  read: MessageReader;
}

type Connection = Record<Side, Direction>;

/** @param upstreamPort Tells the sides apart: the upstream's segments come from it. */
export function wireEvents(
  packets: readonly CapturedPacket[],
  upstreamPort: number,
  protocol: string,
): WireEvent[] {
  const connections = new Map<string, Connection>();
  const events: WireEvent[] = [];
  for (const [index, { atUs, bytes }] of packets.entries()) {
    const segment = decodeSegment(bytes);
    if (!segment) continue;
    const from: Side = segment.source.port === upstreamPort ? 'upstream' : 'client';
    const tuple = tupleOf(segment, from);
    let connection = connections.get(tuple);
    if (!connection) {
      connection = { client: direction(protocol), upstream: direction(protocol) };
      connections.set(tuple, connection);
    }
    events.push({
      atUs,
      source: 'wire',
      type: 'packet',
      tuple,
      from,
      frame: index + 1,
      ...describe(segment, from, connection),
    });
  }
  return events;
}

function direction(protocol: string): Direction {
  return { initialSeq: undefined, nextSeq: 1, read: messageReader(protocol) };
}

function tupleOf({ source, destination }: Segment, from: Side): string {
  const [client, upstream] = from === 'client' ? [source, destination] : [destination, source];
  return `${client.host}:${client.port}->${upstream.host}:${upstream.port}`;
}

function describe(segment: Segment, from: Side, connection: Connection) {
  const { flags, payload, seq, ack, window } = segment;
  const mine = connection[from];
  const theirs = connection[from === 'client' ? 'upstream' : 'client'];
  if (flags.includes('SYN')) mine.initialSeq = seq;
  const relativeSeq = relative(seq, mine.initialSeq);
  const messages = payload.length > 0 ? readNew(mine, relativeSeq, payload) : [];
  return {
    flags,
    relativeSeq,
    relativeAck: flags.includes('ACK') ? relative(ack, theirs.initialSeq) : 0,
    length: payload.length,
    window,
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
