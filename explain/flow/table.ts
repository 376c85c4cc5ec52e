/** Which connection a segment belongs to. Holds a bounded number of them, and hands on those that are over. */
import type { Frame } from '../../captures/frame.ts';
import type { Packet } from '../../captures/packet.ts';
import { momentOf, type Side } from '../moment.ts';
import { Connection, endOf, type Observer, other } from './connection.ts';
import { EndsIndex, type Keyed } from './ends-index.ts';
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
  /**
   * Called once for each connection, when nothing more is to come of it or no room is left.
   * @returns Whether it is kept: otherwise it is cleared, and used for another one.
   */
  onOver(connection: Connection): boolean;
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

interface Entry extends Keyed {
  connection: Connection;
  /** Who sent the first packet. */
  side: Side;
  isClosing: boolean;
  isHeld: boolean;
}

const nameBytes = Buffer.alloc(16 + 2);

/** Address and port as they are held: a character for each of their bytes. */
function nameAt({ bytes }: Frame, packet: Packet, isSource: boolean): string {
  const { addressesAt, ipVersion, transportAt } = packet;
  const length = ipVersion === 6 ? 16 : 4;
  const address = isSource ? addressesAt : addressesAt + length;
  const port = isSource ? transportAt : transportAt + 2;
  for (let at = 0; at < length; at++) nameBytes[at] = bytes[address + at] as number;
  nameBytes[length] = bytes[port] as number;
  nameBytes[length + 1] = bytes[port + 1] as number;
  return nameBytes.toString('latin1', 0, length + 2);
}

export function connectionTable({
  onOver,
  observer,
  onSegment,
  heldMax = heldMaxDefault,
}: TableOptions): ConnectionTable {
  const held = new EndsIndex<Entry>();
  /** Those that are closed, in order: late segments may come of them. */
  const closing: Entry[] = [];
  const spare: Connection[] = [];
  let heldCount = 0;
  let count = 0;

  const handOn = (entry: Entry) => {
    const { connection } = entry;
    heldCount -= 1;
    entry.isHeld = false;
    held.delete(entry);
    connection.end();
    if (onOver(connection)) return;
    connection.clear();
    spare.push(connection);
  };
  const handOnOldest = () => {
    const entries = held.all();
    entries.sort((a, b) => a.connection.lastAtUs - b.connection.lastAtUs);
    for (const entry of entries.slice(0, heldMax / 4)) handOn(entry);
  };

  const open = (packet: Packet, frame: Frame): Entry => {
    const ends = held.ends(frame.bytes, packet);
    if (heldCount >= heldMax) handOnOldest();
    const isSyn = (packet.flags & flagBits.syn) !== 0;
    const hasAck = (packet.flags & flagBits.ack) !== 0;
    const isFromClient = isSyn ? !hasAck : packet.sourcePort >= packet.destinationPort;
    count += 1;
    heldCount += 1;
    const connection = spare.pop() ?? new Connection();
    connection.number = count;
    connection.clientName = nameAt(frame, packet, isFromClient);
    connection.upstreamName = nameAt(frame, packet, !isFromClient);
    connection.isGuessed = !isSyn;
    connection.first = momentOf(frame);
    const side = isFromClient ? 'client' : 'upstream';
    const entry: Entry = {
      connection,
      ends,
      next: undefined,
      side,
      isClosing: false,
      isHeld: true,
    };
    held.add(entry);
    if (isSyn && !hasAck) observer.opened(connection);
    return entry;
  };

  /** A SYN with another number is another connection of the same ports. */
  const isReused = ({ connection }: Entry, side: Side, { flags, seq }: Packet) => {
    const isFirst = (flags & (flagBits.syn | flagBits.ack)) === flagBits.syn;
    const end = endOf(connection, side);
    return isFirst && end.isBaseKnown && distance(seq, end.base) !== 0;
  };

  return {
    take(packet, frame) {
      let entry = held.find(frame.bytes, packet);
      let side = entry && sideOf(entry, held.isForward);
      if (entry && side && isReused(entry, side, packet)) {
        handOn(entry);
        entry = undefined;
        side = undefined;
      }
      entry ??= open(packet, frame);
      side ??= entry.side;
      const { connection } = entry;
      const isRetransmission = takeSegment(connection, side, packet, frame, observer);
      onSegment?.(seenOf(connection, side, packet, isRetransmission), packet, frame);
      if (!entry.isClosing && isOver(connection)) {
        entry.isClosing = true;
        closing.push(entry);
        const oldest = closing.length > closedKept ? closing.shift() : undefined;
        if (oldest?.isHeld) handOn(oldest);
      }
    },
    end() {
      for (const entry of held.all()) handOn(entry);
    },
    count: () => count,
  };
}

const sideOf = ({ side }: Entry, isForward: boolean): Side => (isForward ? side : other(side));

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
