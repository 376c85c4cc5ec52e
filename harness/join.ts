/** Joins what the recorders saw onto one clock and numbers the connections. Pure. */
import type { Event } from './event.ts';
import type { Evidence } from './evidence.ts';
import type { CapturedPacket } from './recorders/pcap.ts';
import { wireEvents } from './recorders/wire-events.ts';
import type { Timeline } from './timeline.ts';

/** @param packets Those of the execution's pcap; empty when nothing was captured. */
export function join(evidence: Evidence, packets: readonly CapturedPacket[]): Timeline {
  const wire = wireEvents(packets, evidence.upstreamPort, evidence.protocol);
  // Array.sort is stable: events of one recorder keep their order. At the same microsecond the wire
  // comes first, since a process can only report what its kernel has done.
  const events: Event[] = [...wire, ...evidence.events].sort((a, b) => a.atUs - b.atUs);
  const tuples = events.flatMap((event) => ('tuple' in event && event.tuple ? [event.tuple] : []));
  const gaps = [...evidence.gaps];
  const unseen = unseenHandshake(evidence, events);
  if (unseen) gaps.push({ recorder: 'wire', reason: unseen });
  return { connections: [...new Set(tuples)], events, gaps };
}

/** A connection that the upstream accepted and whose SYN is not in the capture. */
function unseenHandshake(evidence: Evidence, events: readonly Event[]): string | undefined {
  if (evidence.packetCount === null) return undefined;
  const accepted = evidence.events.flatMap((event) =>
    event.source === 'upstream' && event.type === 'accepted' ? [event.tuple] : [],
  );
  const missing = accepted.find(
    (tuple) =>
      !events.some((e) => e.source === 'wire' && e.tuple === tuple && e.flags.includes('SYN')),
  );
  return missing && `the handshake of ${missing} was not captured`;
}
