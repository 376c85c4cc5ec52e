/**
 * Whether a segment carries what was sent before, told as Wireshark tells it ("TCP Analysis" in its user's
 * guide): keep-alives are not counted, nor segments that only came in another order.
 */
import type { Packet } from '../../captures/packet.ts';
import type { End } from './end.ts';
import { distance, plus } from './numbers.ts';

const flagFin = 1;
const flagSyn = 2;
const flagRst = 4;
/** Where the handshake does not tell how long packets take. */
const reorderUsDefault = 3000;
const fastUs = 20_000;

/** Repeats the last byte, or none before it, to be acknowledged: RFC 9293 section 3.8.4. */
export function isKeepAlive(
  me: End,
  peer: End,
  { seq, flags, payloadLength }: Packet,
  span: number,
): boolean {
  const isPlain = (flags & (flagFin | flagSyn | flagRst)) === 0;
  // What the other end has not acknowledged is sent again for its own sake.
  const isAcknowledged = peer.hasAcked && peer.acked === me.nextSeq;
  return (
    isAcknowledged &&
    isPlain &&
    span <= 1 &&
    payloadLength <= 1 &&
    me.segments > 2 &&
    plus(seq, 1) === me.nextSeq
  );
}

export function isRetransmission(
  me: End,
  peer: End,
  packet: Packet,
  span: number,
  atUs: number,
  roundTripUs: number | undefined,
): boolean {
  const { seq, flags, payloadLength } = packet;
  if (me.segments <= 1 || (flags & flagRst) !== 0) return false;
  const isBehind = distance(seq, me.nextSeq) < 0;
  if (!isBehind || isKeepAlive(me, peer, packet, span)) return false;
  const isFast =
    peer.duplicateAcks >= 2 && distance(peer.acked, seq) === 0 && atUs - peer.lastAckAtUs < fastUs;
  if (isFast) return true;
  const isAcknowledged = peer.hasAcked && distance(plus(seq, payloadLength), peer.acked) <= 0;
  if (payloadLength > 0 && isAcknowledged) return true;
  const end = plus(seq, span);
  // This soon after the highest one it was overtaken by that, rather than sent again.
  const isSoon = atUs - me.nextSeqAtUs < (roundTripUs || reorderUsDefault);
  return !isSoon || end === me.nextSeq;
}
