/** Fault receipts: each scripted fault must be in the capture, on its connection, at its byte. Pure. */
import type { Event, Receipt, UpstreamEvent, WireEvent } from '../event.ts';
import { transportOf } from '../packets.ts';
import type { ReceiptResult } from '../result.ts';
import { connectionNumber, type Timeline } from '../timeline.ts';
import { beforeClosing, eventsOf } from './facts.ts';
import { prove, type Recorded } from './proof.ts';

type Fired = Extract<UpstreamEvent, { type: 'fired' }>;
type Listener = Extract<UpstreamEvent, { type: 'listener' }>;
type Unfired = Extract<UpstreamEvent, { type: 'unfired' }>;

export function checkReceipts(timeline: Timeline): ReceiptResult[] {
  const gap = timeline.gaps.find(({ recorder }) => recorder === 'wire' || recorder === 'upstream');
  // What leaves later is the harness closing what is still open, and proves nothing.
  const recorded = beforeClosing(timeline);
  const byTuple = connectionsOf(recorded);
  const to = ({ address, transport }: Listener): Recorded => ({
    packets: recorded
      .filter((e) => e.source === 'wire')
      .filter((e) => e.tuple.endsWith(`->${address}`) && transportOf(e) === transport),
    upstream: [],
  });
  return eventsOf(timeline, 'upstream').flatMap((event) => {
    if (event.type === 'listener') {
      return event.receipts.map((promised) =>
        ofListener(event.text, promised, to(event), timeline, gap?.reason),
      );
    }
    const connection = 'tuple' in event ? connectionNumber(timeline, event.tuple) : undefined;
    if (!connection) return [];
    if (event.type === 'unfired' && event.isFault) return [unfired(event, connection)];
    if (event.type !== 'fired') return [];
    return event.receipts.map((promised) =>
      proved(event, promised, connection, byTuple.get(event.tuple) ?? nothing, gap?.reason),
    );
  });
}

const nothing: Recorded = { packets: [], upstream: [] };

function connectionsOf(events: readonly Event[]): ReadonlyMap<string, Recorded> {
  const byTuple = new Map<string, { packets: WireEvent[]; upstream: UpstreamEvent[] }>();
  for (const event of events) {
    if (!('tuple' in event) || !event.tuple) continue;
    const known = byTuple.get(event.tuple);
    const of = known ?? { packets: [], upstream: [] };
    if (!known) byTuple.set(event.tuple, of);
    if (event.source === 'wire') of.packets.push(event);
    if (event.source === 'upstream') of.upstream.push(event);
  }
  return byTuple;
}

const absences = new Set<Receipt['segment']>(['SILENCE', 'LOST', 'UNANSWERED-SYN']);

/** Whoever met it: the connection is that of the frame that proves it. */
function ofListener(
  text: string,
  promised: Receipt,
  recorded: Recorded,
  timeline: Timeline,
  gap: string | undefined,
): ReceiptResult {
  const result = proved({ text, tuple: '' }, promised, null, recorded, gap);
  const packet = recorded.packets.find(({ frame }) => frame === result.frame);
  if (!packet) return result;
  const connection = connectionNumber(timeline, packet.tuple) ?? null;
  return { ...result, connection, tuple: packet.tuple };
}

function unfired({ text, tuple, reason }: Unfired, connection: number): ReceiptResult {
  const note = `it never fired: ${reason}`;
  return { step: text, connection, tuple, promised: null, frame: null, verdict: 'unknown', note };
}

function proved(
  { text, tuple }: Pick<Fired, 'text' | 'tuple'>,
  promised: Receipt,
  connection: number | null,
  recorded: Recorded,
  gap: string | undefined,
): ReceiptResult {
  const { frame, note = '' } = prove(promised, recorded);
  const result = { step: text, connection, tuple, promised, frame } as const;
  // What is to be absent, or unanswered, may be in the part that is missing.
  const isOfAbsence = absences.has(promised.segment);
  if (note === '' && !(gap && isOfAbsence)) return { ...result, verdict: 'pass', note };
  const why = gap && frame === null ? `the capture is not whole: ${gap}` : note;
  return { ...result, verdict: 'unknown', note: why || `the capture is not whole: ${gap}` };
}
