/**
 * The one event type every recorder writes and every judge reads.
 *
 * Time is CLOCK_REALTIME in microseconds since the epoch, the clock the capture uses, so events of
 * all recorders can be laid on one axis. A connection is named by its 4-tuple, written
 * `client-address:port->upstream-address:port` whichever side speaks.
 *
 * The schemas are the single definition: the TypeScript types, the validation of stored evidence
 * and the published JSON Schema all come from them.
 */
import { z } from 'zod';

const common = {
  /** Microseconds since the epoch, CLOCK_REALTIME. */
  atUs: z.number().nonnegative(),
};

/** `127.0.0.1:38006->127.0.0.1:46195`: client first, upstream second. */
const tuple = z.string().regex(/^.+:\d+->.+:\d+$/);

/** How long the caller waits; a client that knows deadlines gives up then. */
const limit = { withinMs: z.number().positive().optional() };

/** What a client is asked to do: one request of a protocol, or one raw system call. */
export const operationSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('query'), name: z.string(), type: z.string(), ...limit }),
  /** A write, RFC 2136: unlike a query it may not be executed twice. */
  z.object({ kind: z.literal('update'), name: z.string(), data: z.string(), ...limit }),
  /** One SQL statement, without parameters. */
  z.object({ kind: z.literal('statement'), sql: z.string().min(1), ...limit }),
  /** One HTTP request. */
  z.object({
    kind: z.literal('fetch'),
    method: z.string().min(1),
    target: z.string().startsWith('/'),
    body: z.string().optional(),
    ...limit,
  }),
  /** One command of words, as Redis has them. */
  z.object({ kind: z.literal('command'), words: z.array(z.string()).min(1), ...limit }),
  z.object({ kind: z.literal('connect') }),
  z.object({ kind: z.literal('send'), bytes: z.string() }),
  z.object({ kind: z.literal('recv'), maxBytes: z.number().int().positive() }),
  z.object({ kind: z.literal('peek') }),
  z.object({ kind: z.literal('shutdown') }),
  z.object({ kind: z.literal('close') }),
  z.object({ kind: z.literal('reset') }),
]);
export type Operation = z.infer<typeof operationSchema>;

/**
 * How a request ended for its caller. `error` is a kernel errno name (`EPIPE`), `EOF`, or a word of
 * the client's own (`TIMEOUT`, `PROTOCOL`); `hung` means that nothing came before the deadline.
 */
export const outcomeSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('answered'), answer: z.string() }),
  z.object({ status: z.literal('failed'), error: z.string(), message: z.string() }),
  z.object({ status: z.literal('hung'), afterMs: z.number() }),
]);
export type Outcome = z.infer<typeof outcomeSchema>;

const workloadEvent = z.discriminatedUnion('type', [
  z.object({ ...common, source: z.literal('workload'), type: z.literal('step'), text: z.string() }),
  z.object({
    ...common,
    source: z.literal('workload'),
    type: z.literal('request'),
    request: z.number().int().positive(),
    operation: operationSchema,
  }),
  z.object({
    ...common,
    source: z.literal('workload'),
    type: z.literal('outcome'),
    request: z.number().int().positive(),
    outcome: outcomeSchema,
  }),
  /** The workload could not go on: what it waited for never came. */
  z.object({
    ...common,
    source: z.literal('workload'),
    type: z.literal('stuck'),
    text: z.string(),
  }),
  /** The client broke down: it threw where nobody could catch it, or could not even be opened. */
  z.object({
    ...common,
    source: z.literal('workload'),
    type: z.literal('crashed'),
    text: z.string(),
  }),
  /** The client is asked to close. What the wire shows later is teardown and is not judged. */
  z.object({ ...common, source: z.literal('workload'), type: z.literal('closing') }),
]);

const onConnection = { ...common, source: z.literal('client'), tuple: tuple.optional() };

/** A client's own counters, by name. */
export const statsSchema = z.record(z.string(), z.union([z.number(), z.string()]));

/**
 * Published by clients of this process on the `pipewrench:client` diagnostics channel, and by programs as
 * lines of their output.
 */
export const clientEventSchema = z.discriminatedUnion('type', [
  z.object({ ...onConnection, type: z.literal('dial') }),
  z.object({ ...onConnection, type: z.literal('connected') }),
  z.object({
    ...onConnection,
    type: z.literal('checkout'),
    request: z.number().int().positive().optional(),
    reused: z.boolean(),
  }),
  /** A connection is about to be looked at before it is lent; what came of it is an `io` event. */
  z.object({ ...onConnection, type: z.literal('probe') }),
  /** One read or write as the kernel answered it: bytes moved, or the errno name, or `EOF`. */
  z.object({
    ...onConnection,
    type: z.literal('io'),
    call: z.enum(['connect', 'send', 'recv', 'peek', 'shutdown', 'close']),
    bytes: z.number().int().nonnegative().optional(),
    error: z.string().optional(),
  }),
  z.object({
    ...onConnection,
    type: z.literal('stale'),
    reason: z.string(),
    found: z.enum(['probe', 'event', 'idle timeout']),
  }),
  z.object({ ...onConnection, type: z.literal('retry'), cause: z.string() }),
  z.object({ ...onConnection, type: z.literal('repool') }),
  z.object({ ...onConnection, type: z.literal('destroy'), reason: z.string() }),
  z.object({
    ...onConnection,
    type: z.literal('log'),
    level: z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR']),
    text: z.string(),
  }),
  z.object({
    ...onConnection,
    type: z.literal('stats'),
    stats: statsSchema,
  }),
]);
export type ClientEvent = z.infer<typeof clientEventSchema>;

export const clientEventTypes = clientEventSchema.options.map(({ shape }) => shape.type.value);

/** What is known of a client in a process of its own before it does anything. */
export const programFactsSchema = z.object({
  /** The events that it publishes without fail. */
  publishes: z.array(z.enum(clientEventTypes)),
});
export type ProgramFacts = z.infer<typeof programFactsSchema>;

/**
 * What the capture must show for a step to count, on its connection. Sequence numbers are relative to
 * the upstream's SYN, so 1 + the bytes it had sent. Times are microseconds since the epoch.
 */
export const receiptSchema = z.discriminatedUnion('segment', [
  /** The upstream's FIN or RST with this sequence number. */
  z.object({
    segment: z.enum(['FIN', 'RST']),
    relativeSeq: z.number().int().positive(),
    length: z.literal(0),
  }),
  /** The upstream's bytes from there on; with a `digest`, in one segment of just these bytes. */
  z.object({
    segment: z.literal('DATA'),
    relativeSeq: z.number().int().positive(),
    length: z.number().int().positive(),
    digest: z.string().optional(),
  }),
  /** No byte of the upstream that no other step or answer accounts for, until then or for good. */
  z.object({ segment: z.literal('SILENCE'), fromUs: z.number(), toUs: z.number().optional() }),
  /** The upstream advertises a window of 0. */
  z.object({ segment: z.literal('ZERO-WINDOW'), fromUs: z.number() }),
  /** The upstream advertises a window of more than 0 after one of 0. */
  z.object({ segment: z.literal('WINDOW'), fromUs: z.number() }),
  /** A SYN that is answered by RST, RFC 9293 section 3.10.7.1. */
  z.object({ segment: z.literal('REFUSED'), fromUs: z.number(), toUs: z.number() }),
  /** A SYN that nothing answers in this time. */
  z.object({ segment: z.literal('UNANSWERED-SYN'), fromUs: z.number(), toUs: z.number() }),
  /** A segment that was captured and that the other side never got: nothing answers it. */
  z.object({
    segment: z.literal('LOST'),
    from: z.enum(['client', 'upstream', 'both']),
    flag: z.enum(['FIN', 'RST']).optional(),
    fromUs: z.number(),
  }),
]);
export type Receipt = z.infer<typeof receiptSchema>;

/** How bytes get from one side to the other. */
export const transports = ['tcp', 'udp'] as const;
export type Transport = (typeof transports)[number];

const onUpstream = { ...common, source: z.literal('upstream') };
/** About the upstream itself. `upstream` says which one, where several play together. */
const ofUpstream = { ...onUpstream, upstream: z.string().optional() };
const ofConnection = { ...onUpstream, tuple, ordinal: z.number().int().positive() };

const upstreamEvent = z.discriminatedUnion('type', [
  z.object({ ...ofUpstream, type: z.literal('listening'), address: z.string() }),
  /** A part of the script that is about the listener is over. */
  z.object({
    ...ofUpstream,
    type: z.literal('listener'),
    /** Where clients were to meet it. */
    address: z.string(),
    transport: z.enum(transports),
    step: z.string(),
    text: z.string(),
    receipts: z.array(receiptSchema),
  }),
  /** A connection of the upstream to itself, made to fill the accept queue. It is nobody's. */
  z.object({ ...onUpstream, type: z.literal('filler'), address: z.string() }),
  z.object({ ...ofConnection, type: z.literal('accepted') }),
  /** One complete request was read. `key` names it whoever sends it and however often. */
  z.object({
    ...ofConnection,
    type: z.literal('received'),
    key: z.string(),
    bytes: z.number().int().nonnegative(),
  }),
  /** What it asks for was done, whether or not an answer is sent: a write counts from here on. */
  z.object({ ...ofConnection, type: z.literal('executed'), key: z.string() }),
  z.object({
    ...ofConnection,
    type: z.literal('served'),
    key: z.string(),
    answer: z.string(),
    bytes: z.number().int().nonnegative(),
  }),
  z.object({
    ...ofConnection,
    type: z.literal('fired'),
    step: z.string(),
    text: z.string(),
    bytesRead: z.number().int().nonnegative(),
    bytesSent: z.number().int().nonnegative(),
    bytesUnread: z.number().int().nonnegative(),
    /** How long the step itself had to wait before it could fire, for silence or for acknowledgements. */
    waitedMs: z.number().nonnegative().optional(),
    receipts: z.array(receiptSchema),
  }),
  /** A step that the script holds for this connection and that did not happen. */
  z.object({
    ...ofConnection,
    type: z.literal('unfired'),
    step: z.string(),
    text: z.string(),
    reason: z.string(),
    isFault: z.boolean(),
  }),
  /** A fault for a connection that was never opened, or one of the listener that was not played out. */
  z.object({
    ...ofUpstream,
    type: z.literal('unreached'),
    ordinal: z.number().int().positive().optional(),
    text: z.string(),
  }),
  /** A line that a server under test wrote, of its own log or about what one of its calls returned. */
  z.object({ ...ofUpstream, type: z.literal('log'), text: z.string() }),
  /** The upstream itself broke down: what it did from then on is not known. */
  z.object({ ...ofUpstream, type: z.literal('failed'), reason: z.string() }),
  /** The client sent what no client of the protocol sends. The connection was closed. */
  z.object({ ...ofConnection, type: z.literal('malformed'), reason: z.string() }),
  z.object({ ...ofConnection, type: z.literal('peer-eof') }),
  z.object({ ...ofConnection, type: z.literal('peer-error'), error: z.string() }),
]);
export type UpstreamEvent = z.infer<typeof upstreamEvent>;

/** The names of RFC 9293 section 3.3.2, spelled as `ss` and Wireshark spell them. */
export const tcpStates = [
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT_1',
  'FIN_WAIT_2',
  'TIME_WAIT',
  'CLOSED',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'CLOSING',
] as const;
export type TcpState = (typeof tcpStates)[number];

export const sides = ['client', 'upstream'] as const;
export type Side = (typeof sides)[number];

/** A side's kernel state, recorded when it was found to have changed. */
const socketEvent = z.object({
  ...common,
  source: z.literal('sockets'),
  type: z.literal('state'),
  tuple,
  side: z.enum(sides),
  state: z.enum(tcpStates),
});

/**
 * A system call of a client in another process, on a connection to an upstream. `error` is the errno
 * name, or `EOF` for a read of 0 bytes; `bytes` is what a call returned that moves bytes.
 */
const syscallEventSchema = z.object({
  ...common,
  source: z.literal('syscalls'),
  type: z.literal('call'),
  /** `write`, `read`, `connect`, `close`, `recvfrom`, as in section 2 of the manual. */
  call: z.string(),
  tuple,
  /** The end that called; left out, the client. */
  side: z.enum(sides).optional(),
  bytes: z.number().int().nonnegative().optional(),
  error: z.string().optional(),
  tookUs: z.number().nonnegative().optional(),
  pid: z.number().int().positive(),
});
export type SyscallEvent = z.infer<typeof syscallEventSchema>;

/** What the client's process held before the client was opened and after it was closed. */
const resourceEvent = z.object({
  ...common,
  source: z.literal('resources'),
  type: z.literal('held'),
  moment: z.enum(['before', 'after']),
  /** Open in pipewrench's own process: sockets, files, pipes; in a client's: its sockets. */
  descriptors: z.number().int().nonnegative(),
  /** Timers pending in pipewrench's own process; those of another are not known. */
  timers: z.number().int().nonnegative().optional(),
});

export const tcpFlags = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG'] as const;
export type TcpFlag = (typeof tcpFlags)[number];

/**
 * One TCP segment, UDP datagram or ICMP port unreachable as captured. Sequence numbers are relative to each
 * side's SYN. A datagram has no flags; its number is 1 + the bytes that this side sent before.
 */
const wireEvent = z.object({
  ...common,
  source: z.literal('wire'),
  type: z.literal('packet'),
  tuple,
  from: z.enum(sides),
  flags: z.array(z.enum(tcpFlags)),
  relativeSeq: z.number().int(),
  relativeAck: z.number().int(),
  length: z.number().int().nonnegative(),
  window: z.number().int().nonnegative(),
  /** Frame number in the pcap, counted from 1 as Wireshark does. */
  frame: z.number().int().positive(),
  /** The messages that this segment completes, in words. */
  messages: z.array(z.string()),
  /** Keys of the requests that this segment completes. */
  requestKeys: z.array(z.string()),
  /** Of the payload, see `digestOf`; empty when there is none. */
  digest: z.string(),
  /** This side's port is closed (RFC 792), which ends a datagram as RST ends a SYN. */
  icmp: z.literal('port unreachable').optional(),
});
export type WireEvent = z.infer<typeof wireEvent>;

export const eventSchema = z.union([
  workloadEvent,
  clientEventSchema,
  upstreamEvent,
  socketEvent,
  resourceEvent,
  syscallEventSchema,
  wireEvent,
]);
export type Event = z.infer<typeof eventSchema>;

/** Everything but packets: those are kept in the pcap and read from it again. */
export const recordedEventSchema = z.union([
  workloadEvent,
  clientEventSchema,
  upstreamEvent,
  socketEvent,
  resourceEvent,
  syscallEventSchema,
]);
export type RecordedEvent = z.infer<typeof recordedEventSchema>;

/** A recorder that missed something. What leans on that recorder becomes `unknown`. */
export const gapSchema = z.object({
  recorder: z.enum(['wire', 'client', 'upstream', 'sockets', 'resources', 'syscalls']),
  reason: z.string(),
  /** Where all that was missed are packets that were counted. */
  droppedPackets: z.number().int().positive().optional(),
});
export type Gap = z.infer<typeof gapSchema>;
export type Recorder = Gap['recorder'];

/** An event without its time, as a client or an upstream hands it over for stamping. */
export type Unstamped<E> = E extends unknown ? Omit<E, 'atUs'> : never;

/** The channel on which clients of this process publish `Unstamped<ClientEvent>` objects. */
export const clientChannelName = 'pipewrench:client';
