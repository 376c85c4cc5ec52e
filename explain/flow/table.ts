/** Which connection a segment belongs to. Holds a bounded number of them, and hands on those that are over. */
import type { Frame } from '../../captures/frame.ts';
import type { Packet } from '../../captures/packet.ts';
import { momentOf, type Side } from '../moment.ts';
import { type Connection, type Observer, other } from './connection.ts';
import { never, newEnd, nothing } from './end.ts';
import { distance } from './numbers.ts';
import { flagBits, takeSegment } from './segment.ts';

export interface ConnectionTable {
  take(packet: Packet, frame: Frame): void;
  /** Hands on all that are left. */
  end(): void;
  /** Connections seen so far. */
  count(): number;
}

export interface SeenSegment {
  connection: Connection;
  side: Side;
  /** The first byte that an end sends is 1, as Wireshark counts. */
  relativeSeq: number;
  relativeAck: number;
  isRetransmission: boolean;
}

export type OnSegment = (segment: SeenSegment, packet: Packet, frame: Frame) => void;

export interface TableOptions {
  /** Called once for each connection, when nothing more is to come of it or no room is left. */
  onOver(connection: Connection): void;
  observer: Observer;
  /** Called for each segment, after its connection has taken it. */
  onSegment?: OnSegment | undefined;
  /** Connections that are held at once. */
  heldMax?: number;
}

/** Enough for any machine's ports; what is beyond is handed on as it stands. */
const heldMaxDefault = 50_000;
/** Late segments of a closed connection come soon after it. */
const closedKept = 100;

interface Entry {
  connection: Connection;
  side: Side;
  forward: string;
  backward: string;
  isClosing: boolean;
}

/** The ends of a packet, source first: addresses as bytes, then ports. */
function keyOf({ bytes }: Frame, { addressesAt, ipVersion, transportAt }: Packet): string {
  const addressesLength = ipVersion === 6 ? 32 : 8;
  if (addressesAt + addressesLength === transportAt) {
    return bytes.toString('latin1', addressesAt, transportAt + 4);
  }
  const addresses = bytes.toString('latin1', addressesAt, addressesAt + addressesLength);
  return addresses + bytes.toString('latin1', transportAt, transportAt + 4);
}

/** The same, as the other side would send it. */
function reversed(key: string): string {
  const half = (key.length - 4) / 2;
  return (
    key.slice(half, half * 2) +
    key.slice(0, half) +
    key.slice(half * 2 + 2) +
    key.slice(half * 2, half * 2 + 2)
  );
}

/** The source of a key: its address, then its port. */
function nameIn(key: string): string {
  const half = (key.length - 4) / 2;
  return key.slice(0, half) + key.slice(half * 2, half * 2 + 2);
}

export function connectionTable({
  onOver,
  observer,
  onSegment,
  heldMax = heldMaxDefault,
}: TableOptions): ConnectionTable {
  const byEnds = new Map<string, Entry>();
  /** Those that are closed, in order: late segments may come of them. */
  const closing: Entry[] = [];
  let held = 0;
  let count = 0;

  const handOn = ({ connection, forward, backward }: Entry) => {
    held -= 1;
    byEnds.delete(forward);
    byEnds.delete(backward);
    onOver(connection);
  };
  const handOnOldest = () => {
    const entries = [...new Set(byEnds.values())];
    entries.sort((a, b) => a.connection.lastAtUs - b.connection.lastAtUs);
    for (const entry of entries.slice(0, heldMax / 4)) handOn(entry);
  };

  const open = (key: string, packet: Packet, frame: Frame): Entry => {
    if (held >= heldMax) handOnOldest();
    const isSyn = (packet.flags & flagBits.syn) !== 0;
    const hasAck = (packet.flags & flagBits.ack) !== 0;
    const isFromClient = isSyn ? !hasAck : packet.sourcePort >= packet.destinationPort;
    count += 1;
    held += 1;
    const backward = reversed(key);
    const connection: Connection = {
      number: count,
      clientName: nameIn(isFromClient ? key : backward),
      upstreamName: nameIn(isFromClient ? backward : key),
      client: newEnd(),
      upstream: newEnd(),
      isGuessed: !isSyn,
      first: momentOf(frame),
      lastFrame: 0,
      lastAtUs: never,
      breaks: nothing,
      dialogue: undefined,
      notes: nothing,
      requests: 0,
      answers: 0,
      slowest: undefined,
      stalled: undefined,
      answerUs: nothing,
      lastRequest: undefined,
      dataAfterBreak: undefined,
      isDataAfterBreakAcked: false,
      handshakeDone: undefined,
      roundTripUs: undefined,
      pieces: 0,
      largestPiece: 0,
      firstPiece: undefined,
      mostPieces: undefined,
      longestServedIdleUs: 0,
      idleBeforeRequestUs: 0,
      openedBefore: 0,
    };
    const shared = { connection, forward: key, backward };
    const entry: Entry = {
      ...shared,
      side: isFromClient ? 'client' : 'upstream',
      isClosing: false,
    };
    byEnds.set(key, entry);
    byEnds.set(backward, entry);
    if (isSyn && !hasAck) observer.opened(connection);
    return entry;
  };

  /** A SYN with another number is another connection of the same ports. */
  const isReused = ({ connection }: Entry, side: Side, { flags, seq }: Packet) => {
    const isFirst = (flags & (flagBits.syn | flagBits.ack)) === flagBits.syn;
    const end = connection[side];
    return isFirst && end.isBaseKnown && distance(seq, end.base) !== 0;
  };

  const sideOf = (entry: Entry, key: string): Side => {
    if (entry.forward === key) return entry.side;
    return other(entry.side);
  };

  return {
    take(packet, frame) {
      const key = keyOf(frame, packet);
      let entry = byEnds.get(key);
      if (entry && isReused(entry, sideOf(entry, key), packet)) {
        handOn(entry);
        entry = undefined;
      }
      entry ??= open(key, packet, frame);
      const { connection } = entry;
      const side = sideOf(entry, key);
      const isRetransmission = takeSegment(connection, side, packet, frame, observer);
      onSegment?.(seenOf(connection, side, packet, isRetransmission), packet, frame);
      if (!entry.isClosing && isOver(connection)) {
        entry.isClosing = true;
        closing.push(entry);
        const oldest = closing.length > closedKept ? closing.shift() : undefined;
        if (oldest && byEnds.get(oldest.forward) === oldest) handOn(oldest);
      }
    },
    end() {
      for (const entry of new Set(byEnds.values())) handOn(entry);
    },
    count: () => count,
  };
}

function seenOf(
  connection: Connection,
  side: Side,
  { seq, ack, flags }: Packet,
  isRetransmission: boolean,
): SeenSegment {
  const hasAck = (flags & flagBits.ack) !== 0;
  return {
    connection,
    side,
    relativeSeq: (seq - connection[side].base) >>> 0,
    relativeAck: hasAck ? (ack - connection[other(side)].base) >>> 0 : 0,
    isRetransmission,
  };
}

function isOver({ client, upstream }: Connection): boolean {
  if (client.rst || upstream.rst) return true;
  return client.fin !== undefined && upstream.fin !== undefined;
}
