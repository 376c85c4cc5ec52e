/** What the client is asked to do, and what is waited for between, as data. */
import { z } from 'zod';
import {
  type ClientEvent,
  clientEventTypes,
  type Operation,
  operationSchema,
  type TcpState,
} from './event.ts';

/** Neither Ctrl-C nor a deadline is heard while it lasts. */
const stallMsMax = 1000;

export const workloadStepSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('operate'), operation: operationSchema }),
  z.object({ kind: z.literal('together'), operations: z.array(operationSchema).min(1) }),
  z.object({ kind: z.literal('begin'), operation: operationSchema }),
  z.object({ kind: z.literal('settle') }),
  z.object({ kind: z.literal('cancel'), request: z.number().int().positive() }),
  z.object({ kind: z.literal('close-client') }),
  z.object({ kind: z.literal('open-gate'), gate: z.string().min(1) }),
  z.object({
    kind: z.literal('fired'),
    step: z.string().min(1),
    times: z.number().int().positive(),
  }),
  z.object({
    kind: z.literal('said'),
    event: z.enum(clientEventTypes),
    times: z.number().int().positive(),
  }),
  z.object({ kind: z.literal('client-state'), state: z.enum(['CLOSE_WAIT', 'CLOSED']) }),
  z.object({ kind: z.literal('advance'), ms: z.number().positive() }),
  z.object({
    kind: z.literal('stall'),
    event: z.enum(clientEventTypes),
    ms: z.number().positive().max(stallMsMax),
  }),
]);
export type WorkloadStep = z.infer<typeof workloadStepSchema>;

/** How long the caller of a request waits. */
interface Limit {
  withinMs?: number;
}

const query = (name: string, type = 'A', limit: Limit = {}): Operation => ({
  kind: 'query',
  name,
  type,
  ...limit,
});

const write = (name: string, data: string, limit: Limit = {}): Operation => ({
  kind: 'update',
  name,
  data,
  ...limit,
});

/** Sends one query and waits for its outcome. */
export const request = (name: string, type?: string, limit?: Limit): WorkloadStep => ({
  kind: 'operate',
  operation: query(name, type, limit),
});

/** Sends one DNS update (RFC 2136), which must not be executed twice, and waits for its outcome. */
export const update = (name: string, data: string, limit?: Limit): WorkloadStep => ({
  kind: 'operate',
  operation: write(name, data, limit),
});

/** Sends one query for each name in the same tick and waits for all outcomes. */
export const requestTogether = (...names: string[]): WorkloadStep => ({
  kind: 'together',
  operations: names.map((name) => query(name)),
});

/** Sends one query and goes on without waiting for its outcome; `settled()` waits for it. */
export const begin = (name: string, type?: string, limit?: Limit): WorkloadStep => ({
  kind: 'begin',
  operation: query(name, type, limit),
});

/** As `begin`, with a DNS update. */
export const beginUpdate = (name: string, data: string, limit?: Limit): WorkloadStep => ({
  kind: 'begin',
  operation: write(name, data, limit),
});

/** Its caller gives up a request that was begun: the one that `outcome` calls by this number. */
export const cancel = (request: number): WorkloadStep => ({ kind: 'cancel', request });

/** Waits for the outcomes of all requests that were begun. */
export const settled = (): WorkloadStep => ({ kind: 'settle' });

/** Closes the client and waits until it has. What is asked of it later, it must refuse. */
export const closeClient = (): WorkloadStep => ({ kind: 'close-client' });

const operate = (operation: Operation): WorkloadStep => ({ kind: 'operate', operation });

/** System calls of the `raw` client. */
export const call = {
  connect: () => operate({ kind: 'connect' }),
  /** send(2) of these characters, one byte each. */
  send: (bytes: string) => operate({ kind: 'send', bytes }),
  /** recv(2) of at most this many bytes; waits until there is something to report. */
  recv: (maxBytes: number) => operate({ kind: 'recv', maxBytes }),
  /** recv(2) of one byte with MSG_PEEK | MSG_DONTWAIT. */
  peek: () => operate({ kind: 'peek' }),
  /** shutdown(2) of the writing side. */
  shutdown: () => operate({ kind: 'shutdown' }),
};

/**
 * Opens a gate of the upstream's scripts once every script that leads to it has arrived. The scripts
 * go on in the same tick as the workload does, so what follows is a race, every time.
 */
export const open = (gate: string): WorkloadStep => ({ kind: 'open-gate', gate });

/** Waits until upstream steps of this kind have fired this often in all. */
export const fired = (step: string, times = 1): WorkloadStep => ({ kind: 'fired', step, times });

/**
 * Waits until the client has published this kind of event this often in all, and then until its event
 * loop has turned, so that what it announced has happened.
 */
export const said = (event: ClientEvent['type'], times = 1): WorkloadStep => ({
  kind: 'said',
  event,
  times,
});

/**
 * Waits until the upstream has broken a connection and the kernel shows the client's end of every
 * broken one in this state or past it (ESTABLISHED, CLOSE_WAIT, LAST_ACK, CLOSED), and then until the
 * client's event loop has turned, so that the client could notice. Leave it out to race the client.
 */
export const clientState = (state: 'CLOSE_WAIT' | 'CLOSED'): WorkloadStep => ({
  kind: 'client-state',
  state,
});

/** Moves the injected clock; for scenarios with `clock: 'virtual'`. */
export const advance = ({ ms }: { ms: number }): WorkloadStep => ({ kind: 'advance', ms });

/**
 * When the client publishes this kind of event the next time, its process does not run for this long, as
 * under a garbage collection or on a busy machine: what it was about to do is done later than it meant
 * to. Milliseconds, at most 1000.
 */
export const stall = (event: ClientEvent['type'], { ms }: { ms: number }): WorkloadStep => ({
  kind: 'stall',
  event,
  ms,
});

const notYet: readonly TcpState[] = ['SYN_SENT', 'SYN_RECV', 'ESTABLISHED'];
const beforeClosed: readonly TcpState[] = [...notYet, 'CLOSE_WAIT', 'LAST_ACK'];

/**
 * Whether a passive close has come to `wanted` or past it (RFC 9293 figure 5). A client that closed
 * by itself has nothing left to notice and counts as past it.
 */
export function hasReached(state: TcpState, wanted: TcpState): boolean {
  return !(wanted === 'CLOSED' ? beforeClosed : notYet).includes(state);
}

/** The operation in words. */
function explainOperation(operation: Operation): string {
  switch (operation.kind) {
    case 'query':
      return `query ${operation.name} ${operation.type}${explainLimit(operation)}`;
    case 'update':
      return `update ${operation.name} A ${operation.data}${explainLimit(operation)}`;
    case 'connect':
      return 'connect()';
    case 'send':
      return `send(${JSON.stringify(operation.bytes)})`;
    case 'recv':
      return `recv(${operation.maxBytes})`;
    case 'peek':
      return 'recv(1, MSG_PEEK)';
    case 'shutdown':
      return 'shutdown(SHUT_WR)';
  }
}

function explainLimit({ withinMs }: { withinMs?: number | undefined }): string {
  return withinMs === undefined ? '' : ` within ${withinMs} ms`;
}

/** More than anybody would read are counted. */
const operationsToldMax = 10;

function explainTogether(operations: readonly Operation[]): string {
  const told = operations.slice(0, operationsToldMax).map(explainOperation).join(', ');
  const more = operations.length - operationsToldMax;
  return more > 0 ? `${told} and ${more} more` : told;
}

/** Why a request that is cancelled could not be; undefined when each was begun before. */
export function whyNotCancelled(workload: readonly WorkloadStep[]): string | undefined {
  const begun = new Set<number>();
  let requests = 0;
  for (const step of workload) {
    if (step.kind === 'operate' || step.kind === 'begin') requests += 1;
    if (step.kind === 'together') requests += step.operations.length;
    if (step.kind === 'begin') begun.add(requests);
    if (step.kind !== 'cancel' || begun.has(step.request)) continue;
    return (
      `cancel(${step.request}): request ${step.request} is not begun before it; requests are numbered ` +
      'in the order in which they are made, and only begin() and beginUpdate() do not wait for the outcome'
    );
  }
  return undefined;
}

/** The workload step in words. */
export function explainWorkloadStep(step: WorkloadStep): string {
  switch (step.kind) {
    case 'operate':
      return explainOperation(step.operation);
    case 'together':
      return `at once: ${explainTogether(step.operations)}`;
    case 'begin':
      return `begin ${explainOperation(step.operation)}`;
    case 'settle':
      return 'wait for what was begun';
    case 'cancel':
      return `cancel request ${step.request}`;
    case 'close-client':
      return 'close the client';
    case 'open-gate':
      return `open the gate "${step.gate}"`;
    case 'fired':
      return step.times === 1
        ? `wait until the upstream fired "${step.step}"`
        : `wait until the upstream fired "${step.step}" ${step.times} times`;
    case 'said':
      return step.times === 1
        ? `wait until the client said "${step.event}"`
        : `wait until the client said "${step.event}" ${step.times} times`;
    case 'client-state':
      return `wait until the client's end is in ${step.state}`;
    case 'advance':
      return `let ${step.ms} ms pass on the client's clock`;
    case 'stall':
      return `when the client says "${step.event}" next, do not let it run for ${step.ms} ms`;
  }
}
