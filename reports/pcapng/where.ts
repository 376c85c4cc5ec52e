/** Which packets a judgement is about. Pure. */
import type { WireEvent } from '../../harness/event.ts';
import type { Timeline } from '../../harness/timeline.ts';
import type { Placed } from './placing.ts';

/**
 * Finds the frames that a judgement's `where` names: `frame 11`, `request 3`, `connection 2`, a 4-tuple. What
 * is about no packet in particular is at the last one before the client was asked to close.
 */
export function frameFinder(
  timeline: Timeline,
  places: readonly Placed[],
): (where: string) => number[] {
  const closing = timeline.events.findIndex(({ type }) => type === 'closing');
  const packets = timeline.events
    .slice(0, closing === -1 ? undefined : closing)
    .filter((event): event is WireEvent => event.source === 'wire');
  const known = new Set(packets.map(({ frame }) => frame));
  const lastOf = new Map(packets.map(({ tuple, frame }) => [tuple, frame]));
  const outcomes = new Map(
    places.flatMap(({ event, packet }) =>
      event.type === 'outcome' ? [[event.request, packet.frame] as const] : [],
    ),
  );
  const last = packets.at(-1);

  return (where) => {
    const frames = numbers(where, /\bframes? (\d+)/g).filter((frame) => known.has(frame));
    const ofRequests = numbers(where, /\brequests? (\d+)/g).map((number) => outcomes.get(number));
    const tuples = [
      ...timeline.connections.filter((tuple) => where.includes(tuple)),
      ...numbers(where, /\bconnections? #?(\d+)/g).map((n) => timeline.connections[n - 1] ?? ''),
    ];
    const onConnections = tuples.map((tuple) => lastOf.get(tuple));
    const named = [frames, ofRequests, onConnections]
      .map((found) => found.filter((frame) => frame !== undefined))
      .find((found) => found.length > 0);
    return [...new Set(named ?? (last ? [last.frame] : []))];
  };
}

function numbers(text: string, what: RegExp): number[] {
  return [...text.matchAll(what)].map(([, digits]) => Number(digits));
}
