/** Hands the payload of segments to the dialogue, each byte once and in order. */
import type { Frame } from '../../captures/frame.ts';
import type { Packet } from '../../captures/packet.ts';
import type { Listener, Note, NoteKind, Request } from '../dialogue/dialogue.ts';
import { recogniseStream } from '../dialogue/recognise.ts';
import { unknownDialogue } from '../dialogue/unknown.ts';
import { type Moment, momentOf, type Side } from '../moment.ts';
import { type Connection, endOf, type Observer, other, waitUsMin } from './connection.ts';
import { lastData, never } from './end.ts';
import { distance, plus } from './numbers.ts';

/** Filled anew each time, as a frame is. */
const now: Moment = { frame: 0, atUs: never };

const notesKept = 50;
const answerTimesKept = 64;

export function hear(
  c: Connection,
  side: Side,
  packet: Packet,
  frame: Frame,
  observer: Observer,
): void {
  const me = endOf(c, side);
  const { seq, payloadLength, payloadAt, payloadEnd } = packet;
  const end = plus(seq, payloadLength);
  const fresh = distance(end, me.readTo);
  if (fresh <= 0) return;
  const skipped = Math.max(0, payloadLength - fresh);
  const isHole = distance(seq, me.readTo) > 0;
  me.readTo = end;
  me.bytes += payloadLength - skipped;
  if (isHole || payloadEnd - payloadAt < payloadLength) goBlind(c, observer);
  noteSpeed(c, side, payloadLength, frame);
  const { bytes } = frame;
  const start = payloadAt + skipped;
  c.dialogue ??= recogniseStream(side, bytes, start, payloadEnd, new Hearing(c, observer));
  now.frame = frame.number;
  now.atUs = frame.atUs;
  c.dialogue.take(side, bytes, start, Math.max(start, payloadEnd), now);
}

/** From here on only turns can be told: messages cannot be cut out of bytes that are not there. */
function goBlind(c: Connection, observer: Observer): void {
  if (c.dialogue?.protocol === 'unknown') return;
  c.dialogue = unknownDialogue(new Hearing(c, observer));
}

/** One for each connection that says anything: a class, because there are many. */
class Hearing implements Listener {
  private readonly c: Connection;
  private readonly observer: Observer;

  constructor(c: Connection, observer: Observer) {
    this.c = c;
    this.observer = observer;
  }

  note(kind: NoteKind, text: string, { frame, atUs }: Moment): void {
    const { c } = this;
    const note: Note = { kind, text, frame, atUs };
    if (c.notes.length < notesKept) c.notes = [...c.notes, note];
  }

  asked(request: Request): void {
    const { c } = this;
    const { client, upstream, handshakeDone } = c;
    const beforeUs = Math.max(client.lastDataAtUs, upstream.lastDataAtUs) || handshakeDone?.atUs;
    c.requests += 1;
    c.lastRequestAtUs = request.atUs;
    c.idleBeforeRequestUs = beforeUs ? request.atUs - beforeUs : 0;
    this.observer.asked(c, request);
  }

  answered({ atUs }: Moment): void {
    const { c } = this;
    c.answers += 1;
    c.longestServedIdleUs = Math.max(c.longestServedIdleUs, c.idleBeforeRequestUs);
    if (c.lastRequestAtUs === undefined) return;
    c.answerUs ??= [];
    if (c.answerUs.length < answerTimesKept) c.answerUs.push(atUs - c.lastRequestAtUs);
  }
}

/** How long the upstream let the client wait: before an answer, or in the middle of one. */
function noteSpeed(c: Connection, side: Side, length: number, frame: Frame): void {
  if (side === 'client') {
    c.pieces = 0;
    c.largestPiece = 0;
    return;
  }
  if (!c.dialogue || c.dialogue.owed().length === 0) return;
  const isInside = c.pieces > 0;
  const fromUs = Math.max(c.client.lastDataAtUs, c.upstream.lastDataAtUs);
  c.pieces += 1;
  c.largestPiece = Math.max(c.largestPiece, length);
  if (!isInside) {
    c.firstPieceFrame = frame.number;
    c.firstPieceAtUs = frame.atUs;
  } else if (c.pieces > (c.mostPieces?.count ?? 0)) {
    const { pieces: count, largestPiece: largest } = c;
    const from = { frame: c.firstPieceFrame, atUs: c.firstPieceAtUs };
    c.mostPieces = { count, largest, from, until: momentOf(frame) };
  }
  const us = frame.atUs - fromUs;
  if (us < waitUsMin) return;
  const longest = isInside ? c.stalled : c.slowest;
  if (fromUs === 0 || (longest && longest.us >= us)) return;
  const from = later(lastData(endOf(c, other(side))), lastData(endOf(c, side)));
  if (!from) return;
  const wait = { us, from, until: momentOf(frame) };
  if (isInside) c.stalled = wait;
  else c.slowest = wait;
}

function later(a: Moment | undefined, b: Moment | undefined): Moment | undefined {
  if (!a || !b) return a ?? b;
  return a.atUs >= b.atUs ? a : b;
}
