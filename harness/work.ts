/** Works through a workload: makes the requests, waits for what it says to wait for. */
import { nowUs } from '../kernel/clock.ts';
import type { Client, ClientProcess, Clock } from './client.ts';
import type { VirtualClock } from './clocks.ts';
import { messageOf } from './errors.ts';
import type { ClientEvent, Operation, Outcome, RecordedEvent } from './event.ts';
import { type StateWait, untilClientState, untilState } from './state-waits.ts';
import type { RunningUpstream } from './upstream.ts';
import { explainWorkloadStep, type WorkloadStep } from './workload.ts';

export interface Work extends StateWait {
  client: Client;
  upstream: RunningUpstream;
  /** Closes the client; resolves with why it could not be, or undefined. */
  close: () => Promise<string | undefined>;
  clock: Clock | VirtualClock;
  record: (event: RecordedEvent) => void;
  /** Calls the listener with each recorded event, until the returned function is called. */
  onEvent: (listener: (event: RecordedEvent) => void) => () => void;
  /** Records the kernel states that have changed. */
  sample: () => void;
  /** Resolves when the client could notice what its kernel and its own timers have to tell. */
  noticed: () => Promise<unknown>;
  /** Set for a client in a process of its own. */
  process: ClientProcess | undefined;
}

/**
 * Never throws for what a client does: outcomes are recorded. A wait that ends at its deadline is
 * recorded as `stuck` and the rest of the workload is left out, as it is after an abort. Between two steps no turn of the
 * event loop passes unless a step waits for one.
 */
export async function workThrough(steps: readonly WorkloadStep[], work: Work): Promise<void> {
  const cancels: AbortController[] = [];
  const unsettled = new Set<Promise<void>>();
  const operate = (operation: Operation) => {
    const cancelling = new AbortController();
    cancels.push(cancelling);
    const performed = perform(cancels.length, operation, cancelling.signal, work).finally(() =>
      unsettled.delete(performed),
    );
    unsettled.add(performed);
    return performed;
  };
  const cancel = (request: number) => cancels[request - 1]?.abort();
  const settle = async () => {
    await Promise.all(unsettled);
  };
  for (const step of steps) {
    if (work.signal.aborted) break;
    const text = explainWorkloadStep(step);
    // Requests are recorded one by one, with their numbers.
    if (!requestKinds.has(step.kind)) {
      work.record({ atUs: nowUs(), source: 'workload', type: 'step', text });
    }
    const missing = await takeStep(step, work, { operate, cancel, settle });
    work.sample();
    if (missing && !work.signal.aborted) {
      stuck(work, `gave up to ${text}: ${missing}`);
      break;
    }
  }
  await settle();
}

const requestKinds = new Set<WorkloadStep['kind']>(['operate', 'together', 'begin']);

interface Requests {
  /** Makes a request and resolves when it has settled. */
  operate: (operation: Operation) => Promise<void>;
  /** Its caller gives up the request of this number. */
  cancel: (request: number) => void;
  /** Resolves when all have settled. */
  settle: () => Promise<void>;
}

/** Returns why the step could not be finished, or undefined. */
async function takeStep(
  step: WorkloadStep,
  work: Work,
  { operate, cancel, settle }: Requests,
): Promise<string | undefined> {
  const { clock, deadlineMs, signal, upstream } = work;
  const late = () => `it did not happen within ${deadlineMs} ms`;
  switch (step.kind) {
    case 'operate':
      await operate(step.operation);
      return undefined;
    case 'together':
      await Promise.all(step.operations.map(operate));
      return undefined;
    case 'begin':
      // It settles by its own deadline, and is waited for before the workload ends.
      operate(step.operation).catch(() => {});
      return undefined;
    case 'settle':
      await settle();
      return undefined;
    case 'cancel':
      cancel(step.request);
      return undefined;
    case 'close-client':
      return work.close();
    case 'open-gate':
      return within(
        deadlineMs,
        upstream.openGate(step.gate).then(() => undefined),
        late,
        signal,
      );
    case 'fired':
      return within(deadlineMs, untilFired(step.step, step.times, work), late, signal);
    case 'said': {
      const isIt = (e: RecordedEvent) => e.source === 'client' && e.type === step.event;
      const missing = await within(deadlineMs, untilSeen(isIt, step.times, work), late, signal);
      await work.noticed();
      return missing;
    }
    case 'client-state': {
      const missing = await untilClientState(step.state, work);
      // Before the client has noticed and closed it.
      work.sample();
      await work.noticed();
      return missing;
    }
    case 'state':
      return untilState(step, work);
    case 'server-logged': {
      const isIt = (e: RecordedEvent) =>
        e.source === 'upstream' && e.type === 'log' && new RegExp(step.pattern).test(e.text);
      return within(deadlineMs, untilSeen(isIt, 1, work), late, signal);
    }
    case 'stall':
      stallAt(step.event, step.ms, work);
      return undefined;
    case 'advance':
      if (!('advance' in clock)) return "the scenario's clock is real; set `clock: 'virtual'`";
      clock.advance(step.ms);
      return undefined;
    case 'limit-descriptors':
      if (!work.process) return notOfItsOwn;
      work.process.limitDescriptors(step.spare);
      return undefined;
    case 'pause-client':
      return pause(work);
    case 'resume-client':
      work.process?.resume();
      return undefined;
  }
}

const notOfItsOwn = 'it runs in the process of pipewrench';

/**
 * Paused before it waits for events again, an event loop would be told of its connection first, whatever
 * comes first: its kernel looks at what was just reported once more. So it is asked for something before.
 */
async function pause({ process, noticed }: Work): Promise<string | undefined> {
  if (!process) return notOfItsOwn;
  await noticed();
  return process.pause().then(() => undefined, messageOf);
}

function stuck({ record }: Work, text: string): void {
  record({ atUs: nowUs(), source: 'workload', type: 'stuck', text });
}

async function perform(
  request: number,
  operation: Operation,
  cancelled: AbortSignal,
  work: Work,
): Promise<void> {
  const { client, deadlineMs, record } = work;
  record({ atUs: nowUs(), source: 'workload', type: 'request', request, operation });
  const outcome = await within<Outcome>(
    deadlineMs,
    start(client, operation, cancelled).then(
      (answer): Outcome =>
        typeof answer === 'string'
          ? { status: 'answered', answer }
          : { status: 'failed', error: 'NO_ANSWER', message: `resolved with ${typeof answer}` },
      (error: unknown) => ({ status: 'failed', ...describeError(error) }),
    ),
    () =>
      work.signal.aborted
        ? { status: 'failed', error: 'CRASHED', message: 'the client was gone before it answered' }
        : { status: 'hung', afterMs: deadlineMs },
    work.signal,
  );
  record({ atUs: nowUs(), source: 'workload', type: 'outcome', request, outcome });
}

/** A client that throws instead of rejecting has failed its request, not the run. */
async function start(client: Client, operation: Operation, signal: AbortSignal): Promise<string> {
  return client.request(operation, { signal });
}

function describeError(error: unknown): { error: string; message: string } {
  if (!(error instanceof Error)) return { error: 'UNKNOWN', message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return { error: code, message: error.message };
}

function untilFired(step: string, times: number, work: Work): Promise<undefined> {
  const isIt = (e: RecordedEvent) =>
    e.source === 'upstream' && (e.type === 'fired' || e.type === 'listener') && e.step === step;
  return untilSeen(isIt, times, work);
}

/** Resolves when this many events of the kind were recorded. */
function untilSeen(
  isIt: (event: RecordedEvent) => boolean,
  times: number,
  { events, onEvent }: Work,
): Promise<undefined> {
  return new Promise((resolve) => {
    let seen = events.filter(isIt).length;
    if (seen >= times) return resolve(undefined);
    const stop = onEvent((event) => {
      if (isIt(event)) seen += 1;
      if (seen < times) return;
      stop();
      resolve(undefined);
    });
  });
}

/** Events are recorded from within the client's own call, so nothing of it runs meanwhile. */
function stallAt(type: ClientEvent['type'], ms: number, { onEvent }: Work): void {
  const stop = onEvent((event) => {
    if (event.source !== 'client' || event.type !== type) return;
    stop();
    // Busy: a client may count the time that its process has run.
    for (const endMs = performance.now() + ms; performance.now() < endMs; );
  });
}

/** The promise's value, or the other one after the deadline or the abort. Leaves nothing behind. */
export async function within<T>(
  ms: number,
  promise: Promise<T>,
  late: () => T,
  signal?: AbortSignal,
): Promise<T> {
  let giveUp = () => {};
  const ended = new Promise<T>((resolve) => {
    giveUp = () => resolve(late());
  });
  const timer = globalThis.setTimeout(giveUp, ms);
  signal?.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([promise, ended]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUp);
  }
}
