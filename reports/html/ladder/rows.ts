/** A timeline as rows from top to bottom: every event once, idle time folded. Pure. */
import type { Event } from '../../../harness/event.ts';
import { connectionNumber, type Timeline } from '../../../harness/timeline.ts';
import { breakHeight, headHeight, type Lane, rowHeight } from './geometry.ts';
import { type Phrase, phraseOf } from './words.ts';

export interface RowOptions {
  /** A longer silence than this is folded. */
  foldAfterUs: number;
  /** A longer timeline than this is thinned out; what is left out is counted. */
  mostEvents: number;
  /** Time is counted from there; left out, from the first event. Microseconds since the epoch. */
  startUs?: number;
}

export const defaultRowOptions: RowOptions = { foldAfterUs: 5_000, mostEvents: 400 };

interface Placed {
  top: number;
  height: number;
}

export interface EventRow extends Placed {
  kind: 'event';
  /** Position in the timeline's events. */
  index: number;
  event: Event;
  lane: Lane;
  /** Number of its connection; undefined when it belongs to none. */
  connection: number | undefined;
  /** Since the first event. */
  atUs: number;
  phrase: Phrase;
  /** After the client was asked to close: shown, not judged. */
  isTeardown: boolean;
}

/** Silence between two rows. */
export interface FoldRow extends Placed {
  kind: 'fold';
  foldedUs: number;
}

/** Events left out of a timeline that is too long to draw. */
export interface OmittedRow extends Placed {
  kind: 'omitted';
  count: number;
  /** From the event before the omitted ones to the event after them. */
  spannedUs: number;
}

export interface TeardownRow extends Placed {
  kind: 'teardown';
}

export type Row = EventRow | FoldRow | OmittedRow | TeardownRow;

function laneOf(event: Event): Lane {
  switch (event.source) {
    case 'workload':
    case 'client':
    case 'resources':
      return 'client';
    case 'syscalls':
      return event.side ?? 'client';
    case 'upstream':
      return 'upstream';
    case 'sockets':
      return event.side === 'client' ? 'clientKernel' : 'upstreamKernel';
    case 'wire':
      return 'wire';
  }
}

/** Which events are drawn: all of a short timeline; both ends and what is notable of a long one. */
function drawnIndices(events: readonly Event[], mostEvents: number): number[] {
  const all = events.map((_, index) => index);
  if (events.length <= mostEvents) return all;
  const edge = Math.floor(mostEvents / 4);
  const isAtEdge = (index: number) => index < edge || index >= events.length - edge;
  const isNotable = (index: number) => {
    const event = events[index];
    const tone = event === undefined ? 'quiet' : phraseOf(event).tone;
    return tone === 'bad' || tone === 'notice';
  };
  const inside = all.filter((index) => !isAtEdge(index) && isNotable(index));
  const kept = new Set(inside.slice(0, mostEvents - 2 * edge));
  return all.filter((index) => isAtEdge(index) || kept.has(index));
}

/** A row that has not been given its place yet. */
type Unplaced<R> = R extends Row ? Omit<R, keyof Placed> : never;

/** What stands between two drawn events, if anything: a silence, or events that are left out. */
function breakBetween(
  events: readonly Event[],
  previous: number,
  index: number,
  foldAfterUs: number,
): Unplaced<FoldRow | OmittedRow>[] {
  const gapUs = (events[index]?.atUs ?? 0) - (events[previous]?.atUs ?? 0);
  const count = index - previous - 1;
  if (count > 0) return [{ kind: 'omitted', count, spannedUs: gapUs }];
  return gapUs > foldAfterUs ? [{ kind: 'fold', foldedUs: gapUs }] : [];
}

function eventRow(
  timeline: Timeline,
  event: Event,
  index: number,
  closing: number,
  startUs: number,
): Unplaced<EventRow> {
  const tuple = 'tuple' in event ? event.tuple : undefined;
  return {
    kind: 'event',
    index,
    event,
    lane: laneOf(event),
    connection: tuple === undefined ? undefined : connectionNumber(timeline, tuple),
    atUs: event.atUs - startUs,
    phrase: phraseOf(event),
    isTeardown: closing !== -1 && index > closing,
  };
}

/** One under the other, below the head of the diagram. */
function placed(rows: readonly Unplaced<Row>[]): Row[] {
  let top = headHeight;
  return rows.map((row) => {
    const height = row.kind === 'event' ? rowHeight : breakHeight;
    const inPlace = { ...row, top, height };
    top += height;
    return inPlace;
  });
}

export function rowsOf(timeline: Timeline, options: RowOptions = defaultRowOptions): Row[] {
  const { events } = timeline;
  const startUs = options.startUs ?? events[0]?.atUs ?? 0;
  const closing = events.findIndex((event) => event.type === 'closing');
  const drawn = drawnIndices(events, options.mostEvents);
  const rows = drawn.flatMap((index, at): Unplaced<Row>[] => {
    const event = events[index];
    if (event === undefined) return [];
    const previous = drawn[at - 1];
    const before =
      previous === undefined ? [] : breakBetween(events, previous, index, options.foldAfterUs);
    const isFollowed = index === closing && index < events.length - 1;
    const after = isFollowed ? [{ kind: 'teardown' as const }] : [];
    return [...before, eventRow(timeline, event, index, closing, startUs), ...after];
  });
  return placed(rows);
}

/** Silence that was folded away, in microseconds. */
export function foldedUs(rows: readonly Row[]): number {
  return rows.reduce((sum, row) => sum + (row.kind === 'fold' ? row.foldedUs : 0), 0);
}
