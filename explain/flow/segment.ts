/** What one segment does to its connection. */
import type { Frame } from '../../captures/frame.ts';
import type { Packet } from '../../captures/packet.ts';
import { momentOf, type Side } from '../moment.ts';
import { type Break, type Connection, endOf, type Observer, other } from './connection.ts';
import { type End, nothing, type Silence, type Termination, withOneMore } from './end.ts';
import { hear } from './hear.ts';
import { distance, plus } from './numbers.ts';
import { isKeepAlive, isRetransmission } from './retransmission.ts';

export const flagBits = { fin: 1, syn: 2, rst: 4, ack: 16 } as const;
const anyControl = flagBits.fin | flagBits.syn | flagBits.rst;

const synsKept = 20;
const zeroWindowsKept = 20;

/** @returns Whether it carries what was sent before. */
export function takeSegment(
  c: Connection,
  side: Side,
  packet: Packet,
  frame: Frame,
  observer: Observer,
): boolean {
  const me = endOf(c, side);
  const peer = endOf(c, other(side));
  const { flags } = packet;
  c.lastFrame = frame.number;
  c.lastAtUs = frame.atUs;
  me.segments += 1;
  me.lastFrame = frame.number;
  me.lastAtUs = frame.atUs;
  // What comes after it has given up comes too late.
  if (peer.probe && !peer.rst) peer.probe = undefined;
  setBases(me, peer, packet);
  if (!c.handshakeDone) onHandshake(c, side, packet, frame, observer);
  const isRepeat = onSent(me, peer, packet, frame, c.roundTripUs);
  if ((flags & flagBits.ack) !== 0) onAck(c, side, packet, frame);
  if (packet.payloadLength > 0) onData(c, side, packet, frame, isRepeat, observer);
  if ((flags & (flagBits.fin | flagBits.rst)) !== 0) onBreak(c, side, packet, frame, observer);
  return isRepeat;
}

function setBases(me: End, peer: End, { seq, ack, flags }: Packet): void {
  if (!me.isBaseKnown) {
    const isSyn = (flags & flagBits.syn) !== 0;
    me.isBaseKnown = true;
    me.base = isSyn ? plus(seq, 0) : plus(seq, -1);
    me.nextSeq = plus(seq, 0);
    me.readTo = plus(me.base, 1);
  }
  if ((flags & flagBits.ack) !== 0 && !peer.isBaseKnown) {
    peer.isBaseKnown = true;
    peer.base = plus(ack, -1);
    peer.nextSeq = plus(ack, 0);
    peer.readTo = plus(ack, 0);
  }
}

function onHandshake(
  c: Connection,
  side: Side,
  { flags }: Packet,
  frame: Frame,
  observer: Observer,
): void {
  const me = endOf(c, side);
  if ((flags & flagBits.syn) !== 0) {
    if (me.syns.length < synsKept) me.syns = withOneMore(me.syns, momentOf(frame));
  } else if (side === 'client' && c.upstream.syns.length > 0 && (flags & flagBits.rst) === 0) {
    c.handshakeDone = momentOf(frame);
    c.roundTripUs = frame.atUs - (me.syns.at(-1)?.atUs ?? frame.atUs);
    observer.accepted(c);
  }
}

/** @returns Whether it was sent before. */
function onSent(
  me: End,
  peer: End,
  packet: Packet,
  frame: Frame,
  roundTripUs: number | undefined,
): boolean {
  const { seq, flags, payloadLength } = packet;
  const span = payloadLength + (flags & flagBits.fin) + ((flags & flagBits.syn) >> 1);
  if ((flags & flagBits.rst) !== 0) {
    peer.unackedFrame = 0;
    return false;
  }
  if (isKeepAlive(me, peer, packet, span)) {
    onProbe(me, frame);
    return false;
  }
  if (span === 0) return false;
  const isRepeat = isRetransmission(me, peer, packet, span, frame.atUs, roundTripUs);
  const next = plus(seq, span);
  if (me.segments === 1 || distance(next, me.nextSeq) > 0) {
    me.nextSeq = next;
    me.nextSeqAtUs = frame.atUs;
  }
  if (!isRepeat && me.unackedFrame === 0) {
    me.unackedFrame = frame.number;
    me.unackedAtUs = frame.atUs;
    me.unackedRepeats = 0;
    me.unackedLast = undefined;
  } else if (isRepeat) {
    me.retransmissions += 1;
    me.unackedRepeats += 1;
    me.unackedLast = momentOf(frame);
  }
  return isRepeat;
}

function onProbe(me: End, frame: Frame): void {
  const at = momentOf(frame);
  const probe: Silence = me.probe ?? { first: at, last: at, repeats: -1 };
  me.probe = probe;
  probe.last = at;
  probe.repeats += 1;
}

function onAck(c: Connection, side: Side, packet: Packet, frame: Frame): void {
  const me = endOf(c, side);
  const peer = endOf(c, other(side));
  const { ack, window, flags, payloadLength } = packet;
  if (!me.hasAcked || distance(ack, me.acked) > 0) {
    me.acked = plus(ack, 0);
    me.hasAcked = true;
    me.duplicateAcks = 0;
    if (peer.unackedFrame !== 0) endSilence(peer, ack);
    if (c.dataAfterBreak?.[other(side)] && (flags & flagBits.rst) === 0) {
      c.isDataAfterBreakAcked = true;
    }
  } else if (distance(ack, me.acked) === 0 && payloadLength === 0) me.duplicateAcks += 1;
  me.lastAckAtUs = frame.atUs;
  if (window === 0 || me.zeroWindows !== nothing) {
    if ((flags & anyControl) === 0) onWindow(me, window, frame);
  }
}

/** The other end is heard of again. */
function endSilence(me: End, ack: number): void {
  const repeats = me.unackedRepeats;
  if (repeats > (me.longestSilence?.repeats ?? 0) && me.unackedLast) {
    const first = { frame: me.unackedFrame, atUs: me.unackedAtUs };
    me.longestSilence = { first, last: me.unackedLast, repeats };
  }
  const isMore = distance(ack, me.nextSeq) < 0;
  me.unackedFrame = isMore ? me.lastFrame : 0;
  me.unackedAtUs = me.lastAtUs;
  me.unackedRepeats = 0;
  me.unackedLast = undefined;
}

function onWindow(me: End, window: number, frame: Frame): void {
  const current = me.zeroWindows.at(-1);
  const isShut = current !== undefined && current.until === undefined;
  if (window === 0 && !isShut && me.zeroWindows.length < zeroWindowsKept) {
    const opened = { from: momentOf(frame), until: undefined, probes: 0 };
    me.zeroWindows = [...me.zeroWindows, opened];
  }
  if (window > 0 && isShut) current.until = momentOf(frame);
}

function onData(
  c: Connection,
  side: Side,
  packet: Packet,
  frame: Frame,
  isRepeat: boolean,
  observer: Observer,
): void {
  const me = endOf(c, side);
  const { zeroWindows } = endOf(c, other(side));
  const shut = zeroWindows === nothing ? undefined : zeroWindows.at(-1);
  if (shut && shut.until === undefined) shut.probes += 1;
  if (me.firstDataFrame === 0) me.firstDataFrame = frame.number;
  if (c.breaks.length > 0 && c.breaks[0]?.by !== side) {
    c.dataAfterBreak ??= {};
    c.dataAfterBreak[side] ??= momentOf(frame);
  }
  if (!isRepeat) hear(c, side, packet, frame, observer);
  me.lastDataFrame = frame.number;
  me.lastDataAtUs = frame.atUs;
}

/** The number of a FIN itself is acknowledged too. */
function hasAcknowledged(me: End, peer: End): boolean {
  return peer.fin !== undefined && distance(me.acked, plus(peer.base, peer.fin.relativeSeq)) > 0;
}

function onBreak(c: Connection, by: Side, packet: Packet, frame: Frame, observer: Observer): void {
  const me = endOf(c, by);
  const isRst = (packet.flags & flagBits.rst) !== 0;
  if (isRst ? me.rst : me.fin) return;
  const seq = isRst ? packet.seq : plus(packet.seq, packet.payloadLength);
  const termination: Termination = {
    frame: frame.number,
    atUs: frame.atUs,
    relativeSeq: (seq - me.base) >>> 0,
    isAnswer: hasAcknowledged(me, endOf(c, other(by))),
  };
  if (isRst) me.rst = termination;
  else me.fin = termination;
  const { dialogue, client, upstream, handshakeDone, first } = c;
  const opened = handshakeDone ?? first;
  const lastUs = Math.max(client.lastDataAtUs, upstream.lastDataAtUs, opened.atUs);
  const event: Break = {
    frame: frame.number,
    atUs: frame.atUs,
    by,
    flag: isRst ? 'RST' : 'FIN',
    relativeSeq: termination.relativeSeq,
    // A dialogue goes on with the list it has, and its requests may hold on to others.
    owed:
      dialogue && dialogue.owed().length > 0
        ? dialogue.owed().map(({ key, frame, atUs }) => ({ key, frame, atUs }))
        : nothing,
    isInRequest: dialogue?.isInside('client') ?? false,
    isInAnswer: dialogue?.isInside('upstream') ?? false,
    isOpening: dialogue?.isOpening() ?? false,
    isAgreed: dialogue?.mayClose() ?? false,
    idleUs: Math.max(0, frame.atUs - lastUs),
    requests: c.requests,
  };
  c.breaks = withOneMore(c.breaks, event);
  observer.broke(c, event);
}
