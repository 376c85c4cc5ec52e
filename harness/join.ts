/** Joins what the recorders saw onto one clock and numbers the connections. Pure. */
import type { ClientEvent, Event, Transport, WireEvent } from './event.ts';
import type { Evidence } from './evidence.ts';
import { tellsLending } from './expect/lending.ts';
import { isOpening, transportOf } from './packets.ts';
import type { CapturedPacket } from './recorders/pcap.ts';
import { reconcile } from './recorders/syscalls/reconcile.ts';
import { wireEvents } from './recorders/wire-events.ts';
import type { Timeline } from './timeline.ts';

/** @param packets Those of the execution's pcap; empty when nothing was captured. */
export function join(evidence: Evidence, packets: readonly CapturedPacket[]): Timeline {
  const fillers = fillersOf(evidence);
  const wire = wireEvents(packets, evidence.endpoints).filter(({ tuple }) => !fillers.has(tuple));
  // Array.sort is stable: events of one recorder keep their order. At the same microsecond the wire
  // comes first, since a process can only report what its kernel has done.
  const recorded = reconcile(evidence.events, wire);
  const events: Event[] = [...wire, ...recorded].sort((a, b) => a.atUs - b.atUs);
  const tuples = events.flatMap((event) => ('tuple' in event && event.tuple ? [event.tuple] : []));
  const gaps = [...evidence.gaps];
  const unseen = unseenHandshake(evidence, events);
  if (unseen) gaps.push({ recorder: 'wire', reason: unseen });
  const shared = sharedTuple(wire);
  if (shared) {
    const reason = `${shared} is used over UDP and over TCP: what happened on it cannot be told apart`;
    gaps.push({ recorder: 'wire', reason }, { recorder: 'client', reason });
  }
  const cut = packets.findIndex(({ bytes, lengthOnWire }) => lengthOnWire > bytes.length);
  if (cut !== -1) {
    const reason = `frame ${cut + 1} is longer than what is captured of a packet`;
    gaps.push({ recorder: 'wire', reason });
  }
  for (const event of evidence.events) {
    if (event.source === 'upstream' && event.type === 'failed') {
      gaps.push({ recorder: 'upstream', reason: event.reason });
    }
  }
  const silent = silentClient(evidence, events);
  if (silent) gaps.push({ recorder: 'client', reason: silent });
  const { program, isForwarded } = evidence;
  return {
    connections: [...new Set(tuples)],
    events,
    gaps,
    ...(program && { program }),
    ...(isForwarded && { isForwarded }),
  };
}

/** UDP and TCP number their ports apart, so the kernel may give a client the same one over both. */
function sharedTuple(wire: readonly WireEvent[]): string | undefined {
  const transports = new Map<string, Transport>();
  for (const packet of wire) {
    const transport = transportOf(packet);
    const before = transports.get(packet.tuple);
    if (before !== undefined && before !== transport) return packet.tuple;
    transports.set(packet.tuple, transport);
  }
  return undefined;
}

/** What the upstream did with itself is no connection of the client's. */
function fillersOf({ events }: Evidence): Set<string> {
  return new Set(
    events.flatMap((e) => (e.source === 'upstream' && e.type === 'filler' ? [e.address] : [])),
  );
}

/** A connection that the upstream accepted and whose SYN (or first datagram) is not in the capture. */
function unseenHandshake(evidence: Evidence, events: readonly Event[]): string | undefined {
  if (evidence.packetCount === null) return undefined;
  const accepted = evidence.events.flatMap((event) =>
    event.source === 'upstream' && event.type === 'accepted' ? [event.tuple] : [],
  );
  const opened = new Set(
    events.flatMap((e) => (e.source === 'wire' && isOpening(e) ? [e.tuple] : [])),
  );
  const missing = accepted.find((tuple) => !opened.has(tuple));
  return missing && `the handshake of ${missing} was not captured`;
}

/**
 * A pool that lends a connection which the wire shows to be broken, and then says nothing of what came
 * of it: what it does not publish cannot be judged.
 */
function silentClient({ isPool, program, events: recorded }: Evidence, events: readonly Event[]) {
  if (!isPool || !tellsLending(program)) return undefined;
  const closing = recorded.find((e) => e.source === 'workload' && e.type === 'closing');
  const told = byTuple(recorded);
  for (const event of events) {
    if (event.source !== 'wire' || event.from !== 'upstream') continue;
    const isBreak = event.flags.includes('RST') || event.flags.includes('FIN');
    if (!isBreak || (closing && event.atUs > closing.atUs)) continue;
    const after = (told.get(event.tuple) ?? []).filter(({ atUs }) => atUs >= event.atUs);
    const isLent = after.some(({ type }) => type === 'checkout');
    const isTold = after.some((e) => (e.type === 'io' && e.error) || e.type === 'stale');
    if (isLent && !isTold)
      return `${event.tuple} was lent after frame ${event.frame} broke it, and no call on it was reported`;
  }
  return undefined;
}

function byTuple(recorded: readonly Event[]): Map<string, ClientEvent[]> {
  const told = new Map<string, ClientEvent[]>();
  for (const event of recorded) {
    if (event.source !== 'client' || !event.tuple) continue;
    const before = told.get(event.tuple);
    if (before) before.push(event);
    else told.set(event.tuple, [event]);
  }
  return told;
}
