/**
 * The client's side, in a process of its own, so that its system calls can be counted: asks each upstream
 * as many times as it is told, and prints what came of it. usage: client.js CLIENT OPENS USERS ROUNDS PORT...
 */
import { clients } from '../../clients/index.ts';
import type { Client } from '../../harness/client.ts';
import { realClock } from '../../harness/clocks.ts';
import { findClient } from '../../harness/load-client.ts';

export interface ClientReport {
  answered: number;
  /** By code. */
  failed: Record<string, number>;
  /** Of each user's requests to an upstream, one after the other, in milliseconds. */
  latenciesMs: number[][];
}

const [name = '', opens, users, rounds, ...ports] = process.argv.slice(2);
const driver = findClient(name, clients);
const targets = ports.map((port) => ({ host: '127.0.0.1', port: Number(port) }));
const open = (target: (typeof targets)[number]) =>
  driver.open(target, { clock: realClock, protocol: 'dns-tcp', targets: [target], settings: {} });
const report: ClientReport = { answered: 0, failed: {}, latenciesMs: [] };

async function ask(client: Client, host: string, latencies: number[]) {
  const startedMs = performance.now();
  try {
    await client.request({ kind: 'query', name: host, type: 'A' });
    report.answered += 1;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN';
    report.failed[code] = (report.failed[code] ?? 0) + 1;
  }
  latencies.push(performance.now() - startedMs);
}

async function user(number: number, opened: readonly Client[]): Promise<void> {
  await Promise.all(
    opened.map(async (client, upstream) => {
      const latencies: number[] = [];
      report.latenciesMs.push(latencies);
      for (let round = 0; round < Number(rounds); round++) {
        await ask(client, `u${number}.r${round}.s${upstream}.example`, latencies);
      }
    }),
  );
}

for (let i = 0; i < Number(opens); i++) {
  const opened = targets.map(open);
  await Promise.all(Array.from({ length: Number(users) }, (_, number) => user(number, opened)));
  await Promise.all(opened.map((client) => client.close()));
}
console.log(JSON.stringify(report));
