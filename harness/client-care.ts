/** What keeps a client that breaks down from taking the run with it. */
import { setMaxListeners } from 'node:events';
import { nowUs } from '../kernel/clock.ts';
import type { Client, ClientDriver, OpenOptions, Target } from './client.ts';
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
  // A program that is busy with a request might take until the deadline to reply.
  if (signal.aborted) return 'stats() was not asked for any more';
  const asked = (async () => statsSchema.parse(await client.stats()))().then(
    (stats) => {
      record({ atUs: nowUs(), source: 'client', type: 'stats', stats });
      return undefined;
    },
    (error: unknown) => `stats() gave no counters: ${messageOf(error)}`,
  );
  return within(deadlineMs, asked, () => `stats() gave no counters in ${deadlineMs} ms`, signal);
}
