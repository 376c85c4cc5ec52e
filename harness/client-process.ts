/** What is asked of a client's process, and recorded of it: one of its own, or that of pipewrench. */
import { setImmediate } from 'node:timers/promises';
import { nowUs } from '../kernel/clock.ts';
import type { Client, ClientDriver, ClientProcess } from './client.ts';
import type { Gap, ProgramFacts, RecordedEvent } from './event.ts';
import { heldResources } from './recorders/sockets.ts';
import { within } from './work.ts';
import type { WorkloadStep } from './workload.ts';

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

/** What is known of a program before it does anything; undefined for a client of this process. */
export function factsOf(
  { program }: ClientDriver,
  process: ClientProcess | undefined,
): ProgramFacts | undefined {
  return program && { publishes: [...(process?.publishes ?? [])] };
}

/** What is never published would be waited for until the deadline. Throws an Error. */
export function requirePublished(
  { driver, workload }: { driver: ClientDriver; workload: readonly WorkloadStep[] },
  process: ClientProcess | undefined,
): void {
  if (!process) return;
  const { publishes } = process;
  for (const step of workload) {
    if (step.kind !== 'said' || publishes.includes(step.event)) continue;
    throw new Error(
      `${driver.name} does not publish "${step.event}", which the workload waits for`,
    );
  }
}

/** Records what the client's process holds: a program, or this one. */
export function heldRecorder(
  { program }: ClientDriver,
  process: ClientProcess | undefined,
  record: (event: RecordedEvent) => void,
  gaps: Gap[],
): (moment: 'before' | 'after') => void {
  return (moment) => {
    const held = program ? heldBy(process) : heldResources();
    if (held) record({ atUs: nowUs(), source: 'resources', type: 'held', moment, ...held });
    else gaps.push({ recorder: 'resources', reason: 'the process of the client is gone' });
  };
}

function heldBy(process: ClientProcess | undefined): { descriptors: number } | undefined {
  try {
    return process && { descriptors: process.sockets() };
  } catch {
    // It is gone, and told so when it went.
    return undefined;
  }
}

/** The system calls of a client in another process; of one that was not started there are none. */
export async function addSystemCalls(
  process: ClientProcess | undefined,
  events: RecordedEvent[],
  gaps: Gap[],
): Promise<void> {
  const { calls, gap } = (await process?.finish()) ?? { calls: [], gap: 'it was not started' };
  events.push(...calls);
  if (gap !== undefined) gaps.push({ recorder: 'syscalls', reason: gap });
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
