/** What a scenario expects, as data: printed, stored with the evidence, judged again later. */
import { z } from 'zod';
import { sides, type TcpState, tcpStates } from '../event.ts';
import { type RuleName, ruleNames } from './rule-names.ts';
import { parseSegment } from './segments.ts';

const counterValue = z.union([z.number(), z.string()]);

const segment = z.string().refine((text) => parseSegment(text) !== undefined, {
  error: ({ input }) =>
    `${JSON.stringify(input)} is no segment; write the sender and the flags as tcpdump does, such as "client S", "upstream F." or "client P. seq 110 length 13"`,
});

export const expectationSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('errors'), sequences: z.array(z.array(z.string())) }),
  z.object({ kind: z.literal('every-request-answered') }),
  z.object({
    kind: z.literal('request-answered'),
    request: z.number().int().positive(),
    answer: z.string().optional(),
  }),
  z.object({
    kind: z.literal('request-fails'),
    request: z.number().int().positive(),
    with: z.array(z.string()).min(1),
  }),
  z.object({ kind: z.literal('some-request-fails'), with: z.array(z.string()).min(1) }),
  z.object({ kind: z.literal('connections-opened'), count: z.number().int().nonnegative() }),
  z.object({
    kind: z.literal('attempts'),
    request: z.number().int().positive(),
    count: z.number().int().nonnegative(),
  }),
  z.object({
    kind: z.literal('executed'),
    request: z.number().int().positive(),
    count: z.number().int().nonnegative(),
  }),
  z.object({
    kind: z.literal('packets'),
    connection: z.number().int().positive(),
    segments: z.array(segment).min(1),
  }),
  z.object({
    kind: z.literal('calls'),
    connection: z.number().int().positive(),
    calls: z.array(z.string()).min(1),
  }),
  z.object({ kind: z.literal('pool'), counters: z.record(z.string(), counterValue) }),
  z.object({
    kind: z.literal('logged'),
    pattern: z.string(),
    times: z.number().int().nonnegative(),
  }),
  z.object({
    kind: z.literal('kernel-states'),
    side: z.enum(sides),
    connection: z.number().int().positive(),
    states: z.array(z.enum(tcpStates)).min(1),
  }),
  z.object({
    kind: z.literal('connections-in'),
    side: z.enum(sides),
    state: z.enum(tcpStates),
    count: z.number().int().nonnegative(),
  }),
  z.object({ kind: z.literal('server-errors'), sequences: z.array(z.array(z.string())) }),
  z.object({
    kind: z.literal('server-logs'),
    pattern: z.string(),
    times: z.number().int().nonnegative(),
  }),
  z.object({ kind: z.literal('breaks-rule'), rule: z.enum(ruleNames) }),
]);
export type Expectation = z.infer<typeof expectationSchema>;

/**
 * The exact error sequence of each connection, by number: `RST` from the wire, errno names and `EOF`
 * as the client's calls returned them. Connections that are not given must have met no error.
 */
export const errors = (...sequences: string[][]): Expectation => ({ kind: 'errors', sequences });

export const everyRequest = (_answered: 'answered'): Expectation => ({
  kind: 'every-request-answered',
});

/** Requests are counted from 1 in the order in which the workload makes them. */
export const outcome = (request: number) => ({
  /** With any answer, or with this one. */
  answered: (answer?: string): Expectation => ({
    kind: 'request-answered',
    request,
    ...(answer !== undefined && { answer }),
  }),
  /** With one of these: an errno name, `EOF`, or the client's own word. */
  fails: (...codes: string[]): Expectation => ({ kind: 'request-fails', request, with: codes }),
});

/** At least one request does, with one of these: where chance says which. */
export const someRequestFails = (...codes: string[]): Expectation => ({
  kind: 'some-request-fails',
  with: codes,
});

/** Connections whose handshake the wire shows. */
export const connectionsOpened = (count: number): Expectation => ({
  kind: 'connections-opened',
  count,
});

/** How often the wire carried the request in full. */
export const attempts = (request: number, count: number): Expectation => ({
  kind: 'attempts',
  request,
  count,
});

/** How often the upstream did what the request asks for, by its own log. Not known of a real server. */
export const executed = (request: number, count: number): Expectation => ({
  kind: 'executed',
  request,
  count,
});

/**
 * Segments that the wire shows of a connection in this order, before the client is asked to close: the
 * sender, the flags as tcpdump writes them, and where it matters relative numbers, as in `upstream F. seq 238`
 * and `client P. ack 239 length 13`. Others may come between; one that was sent again counts once.
 */
export const packets = (connection: number, segments: string[]): Expectation => ({
  kind: 'packets',
  connection,
  segments,
});

/**
 * Calls that the client made on a connection directly one after the other: `write`, `read EOF`,
 * `write EPIPE`, `close`. EAGAIN and the like may come between, and count only where they are named.
 */
export const calls = (connection: number, ...made: string[]): Expectation => ({
  kind: 'calls',
  connection,
  calls: made,
});

/** The client's own counters, read after the last request. */
export const pool = (counters: Record<string, number | string>): Expectation => ({
  kind: 'pool',
  counters,
});

/** How many lines of the client's log match this regular expression. */
export const logged = (pattern: RegExp, { times }: { times: number }): Expectation => {
  if (pattern.flags !== '') {
    throw new TypeError(
      `logged: expected a pattern without flags, got ${pattern}; use [Aa] for /a/i`,
    );
  }
  return { kind: 'logged', pattern: pattern.source, times };
};

/** The kernel states that were seen on one side of a connection, in this order. */
export const kernelStates = (
  side: 'client' | 'upstream',
  connection: number,
  states: TcpState[],
): Expectation => ({ kind: 'kernel-states', side, connection, states });

/** How many connections the kernel showed in this state last, before the client is closed. */
export const connectionsIn = (
  side: 'client' | 'upstream',
  state: TcpState,
  count: number,
): Expectation => ({ kind: 'connections-in', side, state, count });

/**
 * As `errors`, of a server under test: `RST` that the client sent, errno names and `EOF` as the server's
 * system calls returned them.
 */
export const serverErrors = (...sequences: string[][]): Expectation => ({
  kind: 'server-errors',
  sequences,
});

/** How many lines of a server under test match this regular expression. */
export const serverLogs = (pattern: RegExp, { times }: { times: number }): Expectation => ({
  kind: 'server-logs',
  pattern: pattern.source,
  times,
});

/** One of the rules that always hold is broken: for scenarios that show a client doing it wrong. */
export const breaks = (rule: RuleName): Expectation => ({ kind: 'breaks-rule', rule });

/** The expectation in words. */
export function explainExpectation(expectation: Expectation): string {
  switch (expectation.kind) {
    case 'errors':
      return expectation.sequences.every((tokens) => tokens.length === 0)
        ? 'no connection meets an error'
        : 'the error sequence of each connection';
    case 'every-request-answered':
      return 'every request is answered';
    case 'request-answered':
      return expectation.answer === undefined
        ? `request ${expectation.request} is answered`
        : `request ${expectation.request} is answered ${JSON.stringify(expectation.answer)}`;
    case 'request-fails':
      return `request ${expectation.request} fails with ${expectation.with.join(' or ')}`;
    case 'some-request-fails':
      return `a request fails with ${expectation.with.join(' or ')}`;
    case 'connections-opened':
      return `${expectation.count} connections are opened`;
    case 'attempts':
      return `request ${expectation.request} is sent ${expectation.count} times`;
    case 'executed':
      return `request ${expectation.request} is executed ${expectation.count} times`;
    case 'packets':
      return `the segments of connection ${expectation.connection}, in order`;
    case 'calls':
      return `the calls on connection ${expectation.connection}, one after the other`;
    case 'pool':
      return `the pool's counters: ${Object.keys(expectation.counters).join(', ')}`;
    case 'logged':
      return `the client's log has ${expectation.times} lines like /${expectation.pattern}/`;
    case 'kernel-states':
      return `kernel states of the ${expectation.side} on connection ${expectation.connection}`;
    case 'connections-in':
      return `${expectation.count} connections are in ${expectation.state} at the ${expectation.side}`;
    case 'server-errors':
      return 'the error sequence of each connection, at the server';
    case 'server-logs':
      return `the server's log has ${expectation.times} lines like /${expectation.pattern}/`;
    case 'breaks-rule':
      return `the client breaks the rule ${expectation.rule}`;
  }
}
