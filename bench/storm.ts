/**
 * A thousand users at each of three upstreams that fail in every way, all at once: each query must come
 * to an end, and to a right one, with few sockets and without memory that grows.
 *
 * usage: node --expose-gc storm.js [SECONDS [SEED]]
 */
import { release } from 'node:os';
import { DnsPool } from '../clients/dns-pool/index.ts';
import { enterSandbox } from '../harness/sandbox.ts';
import { numberFrom } from './arguments.ts';
import { type Child, startChild } from './children.ts';
import { randomFrom, seedFrom, wholeBelow } from './random.ts';
import { HeapWatch } from './storm/heap-watch.ts';
import { type Outcome, printOutcome } from './storm/report.ts';
import { Schedule } from './storm/schedule.ts';
import { SocketWatch } from './storm/socket-watch.ts';
import type { UpstreamTold } from './storm/upstream.ts';
import { Tally, useIt } from './storm/users.ts';

const upstreamCount = 3;
const usersEach = 1000;
const maxConnections = 10;
/** Short limits, so that each of them is met often. */
const limits = { queryMs: 500, queueMs: 2000, dialMs: 2000, idleMs: 3000, sweepMs: 500 };
/** For the queries that are in flight at the end: more than all limits of the pool together. */
const settleMs = 10_000;

async function portOf(child: Child<UpstreamTold>): Promise<number> {
  const { port } = await child.next();
  if (port === undefined) throw new Error('an upstream of the storm told no port');
  return port;
}

async function rage(
  children: readonly Child<UpstreamTold>[],
  durationMs: number,
  random: () => number,
): Promise<Outcome> {
  const ports = await Promise.all(children.map(portOf));
  const sockets = new SocketWatch(new Set(ports));
  const heap = new HeapWatch(durationMs);
  const schedule = new Schedule(durationMs);
  const pools = ports.map((port) => new DnsPool({ port, maxConnections, ...limits }));
  const tallies = pools.map(() => new Tally());
  let number = 0;
  const nextNumber = () => number++;
  const users = pools.flatMap((pool, index) => {
    const tally = tallies[index] ?? new Tally();
    const options = { random, schedule, nextNumber, tally };
    return Array.from({ length: usersEach }, () => useIt(pool, options));
  });
  await inTime(Promise.all(users), durationMs + settleMs);
  heap.stop();
  // Closing settles whatever is left.
  const unsettled = tallies.map((tally) => tally.asked - tally.settled);
  const stats = pools.map((pool) => pool.stats());
  await Promise.all(pools.map((pool) => pool.close()));
  const descriptorsLeft = sockets.descriptors;
  const socketsLeft = sockets.now();
  sockets.stop();
  const faults = await Promise.all(
    children.map(async (child) => {
      child.tell({ wanted: 'counts' });
      return (await child.next()).counts ?? {};
    }),
  );
  return {
    tallies,
    unsettled,
    stats,
    faults,
    sockets,
    socketsMax: upstreamCount * maxConnections,
    descriptorsLeft,
    socketsLeft,
    samplesBytes: heap.samplesBytes,
    seconds: durationMs / 1000,
  };
}

/** What has not ended by then is counted. */
async function inTime(work: Promise<unknown>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}

async function main([secondsText, seedText]: readonly string[]): Promise<number> {
  const seconds = numberFrom(secondsText, { name: 'seconds', initial: 60, min: 1, max: 3600 });
  const seed = seedFrom(seedText);
  const random = randomFrom(seed);
  console.log(
    `storm: ${usersEach} users at each of ${upstreamCount} upstreams, ${seconds} s, seed ${seed} · Node ${process.version} · kernel ${release()}`,
  );
  const children = Array.from({ length: upstreamCount }, () =>
    startChild<UpstreamTold>('./storm/upstream.js', {
      from: import.meta.url,
      args: [String(wholeBelow(random, 2 ** 32))],
    }),
  );
  try {
    return printOutcome(await rage(children, seconds * 1000, random)) ? 0 : 1;
  } finally {
    await Promise.all(children.map((child) => child.stop()));
  }
}

process.exitCode =
  (await enterSandbox((why) => console.log(`no network namespace of its own: ${why}`))) ??
  (await main(process.argv.slice(2)));
