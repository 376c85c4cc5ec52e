/** Programs of the tests, as clients. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client, OpenOptions } from '../../harness/client.ts';
import { realClock } from '../../harness/clocks.ts';
import { clientChannelName, type RecordedEvent } from '../../harness/event.ts';
import { type ProgramInfo, programDriver } from '../../harness/programs/host.ts';
import type { TapOrWhyNot } from '../../harness/recorders/syscalls-tap.ts';
import { findProgram } from '../../kernel/programs.ts';
import { rootFolder } from './cli.ts';

const oddFile = fileURLToPath(new URL('./programs/odd.js', import.meta.url));

/** @param way How it is broken, see programs/odd.ts; `other` is not what its driver says. */
export const odd = (way = 'good') => [process.execPath, oddFile, way];

export const perlFile = join(rootFolder, 'test/support/programs/perl-dns');
export const whyNoPerl = findProgram('perl') ? false : 'perl is not installed';

const oddInfo: ProgramInfo = {
  name: 'odd',
  description: 'breaks the protocol on request',
  protocols: ['dns-tcp', 'raw'],
  operations: ['query'],
  isPool: true,
};

export const untapped: TapOrWhyNot = { unavailable: 'not wanted' };

export const oddDriver = (way = 'good', tap: TapOrWhyNot = untapped) =>
  programDriver(
    { ...oddInfo, isPool: way === 'good' || way === 'other' },
    async () => odd(way),
    tap,
  );

const target = { host: '127.0.0.1', port: 1 };

export const openOptions = (changes: Partial<OpenOptions> = {}): OpenOptions => ({
  clock: realClock,
  protocol: 'raw',
  targets: [target],
  settings: {},
  ...changes,
});

/** A client of its own execution, and what it was said to have crashed of. */
export async function opened(
  driver: ReturnType<typeof oddDriver>,
  changes: Partial<OpenOptions> = {},
) {
  const process = await driver.program.start();
  const crashes: string[] = [];
  const onCrash = ({ message, cause }: Error) =>
    crashes.push(cause instanceof Error ? `${message}: ${cause.message}` : message);
  const client = driver.open(target, openOptions({ onCrash, ...changes }));
  return { process, client, crashes };
}

export const ask = (client: Client, name: string, signal = new AbortController().signal) =>
  client.request({ kind: 'query', name, type: 'A' }, { signal });

/** What is published on the diagnostics channel until the returned function is called. */
export function listened(): { events: RecordedEvent[]; stop: () => void } {
  const events: RecordedEvent[] = [];
  const onMessage = (message: unknown) => events.push(message as RecordedEvent);
  subscribe(clientChannelName, onMessage);
  return { events, stop: () => unsubscribe(clientChannelName, onMessage) };
}

/** Neither ended nor a zombie. */
export function isRunning(pid: number): boolean {
  if (!existsSync(`/proc/${pid}`)) return false;
  try {
    return !/^State:\s*[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    // Gone since.
    return false;
  }
}
