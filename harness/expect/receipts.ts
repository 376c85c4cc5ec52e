/** Fault receipts: each scripted fault must be in the capture, on its connection, at its byte. Pure. */
import type { Receipt, UpstreamEvent, WireEvent } from '../event.ts';
import type { ReceiptResult } from '../result.ts';
import { connectionNumber, type Timeline } from '../timeline.ts';
import { beforeClosing, eventsOf } from './facts.ts';

type Fired = Extract<UpstreamEvent, { type: 'fired' }>;
type Unfired = Extract<UpstreamEvent, { type: 'unfired' }>;

export function checkReceipts(timeline: Timeline): ReceiptResult[] {
  const gap = timeline.gaps.find(({ recorder }) => recorder === 'wire' || recorder === 'upstream');
  // What leaves later is the harness closing what is still open, and proves nothing.
  const packets = beforeClosing(timeline).filter((event) => event.source === 'wire');
  return eventsOf(timeline, 'upstream').flatMap((event) => {
    const connection = 'tuple' in event ? connectionNumber(timeline, event.tuple) : undefined;
    if (!connection) return [];
    if (event.type === 'unfired' && event.isFault) return [unfired(event, connection)];
    if (event.type !== 'fired' || !event.receipt) return [];
    return [proved(event, event.receipt, connection, packets, gap?.reason)];
  });
}

function unfired({ text, tuple, reason }: Unfired, connection: number): ReceiptResult {
  const note = `it never fired: ${reason}`;
  return { step: text, connection, tuple, promised: null, frame: null, verdict: 'unknown', note };
}

function proved(
  { text, tuple }: Fired,
  promised: Receipt,
  connection: number,
  packets: readonly WireEvent[],
  gap: string | undefined,
): ReceiptResult {
  const fromUpstream = packets.filter((p) => p.tuple === tuple && p.from === 'upstream');
  const packet = fromUpstream.find((p) => isPromised(p, promised));
  const common = { step: text, connection, tuple, promised, frame: packet?.frame ?? null };
  if (packet && promised.segment !== 'DATA' && !isAcknowledged(packet, promised, packets)) {
    const note = `the ${promised.segment} of frame ${packet.frame} left before the client had acknowledged what was sent before it`;
    return { ...common, verdict: 'unknown', note };
  }
  if (packet) return { ...common, verdict: 'pass', note: '' };
  if (gap) return { ...common, verdict: 'unknown', note: `the capture is not whole: ${gap}` };
  const breaks = fromUpstream.filter(({ flags }) => flags.includes('FIN') || flags.includes('RST'));
  const seen = breaks.map(
    ({ flags, relativeSeq, frame }) => `${flags.join('+')} at ${relativeSeq} in frame ${frame}`,
  );
  const note =
    `expected ${promised.segment} at relative sequence number ${promised.relativeSeq}, ` +
    `the upstream sent ${seen.length === 0 ? 'no FIN and no RST' : seen.join(', ')}`;
  return { ...common, verdict: 'unknown', note };
}

/** "After n bytes" holds only when the client's kernel had them all. */
function isAcknowledged(
  { tuple, frame }: WireEvent,
  { relativeSeq }: Receipt,
  packets: readonly WireEvent[],
): boolean {
  return packets.some(
    (p) =>
      p.tuple === tuple && p.from === 'client' && p.frame < frame && p.relativeAck >= relativeSeq,
  );
}

function isPromised(packet: WireEvent, { segment, relativeSeq, length }: Receipt): boolean {
  switch (segment) {
    case 'RST':
      return packet.flags.includes('RST') && packet.relativeSeq === relativeSeq;
    case 'FIN':
      // FIN may ride on the last data: its own number is the one after them.
      return packet.flags.includes('FIN') && packet.relativeSeq + packet.length === relativeSeq;
    case 'DATA':
      return packet.relativeSeq === relativeSeq && packet.length === length;
  }
}
