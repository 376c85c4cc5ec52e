/** Questions that judges ask of a timeline. Pure. */
import type { Event, Operation, Outcome, Recorder, WireEvent } from '../event.ts';
import { commandKey, httpKey, queryKey, sqlKey, updateKey } from '../keys.ts';
import { isOpening, transportOf } from '../packets.ts';
import type { ErrorSequence, Termination } from '../result.ts';
import { connectionNumber, type Timeline } from '../timeline.ts';
import { failureOf } from './system-calls.ts';

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
  switch (operation.kind) {
    case 'query':
      return queryKey(operation.name, operation.type);
    case 'update':
      return updateKey(operation.name);
    case 'statement':
      return sqlKey(operation.sql);
    case 'fetch':
      return httpKey(operation.method, operation.target);
    case 'command':
      return commandKey(operation.words);
    case 'connect':
    case 'send':
    case 'recv':
    case 'peek':
    case 'shutdown':
    case 'close':
    case 'reset':
      return undefined;
  }
}

/**
 * How often a request was sent in full: by its key, and by the upstream that it went to. The wire shows
 * DNS messages, read or not; of a protocol that it does not show, an upstream tells what it has read.
 */
export type Sendings = ReadonlyMap<string, ReadonlyMap<string, number>>;

export function sendings(timeline: Timeline): Sendings {
  const onWire = new Map<string, Map<string, number>>();
  for (const packet of eventsOf(timeline, 'wire')) {
    // A TCP port and a UDP port of one number are two.
    const upstream = `${transportOf(packet)} ${upstreamOf(packet.tuple)}`;
    for (const key of packet.requestKeys) count(onWire, key, upstream);
  }
  const received = new Map<string, Map<string, number>>();
  for (const event of eventsOf(timeline, 'upstream')) {
    if (event.type === 'received') count(received, event.key, upstreamOf(event.tuple));
  }
  return new Map([...received, ...onWire]);
}

const upstreamOf = (tuple: string) => tuple.split('->')[1] ?? '';

function count(byKey: Map<string, Map<string, number>>, key: string, upstream: string): void {
  const counts = byKey.get(key) ?? new Map<string, number>();
  counts.set(upstream, (counts.get(upstream) ?? 0) + 1);
  byKey.set(key, counts);
}

/** What must be whole to know how often these were sent. */
export function sendingRecorders(operations: readonly Operation[]): readonly Recorder[] {
  const isRead = ({ kind }: Operation) =>
    kind === 'statement' || kind === 'fetch' || kind === 'command';
  const readCount = operations.filter(isRead).length;
  if (readCount === 0) return ['wire'];
  return readCount === operations.length ? ['upstream'] : ['wire', 'upstream'];
}

/** How often a request with this key was sent in full, to whichever upstream. */
export function timesSent(sent: Sendings, key: string): number {
  const counts = sent.get(key)?.values() ?? [];
  return [...counts].reduce((sum, count) => sum + count, 0);
}

/** How often the upstream did what a request with this key asks for. */
export function timesExecuted(timeline: Timeline, key: string): number {
  return eventsOf(timeline, 'upstream').filter((e) => e.type === 'executed' && e.key === key)
    .length;
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
    const token = errorToken(event, timeline);
    if (!token || !('tuple' in event) || !event.tuple) continue;
    const number = connectionNumber(timeline, event.tuple);
    if (number) tokens.set(number, [...(tokens.get(number) ?? []), token]);
  }
  return [...tokens]
    .sort(([a], [b]) => a - b)
    .map(([connection, sequence]) => ({ connection, tokens: sequence }));
}

/** The calls of a program are seen from outside; what it says of them itself does not count. */
export const callRecorder = ({ program }: Timeline): Recorder => (program ? 'syscalls' : 'client');

function errorToken(event: Event, { program }: Timeline): string | undefined {
  if (event.source === 'wire')
    return event.from === 'upstream' && isReset(event) ? 'RST' : undefined;
  if (event.source === 'syscalls') return event.side === 'upstream' ? undefined : failureOf(event);
  return event.source === 'client' && event.type === 'io' && !program ? event.error : undefined;
}

export const isReset = ({ flags }: WireEvent) => flags.includes('RST');

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
