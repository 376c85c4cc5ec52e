/**
 * Five idle minutes for real (000.10): a pool with the documents' own limits, left alone until it closes its
 * connection by itself, then used again. Prints what happened; exit code 1 when it was something else.
 */
import { subscribe } from 'node:diagnostics_channel';
import { setTimeout as afterMs } from 'node:timers/promises';
import { DnsPool } from '../clients/dns-pool/index.ts';
import { dnsTcp } from '../fake-servers/protocols/dns-tcp.ts';
import { healthy } from '../fake-servers/script.ts';
import { startUpstream } from '../fake-servers/upstream.ts';
import { clientChannelName } from '../harness/event.ts';

const idleMs = 300_000;
const sweepMs = 30_000;
/** Timers of a busy machine are late. */
const slackMs = 10_000;

const question = { name: 'a.example', type: 'A' };
const upstream = startUpstream(healthy(), dnsTcp, () => {});
const pool = new DnsPool(upstream.address);
const destroyed = new Promise<string>((resolve) => {
  subscribe(clientChannelName, (event) => {
    const { type, reason } = event as { type: string; reason: string };
    if (type === 'destroy') resolve(reason);
  });
});
await pool.query(question);
const startedMs = performance.now();
const timer = new AbortController();
const never = afterMs(idleMs + sweepMs + slackMs, 'nothing', { signal: timer.signal });
const reason = await Promise.race([destroyed, never]);
const waitedMs = performance.now() - startedMs;
timer.abort();
never.catch(() => {});
await pool.query(question);
const { created, retries, errors } = pool.stats();
await pool.close();
await upstream.stop();

const isRight =
  reason === 'idle timeout' && waitedMs >= idleMs && created === 2 && retries + errors === 0;
console.log(
  `five idle minutes: ${reason} after ${(waitedMs / 1000).toFixed(1)} s, ${created} connections, ` +
    `${retries} retries, ${errors} errors: ${isRight ? 'as documented' : 'NOT as documented'}`,
);
process.exitCode = isRight ? 0 : 1;
