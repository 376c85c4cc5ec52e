/** What the client is asked to do, and what is waited for between, as data. */
import { z } from 'zod';
import {
  type ClientEvent,
  clientEventTypes,
  type Operation,
  operationSchema,
  type TcpState,
} from './event.ts';

export const workloadStepSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('operate'), operation: operationSchema }),
  z.object({ kind: z.literal('together'), operations: z.array(operationSchema).min(1) }),
  z.object({ kind: z.literal('begin'), operation: operationSchema }),
  z.object({ kind: z.literal('settle') }),
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
]);
export type WorkloadStep = z.infer<typeof workloadStepSchema>;

const query = (name: string, type = 'A'): Operation => ({ kind: 'query', name, type });

/** Sends one query and waits for its outcome. */
export const request = (name: string, type?: string): WorkloadStep => ({
  kind: 'operate',
  operation: query(name, type),
});

/** Sends one DNS update (RFC 2136), which must not be executed twice, and waits for its outcome. */
export const update = (name: string, data: string): WorkloadStep => ({
  kind: 'operate',
  operation: { kind: 'update', name, data },
});

/** Sends one query for each name in the same tick and waits for all outcomes. */
export const requestTogether = (...names: string[]): WorkloadStep => ({
  kind: 'together',
  operations: names.map((name) => query(name)),
});

/** Sends one query and goes on without waiting for its outcome; `settled()` waits for it. */
export const begin = (name: string, type?: string): WorkloadStep => ({
  kind: 'begin',
  operation: query(name, type),
});

/** Waits for the outcomes of all requests that were begun. */
export const settled = (): WorkloadStep => ({ kind: 'settle' });

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
      return `query ${operation.name} ${operation.type}`;
    case 'update':
      return `update ${operation.name} A ${operation.data}`;
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

/** The workload step in words. */
export function explainWorkloadStep(step: WorkloadStep): string {
  switch (step.kind) {
    case 'operate':
      return explainOperation(step.operation);
    case 'together':
      return `at once: ${step.operations.map(explainOperation).join(', ')}`;
    case 'begin':
      return `begin ${explainOperation(step.operation)}`;
    case 'settle':
      return 'wait for what was begun';
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
  }
}
