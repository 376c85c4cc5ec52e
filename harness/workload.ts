/** What the client is asked to do, and what is waited for between, as data. */
import { z } from 'zod';
import {
  type ClientEvent,
  clientEventTypes,
  type Operation,
  operationSchema,
  type Side,
  sides,
  type TcpState,
  tcpStates,
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
  z.object({
    kind: z.literal('state'),
    side: z.enum(sides),
    states: z.array(z.enum(tcpStates)).min(1),
  }),
  z.object({ kind: z.literal('server-logged'), pattern: z.string() }),
  z.object({ kind: z.literal('advance'), ms: z.number().positive() }),
  z.object({
    kind: z.literal('stall'),
    event: z.enum(clientEventTypes),
    ms: z.number().positive().max(stallMsMax),
  }),
  z.object({ kind: z.literal('limit-descriptors'), spare: z.number().int().nonnegative() }),
  z.object({ kind: z.literal('pause-client') }),
  z.object({ kind: z.literal('resume-client') }),
]);
export type WorkloadStep = z.infer<typeof workloadStepSchema>;

/** Makes one request and waits for its outcome. */
export type RequestStep = Extract<WorkloadStep, { kind: 'operate' }>;

/** How long the caller of a request waits. */
interface Limit {
  withinMs?: number;
}

const operate = (operation: Operation): RequestStep => ({ kind: 'operate', operation });

/** Sends one DNS query. */
export const request = (name: string, type = 'A', limit: Limit = {}): RequestStep =>
  operate({ kind: 'query', name, type, ...limit });

/** Sends one DNS update (RFC 2136), which must not be executed twice. */
export const update = (name: string, data: string, limit: Limit = {}): RequestStep =>
  operate({ kind: 'update', name, data, ...limit });

/** Sends one SQL statement, without parameters. */
export const statement = (sql: string, limit: Limit = {}): RequestStep =>
  operate({ kind: 'statement', sql, ...limit });

/** Makes one HTTP request: `fetchUrl('GET', '/a')`. */
export const fetchUrl = (
  method: string,
  target: string,
  options: Limit & { body?: string } = {},
): RequestStep => operate({ kind: 'fetch', method, target, ...options });

/** Sends one Redis command: `command('GET', 'a')`; a limit of its caller comes after the words. */
export const command = (...words: string[] | [...string[], Limit]): RequestStep => {
  const last = words.at(-1);
  const limit = typeof last === 'object' ? last : {};
  const said = words.flatMap((word) => (typeof word === 'string' ? [word] : []));
  return operate({ kind: 'command', words: said, ...limit });
};

/** Makes all these requests in the same tick and waits for all outcomes. */
export const together = (...requests: RequestStep[]): WorkloadStep => ({
  kind: 'together',
  operations: requests.map(({ operation }) => operation),
});

/** Makes a request and goes on without waiting for its outcome; `settled()` waits for it. */
export const begin = ({ operation }: RequestStep): WorkloadStep => ({ kind: 'begin', operation });

/** Its caller gives up a request that was begun: the one that `outcome` calls by this number. */
export const cancel = (request: number): WorkloadStep => ({ kind: 'cancel', request });

/** Waits for the outcomes of all requests that were begun. */
export const settled = (): WorkloadStep => ({ kind: 'settle' });

/** Closes the client and waits until it has. What is asked of it later, it must refuse. */
export const closeClient = (): WorkloadStep => ({ kind: 'close-client' });

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
  /** close(2): FIN, or RST when bytes are unread. Every later call fails with EBADF. */
  close: () => operate({ kind: 'close' }),
  /** close(2) with SO_LINGER of zero: RST, whatever is unread. */
  reset: () => operate({ kind: 'reset' }),
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

/**
 * Waits until the kernel shows this end of every connection so far in just this state, or in one of
 * these. Unlike `clientState` it waits for what the client does, too.
 */
export const untilState = (side: Side, ...states: TcpState[]): WorkloadStep => ({
  kind: 'state',
  side,
  states,
});

/** Waits until a server under test has written a line that matches this regular expression. */
export const serverLogged = (pattern: RegExp): WorkloadStep => ({
  kind: 'server-logged',
  pattern: pattern.source,
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

/**
 * Stops a client in a process of its own with SIGSTOP: what happens to its connections from here on it
 * learns only when it goes on. Requests are begun meanwhile, and wait in its standard input.
 */
export const pauseClient = (): WorkloadStep => ({ kind: 'pause-client' });

/**
 * From here on a client in a process of its own may have only this many descriptors more than it has
 * now, RLIMIT_NOFILE of getrlimit(2): what `ulimit -n` sets.
 */
export const limitDescriptors = ({ spare }: { spare: number }): WorkloadStep => ({
  kind: 'limit-descriptors',
  spare,
});

/** Lets it go on. What was begun meanwhile races with what its kernel has to tell. */
export const resumeClient = (): WorkloadStep => ({ kind: 'resume-client' });

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
    case 'statement':
      return `statement ${operation.sql}${explainLimit(operation)}`;
    case 'fetch': {
      const { method, target, body } = operation;
      const what = body === undefined ? '' : ` with ${explainBody(body)}`;
      return `${method} ${target}${what}${explainLimit(operation)}`;
    }
    case 'command':
      return `command ${operation.words.join(' ')}${explainLimit(operation)}`;
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
    case 'close':
      return 'close()';
    case 'reset':
      return 'close() with SO_LINGER of zero';
  }
}

/** Longer than anybody would read it is counted. */
const bodyCharsMax = 80;

const explainBody = (body: string): string =>
  body.length > bodyCharsMax ? `${Buffer.byteLength(body)} bytes` : JSON.stringify(body);

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
      'in the order in which they are made, and only begin() does not wait for the outcome'
    );
  }
  return undefined;
}

/** Whether a client must be in a process of its own for this workload. */
export const needsProcess = (workload: readonly WorkloadStep[]): boolean =>
  workload.some(({ kind }) => ofProcess.has(kind));

const ofProcess: ReadonlySet<WorkloadStep['kind']> = new Set([
  'pause-client',
  'resume-client',
  'limit-descriptors',
]);

/** Steps that end only when the client has done something. */
const awaitsClient: ReadonlySet<WorkloadStep['kind']> = new Set([
  'operate',
  'together',
  'settle',
  'said',
  'close-client',
]);

/** Why the client could not be paused like this; undefined when it could. */
export function whyNotPaused(workload: readonly WorkloadStep[]): string | undefined {
  let isPaused = false;
  for (const step of workload) {
    if (step.kind === 'pause-client') {
      if (isPaused)
        return 'pauseClient(): the client is paused already; resumeClient() comes first';
      isPaused = true;
    } else if (step.kind === 'resume-client') {
      if (!isPaused) return 'resumeClient(): the client is not paused; pauseClient() comes first';
      isPaused = false;
    } else if (isPaused && awaitsClient.has(step.kind)) {
      const text = explainWorkloadStep(step);
      return `"${text}" waits for a client that is paused; begin() requests, and wait after resumeClient()`;
    }
  }
  return isPaused ? 'pauseClient(): nothing lets the client go on; add resumeClient()' : undefined;
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
    case 'state':
      return `wait until the ${step.side}'s end is in ${step.states.join(' or ')}`;
    case 'server-logged':
      return `wait until the server logs /${step.pattern}/`;
    case 'advance':
      return `let ${step.ms} ms pass on the client's clock`;
    case 'stall':
      return `when the client says "${step.event}" next, do not let it run for ${step.ms} ms`;
    case 'limit-descriptors':
      return `let the client open ${step.spare} more descriptors, and no more (RLIMIT_NOFILE)`;
    case 'pause-client':
      return 'pause the client (SIGSTOP)';
    case 'resume-client':
      return 'let the client go on (SIGCONT)';
  }
}
