/**
 * The pool beside dnsperf, against one real unbound in the same run: queries in a second, their latency,
 * and what a query costs. The rounds take turns, so that what else the machine does hits both alike.
 *
 * usage: dns.js [ROUNDS [SECONDS]], or dns.js profile CASE to see where the pool's time goes.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RealServer, startServer, whyNotInstalled } from '../fake-servers/servers/start.ts';
import { enterSandbox } from '../harness/sandbox.ts';
import { findProgram } from '../kernel/programs.ts';
import { numberFrom } from './arguments.ts';
import { startChild } from './children.ts';
import { type Case, cases } from './dns/cases.ts';
import { runDnsperf } from './dns/dnsperf.ts';
import type { Load, LoadFigures } from './dns/load.ts';
import { names } from './dns/names.ts';
import { type CpuProfile, hottest } from './dns/profile.ts';
import { printCase, type Round } from './dns/report.ts';
import { unboundWithNames } from './dns/unbound.ts';
import { tableOf } from './table.ts';

/** Until the code is compiled and the connections are made. dnsperf needs none. */
const warmUp = { queries: 50_000, ms: 5000 };
const hotSpots = 25;

async function runPool(load: Load, nodeArgs: readonly string[] = []): Promise<LoadFigures> {
  const args = [JSON.stringify(load)];
  const child = startChild<LoadFigures>('./dns/load.js', { from: import.meta.url, args, nodeArgs });
  try {
    const figures = await child.next();
    await child.ended;
    return figures;
  } finally {
    await child.stop();
  }
}

async function measure(of: Case, rounds: number, seconds: number, place: Place): Promise<Round[]> {
  const { port, dataFile } = place;
  const measured: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    const load = { case: of, port, warmUp, measureMs: seconds * 1000 };
    const pool = () => runPool(load);
    const dnsperf = () => runDnsperf(of, { port, dataFile, seconds });
    // Each is first in every other round.
    if (round % 2 === 0) {
      const ours = await pool();
      measured.push({ ours, theirs: await dnsperf() });
    } else {
      const theirs = await dnsperf();
      measured.push({ ours: await pool(), theirs });
    }
  }
  return measured;
}

/** Runs the load once as `node --cpu-prof`; the profile can be opened in Chrome's developer tools. */
async function profile(of: Case, seconds: number, { port }: Place): Promise<void> {
  const folder = fileURLToPath(new URL('../profiles', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const before = new Set(readdirSync(folder));
  const nodeArgs = ['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval=200'];
  const load = { case: of, port, warmUp, measureMs: seconds * 1000 };
  const { queriesPerSecond } = await runPool(load, nodeArgs);
  const [file] = readdirSync(folder).filter((name) => !before.has(name));
  if (!file) throw new Error(`Node left no profile in ${folder}`);
  const path = join(folder, file);
  const read = JSON.parse(readFileSync(path, 'utf8')) as CpuProfile;
  console.log(`${of.name}: ${queriesPerSecond.toFixed(0)} queries/s while profiled; ${path}`);
  console.log(`node ${nodeArgs.join(' ')}: time in the function itself, waiting left out`);
  const rows = hottest(read, hotSpots).map(({ where, percent }) => [where, percent.toFixed(1)]);
  console.log(tableOf([['function', '%'], ...rows]));
}

interface Place {
  port: number;
  dataFile: string;
}

async function inPlace(work: (server: RealServer, place: Place) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pipewrench-bench-'));
  const server = await startServer(unboundWithNames);
  try {
    const dataFile = join(folder, 'names');
    writeFileSync(dataFile, names.map(({ name }) => `${name} A\n`).join(''));
    await work(server, { port: server.address.port, dataFile });
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
  }
}

function versionOfDnsperf(): string {
  const { stdout, stderr } = spawnSync('dnsperf', ['-h'], { encoding: 'utf8' });
  return /Version (\S+)/.exec(`${stdout}${stderr}`)?.[1] ?? 'of an unknown version';
}

async function compare([roundsText, secondsText]: readonly string[]): Promise<number> {
  const rounds = numberFrom(roundsText, { name: 'rounds', initial: 5, min: 1, max: 100 });
  const seconds = numberFrom(secondsText, { name: 'seconds', initial: 2, min: 0.1, max: 60 });
  let wrong = 0;
  await inPlace(async (server, place) => {
    const versions = [
      `Node ${process.version}`,
      `${server.version}, one thread`,
      `dnsperf ${versionOfDnsperf()}`,
      `kernel ${release()}`,
    ];
    console.log(versions.join(' · '));
    console.log(
      `${rounds} rounds of ${seconds} s each, in turns; the pool's process is warmed with ${warmUp.queries} queries, for ${warmUp.ms} ms at most; ${names.length} names in order`,
    );
    console.log(`load of the machine before: ${loadavg()[0]?.toFixed(2)}`);
    for (const of of cases) {
      const measured = await measure(of, rounds, seconds, place);
      printCase(of, measured);
      wrong += measured.reduce((sum, { ours }) => sum + ours.wrong, 0);
    }
  });
  return wrong === 0 ? 0 : 1;
}

async function main([mode, name, ...rest]: readonly string[]): Promise<number> {
  const why =
    whyNotInstalled(unboundWithNames) ??
    (findProgram('dnsperf') ? undefined : 'dnsperf is not installed (Debian: dnsperf)');
  if (why) {
    console.log(`skipped: the pool beside dnsperf: ${why}`);
    return 0;
  }
  if (mode !== 'profile') return compare(process.argv.slice(2));
  const of = cases.find((one) => one.name === name);
  if (!of)
    throw new RangeError(
      `expected one of ${cases.map((one) => one.name).join(', ')}, got "${name}"`,
    );
  const seconds = numberFrom(rest[0], { name: 'seconds', initial: 5, min: 0.1, max: 60 });
  await inPlace((_server, place) => profile(of, seconds, place));
  return 0;
}

process.exitCode =
  (await enterSandbox((why) => console.log(`no network namespace of its own: ${why}`))) ??
  (await main(process.argv.slice(2)));
