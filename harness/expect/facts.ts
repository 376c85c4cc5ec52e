/** Questions that judges ask of a timeline. Pure. */
import type { Event, Operation, Outcome, WireEvent } from '../event.ts';
import { queryKey, updateKey } from '../keys.ts';
import { isOpening, transportOf } from '../packets.ts';
import type { ErrorSequence, Termination } from '../result.ts';
import { connectionNumber, type Timeline } from '../timeline.ts';

export type EventOf<S extends Event['source']> = Extract<Event, { source: S }>;

export function eventsOf<S extends Event['source']>(timeline: Timeline, source: S): EventOf<S>[] {
  return timeline.events.filter((event): event is EventOf<S> => event.source === source);
}

export interface RequestFacts {
  request: number;
  operation: Operation;
  /** Undefined only in evidence that is not whole. */
  outcome: Outcome | undefined;
}

export function requests(timeline: Timeline): RequestFacts[] {
  const workload = eventsOf(timeline, 'workload');
  const outcomes = new Map<number, Outcome>();
  for (const event of workload) {
    if (event.type !== 'outcome' || outcomes.has(event.request)) continue;
    outcomes.set(event.request, event.outcome);
  }
  return workload.flatMap((event) => {
    if (event.type !== 'request') return [];
    const { request, operation } = event;
    return [{ request, operation, outcome: outcomes.get(request) }];
  });
}

/** The part of the timeline before the client was asked to close: what is judged. */
export function beforeClosing(timeline: Timeline): Event[] {
  const end = timeline.events.findIndex((e) => e.source === 'workload' && e.type === 'closing');
  return end === -1 ? timeline.events : timeline.events.slice(0, end);
}

/** The key under which the upstream and the wire know this operation; undefined for raw calls. */
export function keyOf(operation: Operation): string | undefined {
  if (operation.kind === 'query') return queryKey(operation.name, operation.type);
  return operation.kind === 'update' ? updateKey(operation.name) : undefined;
}

/** How often the wire carried a request in full: by its key, and by the upstream that it went to. */
export type Sendings = ReadonlyMap<string, ReadonlyMap<string, number>>;

export function sendings(timeline: Timeline): Sendings {
  const byKey = new Map<string, Map<string, number>>();
  for (const packet of eventsOf(timeline, 'wire')) {
    // A TCP port and a UDP port of one number are two.
    const upstream = `${transportOf(packet)} ${packet.tuple.split('->')[1]}`;
    for (const key of packet.requestKeys) {
      const counts = byKey.get(key) ?? new Map<string, number>();
      counts.set(upstream, (counts.get(upstream) ?? 0) + 1);
      byKey.set(key, counts);
    }
  }
  return byKey;
}

/** How often the wire carried a request with this key in full, to whichever upstream. */
export function timesSent(timeline: Timeline, key: string): number {
  const counts = sendings(timeline).get(key)?.values() ?? [];
  return [...counts].reduce((sum, count) => sum + count, 0);
}

/** Connections that the client began, by their first SYN; over UDP, by their first datagram. */
export function connectionsOpened(timeline: Timeline): string[] {
  const opened = eventsOf(timeline, 'wire').filter(isOpening);
  return [...new Set(opened.map(({ tuple }) => tuple))];
}

/** What went wrong on each connection that met an error, in order of time, by connection number. */
export function errorSequences(timeline: Timeline): ErrorSequence[] {
  const tokens = new Map<number, string[]>();
  for (const event of beforeClosing(timeline)) {
    const token = errorToken(event);
    if (!token || !('tuple' in event) || !event.tuple) continue;
    const number = connectionNumber(timeline, event.tuple);
    if (number) tokens.set(number, [...(tokens.get(number) ?? []), token]);
  }
  return [...tokens]
    .sort(([a], [b]) => a - b)
    .map(([connection, sequence]) => ({ connection, tokens: sequence }));
}

function errorToken(event: Event): string | undefined {
  if (event.source === 'wire')
    return event.from === 'upstream' && isReset(event) ? 'RST' : undefined;
  return event.source === 'client' && event.type === 'io' ? event.error : undefined;
}

const isReset = ({ flags }: WireEvent) => flags.includes('RST');

/** Every FIN and RST in the capture; of a segment that was sent again, the first. */
export function terminations(timeline: Timeline): Termination[] {
  const seen = new Set<string>();
  return eventsOf(timeline, 'wire').flatMap((packet) => {
    const flag = isReset(packet) ? 'RST' : packet.flags.includes('FIN') ? 'FIN' : undefined;
    const connection = connectionNumber(timeline, packet.tuple);
    if (!flag || !connection) return [];
    const { tuple, from, relativeSeq, length, frame } = packet;
    const termination = { connection, tuple, from, flag, relativeSeq, frame } as const;
    const id = [tuple, from, flag, relativeSeq + length].join();
    if (seen.has(id)) return [];
    seen.add(id);
    return [termination];
  });
}
