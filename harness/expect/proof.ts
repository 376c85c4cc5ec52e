/** What in the capture proves a receipt. Pure. */
import type { Receipt, UpstreamEvent, WireEvent } from '../event.ts';
import { isOpening, isRefusal } from '../packets.ts';

/** One connection as it was recorded before the client was asked to close. */
export interface Recorded {
  packets: readonly WireEvent[];
  upstream: readonly UpstreamEvent[];
}

/** The frame that shows it, or what was found instead. */
export type Proof = { frame: number; note?: string } | { frame: null; note: string };

type Of<S extends Receipt['segment']> = Extract<Receipt, { segment: S }>;

export function prove(receipt: Receipt, recorded: Recorded): Proof {
  switch (receipt.segment) {
    case 'FIN':
    case 'RST':
      return proveBreak(receipt, recorded);
    case 'DATA':
      return proveData(receipt, recorded);
    case 'SILENCE':
      return proveSilence(receipt, recorded);
    case 'ZERO-WINDOW':
      return found(
        fromUpstream(recorded).find((p) => p.atUs >= receipt.fromUs && isZeroWindow(p)),
        'the upstream never advertised a window of 0',
      );
    case 'WINDOW':
      return proveWindow(receipt, recorded);
    case 'LOST':
      return proveLoss(receipt, recorded);
    case 'REFUSED':
      return proveRefusal(receipt, recorded);
    case 'UNANSWERED-SYN':
      return proveUnansweredSyn(receipt, recorded);
  }
}

const fromUpstream = ({ packets }: Recorded) => packets.filter((p) => p.from === 'upstream');
const isReset = ({ flags }: WireEvent) => flags.includes('RST');
const isZeroWindow = (p: WireEvent) => p.window === 0 && !isReset(p) && !p.flags.includes('SYN');

function found(packet: WireEvent | undefined, note: string): Proof {
  return packet ? { frame: packet.frame } : { frame: null, note };
}

function proveBreak(promised: Of<'FIN' | 'RST'>, recorded: Recorded): Proof {
  const { segment, relativeSeq } = promised;
  const isPromised = (p: WireEvent) =>
    segment === 'RST'
      ? isReset(p) && p.relativeSeq === relativeSeq
      : // FIN may ride on the last data: its own number is the one after them.
        p.flags.includes('FIN') && p.relativeSeq + p.length === relativeSeq;
  const packet = fromUpstream(recorded).find(isPromised);
  if (!packet) {
    const seen = fromUpstream(recorded)
      .filter(({ flags }) => flags.includes('FIN') || flags.includes('RST'))
      .map((p) => `${p.flags.join('+')} at ${p.relativeSeq} in frame ${p.frame}`);
    const note =
      `expected ${segment} at relative sequence number ${relativeSeq}, ` +
      `the upstream sent ${seen.length === 0 ? 'no FIN and no RST' : seen.join(', ')}`;
    return { frame: null, note };
  }
  if (isAcknowledged(packet, relativeSeq, recorded)) return { frame: packet.frame };
  const note = `the ${segment} of frame ${packet.frame} left before the client had acknowledged what was sent before it`;
  return { frame: packet.frame, note };
}

/** "After n bytes" holds only when the client's kernel had them all. */
function isAcknowledged({ frame }: WireEvent, relativeSeq: number, { packets }: Recorded): boolean {
  return packets.some(
    (p) => p.from === 'client' && p.frame < frame && p.relativeAck >= relativeSeq,
  );
}

function proveData({ relativeSeq, length, digest }: Of<'DATA'>, recorded: Recorded): Proof {
  const at = fromUpstream(recorded).filter((p) => p.relativeSeq === relativeSeq && p.length > 0);
  const whole = at.find((p) => p.length === length);
  if (whole && (digest === undefined || whole.digest === digest)) return { frame: whole.frame };
  const expected = `expected ${length} bytes at relative sequence number ${relativeSeq}`;
  if (whole)
    return { frame: null, note: `${expected}; the bytes of frame ${whole.frame} are others` };
  const pieces = piecesOf(relativeSeq, length, fromUpstream(recorded));
  const [first] = pieces ?? [];
  if (first && digest === undefined) return { frame: first.frame };
  const seen = at.map((p) => `${p.length} in frame ${p.frame}`).join(', ') || 'none there';
  return { frame: null, note: `${expected} in one segment, the upstream sent ${seen}` };
}

/** The segments that carry these bytes and no others, in order; undefined when they do not. */
function piecesOf(
  relativeSeq: number,
  length: number,
  packets: readonly WireEvent[],
): WireEvent[] | undefined {
  const pieces: WireEvent[] = [];
  const end = relativeSeq + length;
  for (let at = relativeSeq; at < end; ) {
    const next = packets.find((p) => p.relativeSeq === at && p.length > 0);
    if (!next || at + next.length > end) return undefined;
    pieces.push(next);
    at += next.length;
  }
  return pieces;
}

/**
 * A byte that an answer or another step accounts for breaks no silence that has no end; and what the
 * kernel sends again was not said anew.
 */
function proveSilence({ fromUs, toUs }: Of<'SILENCE'>, recorded: Recorded): Proof {
  const until = toUs ?? Number.POSITIVE_INFINITY;
  const sent = fromUpstream(recorded);
  const saidUpTo = Math.max(0, ...sent.filter((p) => p.atUs <= fromUs).map(endOf));
  const isAccounted = (p: WireEvent) =>
    toUs === undefined && recorded.upstream.some((event) => accountsFor(event, p, fromUs));
  const said = sent.find(
    (p) =>
      p.length > 0 && p.atUs > fromUs && p.atUs < until && endOf(p) > saidUpTo && !isAccounted(p),
  );
  if (said) {
    const note = `expected nothing, the upstream sent ${said.length} bytes in frame ${said.frame}`;
    return { frame: null, note };
  }
  const last = recorded.packets.filter((p) => p.atUs <= fromUs).at(-1);
  return found(last, 'nothing of this connection was captured before it');
}

const endOf = ({ relativeSeq, length }: WireEvent) => relativeSeq + length;

function accountsFor(event: UpstreamEvent, packet: WireEvent, fromUs: number): boolean {
  if (event.type === 'served') return event.atUs >= fromUs && event.atUs <= packet.atUs;
  return event.type === 'fired' && event.receipts.some((receipt) => holds(receipt, packet));
}

/** Bytes that do not fit in one segment come in several. */
function holds(receipt: Receipt, packet: WireEvent): boolean {
  if (receipt.segment !== 'DATA') return false;
  const { relativeSeq, length } = receipt;
  return packet.relativeSeq >= relativeSeq && endOf(packet) <= relativeSeq + length;
}

function proveWindow({ fromUs }: Of<'WINDOW'>, recorded: Recorded): Proof {
  const sent = fromUpstream(recorded);
  const wasZero = sent.some((p) => p.atUs <= fromUs && isZeroWindow(p));
  if (!wasZero) return { frame: null, note: 'the window was not 0 before' };
  return found(
    sent.find((p) => p.atUs >= fromUs && p.window > 0 && !isReset(p)),
    'the upstream never advertised a window of more than 0 again',
  );
}

/**
 * What was lost is sent again, or never acknowledged: the next segment of the other side still asks for
 * it, or there is none.
 */
function proveLoss({ from, flag, fromUs }: Of<'LOST'>, { packets }: Recorded): Proof {
  const later = packets.filter((p) => p.atUs >= fromUs);
  const lost = later.find(
    (p) =>
      (from === 'both' || p.from === from) &&
      (flag === undefined ? isToBeAnswered(p, packets) : p.flags.includes(flag)) &&
      !isAnswered(p, later),
  );
  const what = flag ?? 'segment';
  return found(lost, `no ${what} was captured after it that the other side did not answer`);
}

const takesNumber = (flag: string) => flag === 'FIN' || flag === 'RST' || flag === 'SYN';

function isToBeAnswered(packet: WireEvent, packets: readonly WireEvent[]): boolean {
  return packet.length > 0 || packet.flags.some(takesNumber) || isKeepAlive(packet, packets);
}

/** Says again the number before the next one, so that the other side has to answer: RFC 9293 section 3.8.4. */
function isKeepAlive({ from, frame, relativeSeq }: WireEvent, packets: readonly WireEvent[]) {
  const earlier = packets.filter((p) => p.from === from && p.frame < frame);
  return earlier.length > 0 && relativeSeq === Math.max(...earlier.map(endOf)) - 1;
}

/** Before it had to be sent again. */
function isAnswered(packet: WireEvent, later: readonly WireEvent[]): boolean {
  const after = later.filter((p) => p.frame > packet.frame);
  const others = after.filter((p) => p.from !== packet.from);
  // Nothing answers a RST: whoever still speaks has not got it.
  if (isReset(packet)) return others.every(isReset);
  const repeat = after.find(
    (p) =>
      p.from === packet.from &&
      p.relativeSeq === packet.relativeSeq &&
      p.length === packet.length &&
      p.flags.includes('FIN') === packet.flags.includes('FIN'),
  );
  const end = endOf(packet) + Number(packet.flags.includes('FIN'));
  const answer = others.find((p) => p.relativeAck >= end && end > 0);
  return answer !== undefined && (repeat === undefined || answer.frame < repeat.frame);
}

function attempts(fromUs: number, toUs: number, { packets }: Recorded): WireEvent[] {
  return packets.filter((p) => isOpening(p) && p.atUs >= fromUs && p.atUs <= toUs);
}

function proveRefusal({ fromUs, toUs }: Of<'REFUSED'>, recorded: Recorded): Proof {
  const refusals = attempts(fromUs, toUs, recorded).flatMap((attempt) => {
    const next = recorded.packets.find((p) => p.tuple === attempt.tuple && p.frame > attempt.frame);
    return next && next.from === 'upstream' && isRefusal(next) ? [next] : [];
  });
  return found(refusals[0], 'no SYN was answered by RST, and no datagram by ICMP port unreachable');
}

/** One that is answered later was sent again by then: that is a frame of its own. */
function proveUnansweredSyn({ fromUs, toUs }: Of<'UNANSWERED-SYN'>, recorded: Recorded): Proof {
  const unanswered = attempts(fromUs, toUs, recorded).filter(
    (syn) =>
      !recorded.packets.some(
        (p) =>
          p.tuple === syn.tuple && p.from === 'upstream' && p.frame > syn.frame && p.atUs <= toUs,
      ),
  );
  return found(unanswered[0], 'no SYN was left without an answer');
}
