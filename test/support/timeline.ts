/** Synthetic timelines: events in a few words, stamped in the order in which they are given. */
import type {
  ClientEvent,
  Event,
  Gap,
  Operation,
  Outcome,
  Receipt,
  RecordedEvent,
  Recorder,
  Side,
  TcpFlag,
  TcpState,
  Unstamped,
} from '../../harness/event.ts';
import type { Timeline } from '../../harness/timeline.ts';

export type Said = Unstamped<Event>;
type SaidOf<S extends Event['source']> = Extract<Said, { source: S }>;

export const upstreamPort = 5300;
const startUs = 1_780_000_000_000_000;

export const recorders: readonly Recorder[] = [
  'wire',
  'client',
  'upstream',
  'sockets',
  'resources',
  'syscalls',
];

/** The name of the nth connection. */
export const tupleOf = (connection: number) =>
  `127.0.0.1:${40_000 + connection}->127.0.0.1:${upstreamPort}`;

export function stamped(events: readonly Said[]): Event[] {
  return events.map((event, index) => ({ ...event, atUs: startUs + index * 10 }));
}

/** Without the packets, as they are recorded. */
export function recordedOnly(events: readonly Said[]): RecordedEvent[] {
  return stamped(events).filter((event): event is RecordedEvent => event.source !== 'wire');
}

export function timeline(events: readonly Said[], gaps: readonly Gap[] = []): Timeline {
  const tuples = events.flatMap((event) => ('tuple' in event && event.tuple ? [event.tuple] : []));
  return { connections: [...new Set(tuples)], events: stamped(events), gaps: [...gaps] };
}

export const gap = (recorder: Recorder): Gap => ({ recorder, reason: `${recorder} was blind` });

export const withGap = (base: Timeline, recorder: Recorder): Timeline => ({
  ...base,
  gaps: [...base.gaps, gap(recorder)],
});

// The workload.

export const asked = (request: number, operation: Operation | string): SaidOf<'workload'> => ({
  source: 'workload',
  type: 'request',
  request,
  operation:
    typeof operation === 'string' ? { kind: 'query', name: operation, type: 'A' } : operation,
});

export const settled = (request: number, outcome: Outcome): SaidOf<'workload'> => ({
  source: 'workload',
  type: 'outcome',
  request,
  outcome,
});

export const answered = (request: number, answer = '192.0.2.1') =>
  settled(request, { status: 'answered', answer });

export const failed = (request: number, error = 'EPIPE') =>
  settled(request, { status: 'failed', error, message: `write ${error}` });

export const hung = (request: number) => settled(request, { status: 'hung', afterMs: 2000 });

export const stuck = (text = 'gave up'): SaidOf<'workload'> => ({
  source: 'workload',
  type: 'stuck',
  text,
});

export const closing: SaidOf<'workload'> = { source: 'workload', type: 'closing' };

// The client.

type Io = Extract<SaidOf<'client'>, { type: 'io' }>;

export const io = (connection: number, call: Io['call'], error?: string): Io => ({
  source: 'client',
  type: 'io',
  tuple: tupleOf(connection),
  call,
  ...(error === undefined ? { bytes: 1 } : { error }),
});

export const checkout = (connection: number): SaidOf<'client'> => ({
  source: 'client',
  type: 'checkout',
  tuple: tupleOf(connection),
  reused: true,
});

export const repool = (connection: number): SaidOf<'client'> => ({
  source: 'client',
  type: 'repool',
  tuple: tupleOf(connection),
});

export const log = (text: string): SaidOf<'client'> => ({
  source: 'client',
  type: 'log',
  level: 'WARN',
  text,
});

export const stats = (counters: Record<string, number | string>): SaidOf<'client'> => ({
  source: 'client',
  type: 'stats',
  stats: counters,
});

/** One of a client in another process: what it moved, or the errno name or `EOF`. */
export const sys = (
  connection: number,
  call: string,
  outcome: number | string = 0,
): SaidOf<'syscalls'> => ({
  source: 'syscalls',
  type: 'call',
  call,
  tuple: tupleOf(connection),
  pid: 4711,
  ...(typeof outcome === 'string' ? { error: outcome } : { bytes: outcome }),
});

/** As it is seen of a client in a process of its own. */
export const outside = (
  events: readonly Said[],
  publishes: ClientEvent['type'][] = [],
): Timeline => ({ ...timeline(events), program: { publishes } });

// The upstream.

export const accepted = (connection: number): SaidOf<'upstream'> => ({
  source: 'upstream',
  type: 'accepted',
  tuple: tupleOf(connection),
  ordinal: connection,
});

export const received = (connection: number, key: string): SaidOf<'upstream'> => ({
  source: 'upstream',
  type: 'received',
  tuple: tupleOf(connection),
  ordinal: connection,
  key,
  bytes: 30,
});

export const executed = (connection: number, key: string): SaidOf<'upstream'> => ({
  source: 'upstream',
  type: 'executed',
  tuple: tupleOf(connection),
  ordinal: connection,
  key,
});

export const served = (
  connection: number,
  key: string,
  answer = '192.0.2.1',
): SaidOf<'upstream'> => ({
  source: 'upstream',
  type: 'served',
  tuple: tupleOf(connection),
  ordinal: connection,
  key,
  answer,
  bytes: 46,
});

export const firedStep = (
  connection: number,
  step: string,
  ...receipts: Receipt[]
): SaidOf<'upstream'> => ({
  source: 'upstream',
  type: 'fired',
  tuple: tupleOf(connection),
  ordinal: connection,
  step,
  text: step,
  bytesRead: 0,
  bytesSent: 0,
  bytesUnread: 0,
  receipts,
});

type ListenerEvent = Extract<SaidOf<'upstream'>, { type: 'listener' }>;

export const listenerStep = (step: string, ...receipts: Receipt[]): ListenerEvent => ({
  source: 'upstream',
  type: 'listener',
  address: `127.0.0.1:${upstreamPort}`,
  transport: 'tcp',
  step,
  text: step,
  receipts,
});

export const unfiredStep = (
  connection: number,
  step: string,
  isFault: boolean,
): SaidOf<'upstream'> => ({
  source: 'upstream',
  type: 'unfired',
  tuple: tupleOf(connection),
  ordinal: connection,
  step,
  text: step,
  reason: 'the client closed',
  isFault,
});

// The kernel.

export const state = (connection: number, side: Side, tcpState: TcpState): SaidOf<'sockets'> => ({
  source: 'sockets',
  type: 'state',
  tuple: tupleOf(connection),
  side,
  state: tcpState,
});

export const held = (
  moment: 'before' | 'after',
  descriptors: number,
  timers: number,
): SaidOf<'resources'> => ({ source: 'resources', type: 'held', moment, descriptors, timers });

// The wire.

interface Segment {
  seq?: number;
  ack?: number;
  length?: number;
  frame?: number;
  keys?: string[];
  window?: number;
  digest?: string;
}

export const packet = (
  connection: number,
  from: Side,
  flags: TcpFlag[],
  { seq = 0, ack = 0, length = 0, frame = 1, keys = [], window = 512, digest = '' }: Segment = {},
): SaidOf<'wire'> => ({
  source: 'wire',
  type: 'packet',
  tuple: tupleOf(connection),
  from,
  flags,
  relativeSeq: seq,
  relativeAck: ack,
  length,
  window,
  frame,
  messages: [],
  requestKeys: keys,
  digest,
});

export const syn = (connection: number) => packet(connection, 'client', ['SYN']);
/** The client's kernel has all bytes before this one. */
export const acknowledged = (connection: number, ack: number, frame: number) =>
  packet(connection, 'client', ['ACK'], { seq: 1, ack, frame });
export const rst = (connection: number, seq = 1) =>
  packet(connection, 'upstream', ['RST'], { seq });
/** One segment that completes these requests. */
export const sent = (connection: number, ...keys: string[]) =>
  packet(connection, 'client', ['PSH', 'ACK'], { seq: 1, length: 30, keys });
