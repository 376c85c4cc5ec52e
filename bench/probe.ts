/**
 * What it costs to ask a healthy idle connection whether it is stale: the probe of the pool, and the one
 * that the documents describe, a read of one byte with a deadline of 1 ms, which waits all of it (a few end
 * early: Node counts a timer from the time at which it last looked at the clock).
 * Each probe is made in a turn of the event loop of its own, as most checkouts are.
 *
 * usage: probe.js [PROBES]
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { release } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Owner } from '../clients/dns-pool/connection.ts';
import { resolveOptions } from '../clients/dns-pool/options.ts';
import { StreamConnection } from '../clients/dns-pool/stream-connection.ts';
import { enterSandbox } from '../harness/sandbox.ts';
import { numberFrom } from './arguments.ts';
import { bucketsOf, percentilesOf } from './histogram.ts';
import { threeDigits } from './statistics.ts';
import { tableOf } from './table.ts';

const deadlineMs = 1;
/** Each of the slow ones takes more than a millisecond. */
const slowProbesMax = 2000;
const warmUpProbes = 2000;
const barWidth = 40;

type Probe = () => unknown;

async function microsecondsOf(probe: Probe, count: number): Promise<number[]> {
  const valuesUs: number[] = [];
  for (let made = 0; made < warmUpProbes + count; made++) {
    await nextTurn();
    const startMs = performance.now();
    const pending = probe();
    if (pending instanceof Promise) await pending;
    const us = (performance.now() - startMs) * 1000;
    if (made >= warmUpProbes) valuesUs.push(us);
  }
  return valuesUs;
}

/** Resolves with whether the byte or the end came before the deadline. */
function readWithDeadline(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = (isReadable: boolean) => {
      clearTimeout(timer);
      socket.off('readable', onReadable);
      resolve(isReadable);
    };
    const onReadable = () => finish(socket.read(1) !== null || socket.readableEnded);
    const timer = setTimeout(() => finish(false), deadlineMs);
    socket.on('readable', onReadable);
  });
}

/** Connected as the pool connects, and told nothing. */
async function openConnection(port: number): Promise<StreamConnection> {
  const nothing = () => undefined;
  return new Promise((resolve, reject) => {
    const owner: Owner = {
      dialed: (_connection, error) => (error ? reject(error) : resolve(connection)),
      answered: nothing,
      free: nothing,
      failed: nothing,
      retired: nothing,
      lost: nothing,
      dropped: nothing,
    };
    const connection = new StreamConnection(resolveOptions({ port }), owner);
  });
}

function requireHealthy(found: unknown, healthy: unknown): void {
  if (found !== healthy) throw new Error(`the probe says ${String(found)} of a healthy connection`);
}

function printHistogram(name: string, valuesUs: readonly number[]): void {
  const { p50, p99, max } = percentilesOf(valuesUs);
  const [middle, high, worst] = [p50, p99, max].map(threeDigits);
  console.log(
    `${name}: ${valuesUs.length} probes, p50 ${middle} us, p99 ${high} us, max ${worst} us`,
  );
}

/** One row for each bucket that either has, so that they can be compared. */
function printSideBySide(columns: readonly [string, readonly number[]][]): void {
  const of = columns.map(([, valuesUs]) => bucketsOf(valuesUs));
  const bounds = of.flat().map(({ fromUs, toUs }) => [fromUs, toUs] as const);
  const froms = [...new Map(bounds)].sort(([a], [b]) => a - b);
  const most = of.map((buckets) => Math.max(...buckets.map(({ count }) => count)));
  const rows = froms.map(([fromUs, toUs]) => [
    `${threeDigits(fromUs)} to ${threeDigits(toUs)}`,
    ...of.flatMap((buckets, column) => {
      const bucket = buckets.find((one) => one.fromUs === fromUs);
      if (!bucket) return ['', '', ''.padEnd(barWidth)];
      const { count, cumulativePercent } = bucket;
      const bar = '#'.repeat(Math.ceil((barWidth * count) / (most[column] ?? 1)));
      return [String(count), cumulativePercent.toFixed(2), bar.padEnd(barWidth)];
    }),
  ]);
  const heading = columns.flatMap(([name]) => ['count', 'up to, %', name.padEnd(barWidth)]);
  console.log(tableOf([['us', ...heading], ...rows]));
}

async function main([countText]: readonly string[]): Promise<number> {
  const count = numberFrom(countText, {
    name: 'probes',
    initial: 50_000,
    min: 100,
    max: 1_000_000,
  });
  const accepted: Socket[] = [];
  const server = createServer((socket) => accepted.push(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the server has no port');
  const pooled = await openConnection(bound.port);
  const plain = connect(bound.port, '127.0.0.1');
  await once(plain, 'connect');
  requireHealthy(pooled.probe(), 'nothing');
  requireHealthy(await readWithDeadline(plain), false);

  const clock = await microsecondsOf(() => undefined, count);
  const peeks = await microsecondsOf(() => pooled.probe(), count);
  const reads = await microsecondsOf(() => readWithDeadline(plain), Math.min(count, slowProbesMax));
  requireHealthy(pooled.probe(), 'nothing');

  console.log(
    `Node ${process.version} · kernel ${release()} · one probe in a turn of the event loop`,
  );
  printHistogram('the pool: recv with MSG_PEEK and MSG_DONTWAIT', peeks);
  printHistogram(`the documents: read of 1 byte with a deadline of ${deadlineMs} ms`, reads);
  printHistogram('nothing, which is what measuring costs in both', clock);
  printSideBySide([
    ['the pool', peeks],
    ['the documents', reads],
  ]);

  pooled.destroy('measured');
  plain.destroy();
  for (const socket of accepted) socket.destroy();
  server.close();
  return 0;
}

process.exitCode =
  (await enterSandbox((why) => console.log(`no network namespace of its own: ${why}`))) ??
  (await main(process.argv.slice(2)));
