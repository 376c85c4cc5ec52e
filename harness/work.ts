/** Works through a workload: makes the requests, waits for what it says to wait for. */
import { setImmediate } from 'node:timers/promises';
import { nowUs } from '../kernel/clock.ts';
import type { Client, Clock } from './client.ts';
import type { VirtualClock } from './clocks.ts';
import type { Operation, Outcome, RecordedEvent, TcpState } from './event.ts';
import type { RunningUpstream } from './upstream.ts';
import { explainWorkloadStep, hasReached, type WorkloadStep } from './workload.ts';

export interface Work {
  client: Client;
  upstream: RunningUpstream;
  clock: Clock | VirtualClock;
  deadlineMs: number;
  signal: AbortSignal;
  record: (event: RecordedEvent) => void;
  /** Everything recorded so far. */
  events: readonly RecordedEvent[];
  /** Calls the listener after each recorded event, until the returned function is called. */
  onEvent: (listener: () => void) => () => void;
  /** The kernel's state of the client's end of a connection. */
  clientState: (tuple: string) => TcpState;
  /** Records the kernel states that have changed. */
  sample: () => void;
}

/**
 * Never throws for what a client does: outcomes are recorded. A wait that ends at its deadline is
 * recorded as `stuck` and the rest of the workload is left out, as it is after an abort. Between two steps no turn of the
 * event loop passes unless a step waits for one.
 */
export async function workThrough(steps: readonly WorkloadStep[], work: Work): Promise<void> {
  let requests = 0;
  const operate = (operation: Operation) => {
    requests += 1;
    return perform(requests, operation, work);
  };
  for (const step of steps) {
    if (work.signal.aborted) return;
    const text = explainWorkloadStep(step);
    // Requests are recorded one by one, with their numbers.
    if (step.kind !== 'operate' && step.kind !== 'together') {
      work.record({ atUs: nowUs(), source: 'workload', type: 'step', text });
    }
    const missing = await takeStep(step, work, operate);
    work.sample();
    if (missing && !work.signal.aborted) return stuck(work, `gave up to ${text}: ${missing}`);
  }
}

/** Returns why the step could not be finished, or undefined. */
async function takeStep(
  step: WorkloadStep,
  work: Work,
  operate: (operation: Operation) => Promise<void>,
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
    case 'open-gate':
      return within(
        deadlineMs,
        upstream.openGate(step.gate).then(() => undefined),
        late,
        signal,
      );
    case 'fired':
      return within(deadlineMs, untilFired(step.step, step.times, work), late, signal);
    case 'client-state':
      return untilClientState(step.state, work);
    case 'advance':
      if (!('advance' in clock)) return "the scenario's clock is real; set `clock: 'virtual'`";
      clock.advance(step.ms);
      return undefined;
  }
}

function stuck({ record }: Work, text: string): void {
  record({ atUs: nowUs(), source: 'workload', type: 'stuck', text });
}

async function perform(request: number, operation: Operation, work: Work): Promise<void> {
  const { client, deadlineMs, record } = work;
  record({ atUs: nowUs(), source: 'workload', type: 'request', request, operation });
  const outcome = await within<Outcome>(
    deadlineMs,
    start(client, operation).then(
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
async function start(client: Client, operation: Operation): Promise<string> {
  return client.request(operation);
}

function describeError(error: unknown): { error: string; message: string } {
  if (!(error instanceof Error)) return { error: 'UNKNOWN', message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return { error: code, message: error.message };
}

function untilFired(step: string, times: number, { events, onEvent }: Work): Promise<undefined> {
  return new Promise((resolve) => {
    const hasFired = () =>
      events.filter((e) => e.source === 'upstream' && e.type === 'fired' && e.step === step)
        .length >= times;
    if (hasFired()) return resolve(undefined);
    const stop = onEvent(() => {
      if (!hasFired()) return;
      stop();
      resolve(undefined);
    });
  });
}

/** The kernel reports no event for it, so its answer is asked for once a turn of the event loop. */
async function untilClientState(wanted: TcpState, work: Work): Promise<string | undefined> {
  const { clientState, deadlineMs, sample } = work;
  const endUs = nowUs() + deadlineMs * 1000;
  sample();
  for (;;) {
    const states = brokenConnections(work).map(clientState);
    if (states.length > 0 && states.every((state) => hasReached(state, wanted))) break;
    if (nowUs() > endUs || work.signal.aborted) {
      return states.length === 0
        ? 'the upstream broke no connection'
        : `the broken connections are in ${states.join(', ')}`;
    }
    await setImmediate();
  }
  sample();
  // One turn to come to the poll phase, one to be sure that it is over.
  await setImmediate();
  await setImmediate();
  return undefined;
}

/** Those on which the upstream's script has sent a FIN or an RST. */
function brokenConnections({ events }: Work): string[] {
  const tuples = events.flatMap((event) => {
    if (event.source !== 'upstream' || event.type !== 'fired') return [];
    return event.receipt && event.receipt.segment !== 'DATA' ? [event.tuple] : [];
  });
  return [...new Set(tuples)];
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
  const timer = setTimeout(giveUp, ms);
  signal?.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([promise, ended]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUp);
  }
}
