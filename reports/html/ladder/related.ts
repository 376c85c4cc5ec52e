/**
 * Which events of a timeline belong together across the lanes: the call that wrote the bytes of a
 * segment, the segment, who read them; a FIN, the states that it changed, the calls that heard of it.
 * Pure.
 */
import type { Event, Side, WireEvent } from '../../../harness/event.ts';
import type { Timeline } from '../../../harness/timeline.ts';

/** An event and its position in the timeline. */
interface At<E extends Event = Event> {
  index: number;
  event: E;
}

const breakFlags = ['FIN', 'RST'] as const;
const isBreak = ({ flags }: WireEvent) => breakFlags.some((flag) => flags.includes(flag));
/** Segments that change the state of an end, RFC 9293 section 3.3.2. */
const changesState = (event: WireEvent) => event.flags.includes('SYN') || isBreak(event);

const heardErrors = new Set(['EOF', 'ECONNRESET', 'EPIPE', 'ECONNREFUSED']);

/** Positions of events that belong together, each group in order. An event may be in several. */
export function relatedEvents(timeline: Timeline): number[][] {
  const groups = new Map<string, Set<number>>();
  const join = (name: string, ...members: readonly At[]) => {
    const group = groups.get(name) ?? new Set();
    groups.set(name, group);
    for (const { index } of members) group.add(index);
  };
  const events = timeline.events.map((event, index) => ({ event, index }));
  joinRequests(events, join);
  for (const onConnection of byTuple(events).values()) {
    const packets = onConnection.filter(isPacket);
    joinBytes(onConnection, packets, join);
    joinBreaks(onConnection, packets, join);
    joinProbes(onConnection, join);
  }
  return [...groups.values()]
    .filter(({ size }) => size > 1)
    .map((group) => [...group].sort((a, b) => a - b));
}

type Join = (name: string, ...members: readonly At[]) => void;

const isPacket = (at: At): at is At<WireEvent> => at.event.source === 'wire';
/** A segment is the middle of most groups, so it names them. */
const nameOf = ({ event: { tuple, frame } }: At<WireEvent>) => `${tuple} ${frame}`;

function byTuple(events: readonly At[]): Map<string, At[]> {
  const groups = new Map<string, At[]>();
  for (const at of events) {
    const tuple = 'tuple' in at.event ? at.event.tuple : undefined;
    if (tuple === undefined) continue;
    const group = groups.get(tuple);
    if (group) group.push(at);
    else groups.set(tuple, [at]);
  }
  return groups;
}

/** A request, the connection that it got and its outcome. */
function joinRequests(events: readonly At[], join: Join): void {
  for (const at of events) {
    const { event } = at;
    const isOfRequest =
      event.type === 'request' || event.type === 'outcome' || event.type === 'checkout';
    if (isOfRequest && event.request !== undefined) join(`request ${event.request}`, at);
  }
}

/** Bytes that a call moved, and at which end. */
function movedBytes({ event }: At): { side: Side; isWrite: boolean; bytes: number } | undefined {
  if (event.source === 'client' && event.type === 'io') {
    if (event.call !== 'send' && event.call !== 'recv') return undefined;
    return { side: 'client', isWrite: event.call === 'send', bytes: event.bytes ?? 0 };
  }
  if (event.source !== 'syscalls') return undefined;
  const isWrite = /^(write|send)/.test(event.call);
  if (!isWrite && !/^(read|recv)/.test(event.call)) return undefined;
  return { side: event.side ?? 'client', isWrite, bytes: event.bytes ?? 0 };
}

/**
 * Calls and segments are joined by the bytes that they moved, counted from the first. Where a lane's
 * bytes are not those of the wire (under TLS, or when a call was not recorded) nothing is joined.
 */
function joinBytes(events: readonly At[], packets: readonly At<WireEvent>[], join: Join): void {
  for (const from of ['client', 'upstream'] as const) {
    const segments = packets.filter(({ event }) => event.from === from && event.length > 0);
    const sentBytes = Math.max(0, ...segments.map(({ event }) => endOf(event) - 1));
    for (const side of ['client', 'upstream'] as const) {
      const calls = callsMoving(events, side, side === from);
      const last = calls.at(-1);
      if (last === undefined || last.end - 1 !== sentBytes) continue;
      for (const { at, start, end } of calls) {
        const moved = segments.filter(
          ({ event }) => event.relativeSeq < end && start < endOf(event),
        );
        for (const segment of moved) join(nameOf(segment), segment, at);
      }
    }
  }
  joinMessages(events, packets, join);
}

/** Sequence number after its last byte. */
const endOf = ({ relativeSeq, length }: WireEvent) => relativeSeq + length;

/** The calls of one side that wrote or read, with the sequence numbers of their bytes. */
function callsMoving(events: readonly At[], side: Side, isWrite: boolean) {
  let start = 1;
  return events.flatMap((at) => {
    const moved = movedBytes(at);
    if (moved?.side !== side || moved.isWrite !== isWrite || moved.bytes === 0) return [];
    const call = { at, start, end: start + moved.bytes };
    start = call.end;
    return [call];
  });
}

/** The upstream counts messages, not segments: it read what came last, and what it serves goes next. */
function joinMessages(events: readonly At[], packets: readonly At<WireEvent>[], join: Join): void {
  const carries = (from: Side) => packets.filter(({ event: e }) => e.from === from && e.length > 0);
  const [fromClient, fromUpstream] = [carries('client'), carries('upstream')];
  for (const at of events) {
    const { event, index } = at;
    if (event.source !== 'upstream') continue;
    const segment =
      event.type === 'received' || event.type === 'executed'
        ? (fromClient.findLast((s) => s.index < index && s.event.requestKeys.includes(event.key)) ??
          fromClient.findLast((s) => s.index < index))
        : event.type === 'served'
          ? fromUpstream.find((s) => s.index > index)
          : undefined;
    if (segment) join(nameOf(segment), segment, at);
  }
}

/** A FIN or RST with the step that sent it, the states that it changed and the calls that heard of it. */
function joinBreaks(events: readonly At[], packets: readonly At<WireEvent>[], join: Join): void {
  for (const at of events) {
    for (const segment of causesOf(at, packets)) join(nameOf(segment), segment, at);
  }
  for (const reset of packets.filter(({ event }) => isBreak(event))) {
    const drewIt = drawnBy(reset, packets);
    if (drewIt) join(nameOf(reset), drewIt, reset);
  }
}

/** The segments that an event tells of, and which carry no bytes of its own. */
function causesOf(
  { event, index }: At,
  packets: readonly At<WireEvent>[],
): readonly At<WireEvent>[] {
  const last = (isSuch: (packet: WireEvent) => boolean) => {
    const found = packets.findLast((at) => at.index < index && isSuch(at.event));
    return found ? [found] : [];
  };
  if (event.source === 'sockets') return last(changesState);
  if (isHeardByClient(event))
    return last((packet) => isBreak(packet) && packet.from === 'upstream');
  if (event.type === 'peer-eof' || event.type === 'peer-error') {
    return last((packet) => isBreak(packet) && packet.from === 'client');
  }
  if (event.type !== 'fired') return [];
  return event.receipts.flatMap(
    (receipt) => packets.find((at) => isPromised(at.event, receipt)) ?? [],
  );
}

function isHeardByClient(event: Event): boolean {
  if (event.type === 'stale') return true;
  const isCall = event.type === 'io' || (event.type === 'call' && event.side !== 'upstream');
  return isCall && event.error !== undefined && heardErrors.has(event.error);
}

type Receipt = Extract<Event, { type: 'fired' }>['receipts'][number];

function isPromised(event: WireEvent, receipt: Receipt): boolean {
  if (event.from !== 'upstream') return false;
  switch (receipt.segment) {
    case 'FIN':
      return (
        event.flags.includes('FIN') && event.relativeSeq + event.length === receipt.relativeSeq
      );
    case 'RST':
      return event.flags.includes('RST') && event.relativeSeq === receipt.relativeSeq;
    case 'DATA':
      return event.length > 0 && event.relativeSeq === receipt.relativeSeq;
    default:
      return false;
  }
}

/** Bytes that came to a closed end draw a bare RST, RFC 9293 section 3.10.7.1. */
function drawnBy(
  reset: At<WireEvent>,
  packets: readonly At<WireEvent>[],
): At<WireEvent> | undefined {
  const { flags, from } = reset.event;
  if (!flags.includes('RST') || flags.includes('ACK')) return undefined;
  const last = packets.findLast(({ index, event }) => index < reset.index && event.from !== from);
  return last && last.event.length > 0 ? last : undefined;
}

/** A probe, the call that it makes and what is made of it. */
function joinProbes(events: readonly At[], join: Join): void {
  let probe: At | undefined;
  for (const at of events) {
    if (at.event.source !== 'client') continue;
    if (at.event.type === 'probe') probe = at;
    else if (at.event.type !== 'io' && at.event.type !== 'stale') probe = undefined;
    if (probe) join(`probe ${probe.index}`, probe, at);
    if (at.event.type === 'stale') probe = undefined;
  }
}
