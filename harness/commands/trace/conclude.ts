/** From what was recorded of a program to its connections. Pure. */
import type { Event, Gap, Side, SyscallEvent, WireEvent } from '../../event.ts';
import type { RecordedEndpoint } from '../../evidence.ts';
import { terminations } from '../../expect/facts.ts';
import { failureOf } from '../../expect/system-calls.ts';
import { isRefusal, transportOf } from '../../packets.ts';
import type { CapturedPacket } from '../../recorders/pcap.ts';
import { reconcile } from '../../recorders/syscalls/reconcile.ts';
import { wireEvents } from '../../recorders/wire-events.ts';
import type { Timeline } from '../../timeline.ts';
import type { Ending, TracedConnection, TraceResult } from '../../trace-result.ts';

export interface Recording {
  /** Undefined when they could not be recorded. */
  calls: readonly SyscallEvent[] | undefined;
  packets: readonly CapturedPacket[];
  gaps: readonly Gap[];
  /** Those that were asked for; empty: whichever the calls name. */
  ports: readonly number[];
}

export type Concluded = Pick<TraceResult, 'connections' | 'terminations' | 'timeline'> & {
  /** Those of the connections, with the frame numbers of the timeline. */
  packets: CapturedPacket[];
};

export function conclude({ calls, packets, gaps, ports }: Recording): Concluded {
  const endpoints = endpointsOf(ports.length > 0 ? ports : portsOf(calls ?? []));
  const all = wireEvents(packets, endpoints);
  const named = reconcile(calls ?? [], all);
  const tuples = new Set(named.flatMap((event) => ('tuple' in event ? [event.tuple] : [])));
  // Other programs may speak with the same port.
  const mine = calls ? all.filter(({ tuple }) => tuples.has(tuple)) : all;
  const kept = mine.flatMap(({ frame }) => packets[frame - 1] ?? []);
  const wire = wireEvents(kept, endpoints).filter(({ tuple }) => !calls || tuples.has(tuple));
  const events: Event[] = [...wire, ...named].sort((a, b) => a.atUs - b.atUs);
  const names = events.flatMap((event) => ('tuple' in event && event.tuple ? [event.tuple] : []));
  const timeline: Timeline = { connections: [...new Set(names)], events, gaps: [...gaps] };
  const told = namesOf(timeline);
  return {
    connections: timeline.connections.map((tuple, index) =>
      connectionOf(tuple, index + 1, told.get(tuple) ?? []),
    ),
    terminations: terminations(timeline),
    timeline,
    packets: kept,
  };
}

const dnsPort = 53;

/** Which transport is spoken is seen in the packets. */
function endpointsOf(ports: readonly number[]): RecordedEndpoint[] {
  return ports.flatMap((port) => [
    { port, transport: 'tcp' as const, protocol: port === dnsPort ? 'dns-tcp' : 'raw' },
    { port, transport: 'udp' as const, protocol: port === dnsPort ? 'dns-udp' : 'raw' },
  ]);
}

/** Of upstreams. */
function portsOf(calls: readonly SyscallEvent[]): number[] {
  return [...new Set(calls.map(({ tuple }) => Number(tuple.slice(tuple.lastIndexOf(':') + 1))))];
}

function namesOf({ events }: Timeline): Map<string, Event[]> {
  const byTuple = new Map<string, Event[]>();
  for (const event of events) {
    if (!('tuple' in event) || !event.tuple) continue;
    const before = byTuple.get(event.tuple);
    if (before) before.push(event);
    else byTuple.set(event.tuple, [event]);
  }
  return byTuple;
}

function connectionOf(
  tuple: string,
  connection: number,
  events: readonly Event[],
): TracedConnection {
  const wire = events.filter((event) => event.source === 'wire');
  const calls = events.filter((event) => event.source === 'syscalls');
  const sidesSeen = new Set(calls.map(({ side }) => side ?? 'client'));
  const [only = null] = sidesSeen;
  const side = sidesSeen.size > 1 ? 'both' : only;
  const transport = wire[0] ? transportOf(wire[0]) : null;
  return {
    connection,
    tuple,
    transport,
    side,
    errors: errorsSeen(events, side === 'upstream' ? 'upstream' : 'client'),
    ending: endingOf(wire, transport),
    packets: wire.length,
    calls: calls.length,
  };
}

/** What this end met, in order of time. */
function errorsSeen(events: readonly Event[], side: Side): string[] {
  return events.flatMap((event) => {
    if (event.source === 'wire') {
      return event.from !== side && event.flags.includes('RST') ? ['RST'] : [];
    }
    if (event.source !== 'syscalls' || (event.side ?? 'client') !== side) return [];
    return failureOf(event) ?? [];
  });
}

function endingOf(wire: readonly WireEvent[], transport: TracedConnection['transport']): Ending {
  if (transport === null) return { kind: 'unknown' };
  const isAnswered = wire.some(({ from, flags }) => from === 'upstream' && flags.includes('SYN'));
  const refusal = wire.find((packet) => packet.from === 'upstream' && isRefusal(packet));
  if (refusal && (transport === 'udp' || !isAnswered)) {
    return { kind: 'refused', frame: refusal.frame };
  }
  if (transport === 'udp') return { kind: 'datagrams' };
  const end = wire.find(({ flags }) => flags.includes('FIN') || flags.includes('RST'));
  if (!end) return { kind: 'open' };
  const flag = end.flags.includes('RST') ? 'RST' : 'FIN';
  return { kind: 'closed', by: end.from, flag, frame: end.frame };
}
