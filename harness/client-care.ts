/** What keeps a client that breaks down from taking the run with it. */
import { setMaxListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { nowUs } from '../kernel/clock.ts';
import type { Client, ClientDriver, ClientProcess, OpenOptions, Target } from './client.ts';
import { messageOf } from './errors.ts';
import { type RecordedEvent, statsSchema } from './event.ts';
import { within } from './work.ts';

/**
 * A client that dies of an error that nobody catches, as Node's do of an unhandled `error` event, must
 * not take the run with it: it is a finding.
 */
export function watchForCrash(record: (event: RecordedEvent) => void) {
  const crashed = new AbortController();
  setMaxListeners(0, crashed.signal);
  const report = (error: unknown) => {
    record({ atUs: nowUs(), source: 'workload', type: 'crashed', text: messageOf(error) });
    crashed.abort();
  };
  const causes = ['uncaughtException', 'unhandledRejection'] as const;
  for (const cause of causes) process.on(cause, report);
  const stop = () => {
    for (const cause of causes) process.off(cause, report);
  };
  return { signal: crashed.signal, report, stop };
}

/**
 * Starts the process of a client that has one. One that cannot be started has crashed, and undefined is
 * returned.
 */
export async function startProcess(
  { program }: ClientDriver,
  onCrash: (error: unknown) => void,
): Promise<ClientProcess | undefined> {
  try {
    return await program?.start();
  } catch (error) {
    onCrash(error);
    return undefined;
  }
}

/** A client that cannot be opened has crashed; what is returned in its place answers nothing. */
export function openClient(
  driver: ClientDriver,
  target: Target,
  options: OpenOptions,
  crash: { signal: AbortSignal; report: (error: unknown) => void },
): Client {
  try {
    crash.signal.throwIfAborted();
    return driver.open(target, { ...options, onCrash: crash.report });
  } catch (error) {
    if (!crash.signal.aborted) crash.report(error);
    return {
      request: () => Promise.reject(error),
      stats: () => ({}),
      close: () => Promise.resolve(),
    };
  }
}

/** A client whose close() never ends, or throws, must not end the run. Resolves with what it did. */
export async function closeClient(
  client: Client,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const closed = (async () => client.close())().then(
    () => undefined,
    (error: unknown) => `close() threw: ${messageOf(error)}`,
  );
  const late = () => `close() did not resolve within ${deadlineMs} ms`;
  return within(deadlineMs, closed, late, signal);
}

/**
 * Counters are the client's own claim: without them only what leans on them suffers. Returns why there
 * are none.
 */
export async function recordStats(
  client: Client,
  record: (event: RecordedEvent) => void,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const asked = (async () => statsSchema.parse(await client.stats()))().then(
    (stats) => {
      record({ atUs: nowUs(), source: 'client', type: 'stats', stats });
      return undefined;
    },
    (error: unknown) => `stats() gave no counters: ${messageOf(error)}`,
  );
  return within(deadlineMs, asked, () => `stats() gave no counters in ${deadlineMs} ms`, signal);
}

/**
 * Resolves when the client could notice what its kernel has to tell. The event loop of this process
 * turns: once to come to the poll phase, once more to be sure that it is over. Another process replies to
 * a call, which it reads no earlier.
 */
export async function noticed(
  process: ClientProcess | undefined,
  client: Client,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<void> {
  await setImmediate();
  await setImmediate();
  if (!process || process.isPaused()) return;
  const replied = (async () => client.stats())().then(
    () => {},
    // Whatever is wrong with it, the next request shows.
    () => {},
  );
  await within(deadlineMs, replied, () => {}, signal);
}
