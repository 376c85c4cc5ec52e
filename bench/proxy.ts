/**
 * What forwarding costs, beside Toxiproxy without toxics: throughput, added latency, memory.
 *
 * The load and the server behind both proxies are one Go program (`bench/toxiproxy`), each a process of
 * its own: Go's clients take less of the machine than Node's, so more of it is left to the proxies.
 * The rounds take turns, so that what else the machine does hits all alike.
 */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startProxy } from '../fake-servers/proxy.ts';
import { healthy } from '../fake-servers/script.ts';
import { type Spread, spread } from './statistics.ts';

const rounds = 10;
const exchanges = 5000;
const mib = 512;
const idleConnections = 5000;
const goals = { throughput: 0.7, addedLatency: 1.3, idleMb: 200 };

const self = fileURLToPath(import.meta.url);
// From build/bench/, where this file runs.
const goModule = fileURLToPath(new URL('../../bench/toxiproxy/', import.meta.url));

interface Running {
  child: ChildProcessWithoutNullStreams;
  /** The first line it printed: where it listens. */
  address: string;
}

async function start(command: string, args: readonly string[]): Promise<Running> {
  const child = spawn(command, args);
  child.stderr.pipe(process.stderr);
  const lines = createInterface({ input: child.stdout });
  const [address] = await Promise.race([once(lines, 'line'), once(child, 'exit')]);
  if (typeof address !== 'string') throw new Error(`${command} ${args.join(' ')} ended at once`);
  return { child, address };
}

/** Each process ends with its standard input. */
async function stop({ child }: Running): Promise<void> {
  child.stdin.end();
  if (child.exitCode === null) await once(child, 'exit');
}

/** Runs one measurement, and returns the numbers that it printed. */
async function measure(program: string, args: readonly string[]): Promise<number[]> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const numbers: number[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => numbers.push(Number(line)));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} failed`);
  return numbers;
}

function residentMb({ child }: Running): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1000;
}

const names = ['direct', 'pipewrench', 'toxiproxy'] as const;
type Name = (typeof names)[number];
interface Measured {
  latencyUs: number;
  toServer: number;
  fromServer: number;
}

async function measureOnce(program: string, address: string): Promise<Measured> {
  const [latencyUs = Number.NaN] = await measure(program, ['latency', address, `${exchanges}`]);
  const [toServer = Number.NaN, fromServer = Number.NaN] = await measure(program, [
    'throughput',
    address,
    `${mib}`,
  ]);
  return { latencyUs, toServer, fromServer };
}

function format({ median, low, high }: Spread, digits: number): string {
  const show = (value: number) => value.toFixed(digits);
  return `${show(median)} (half between ${show(low)} and ${show(high)})`;
}

function judge(what: string, value: Spread, isKept: boolean, goal: string): void {
  console.log(`${what}: ${format(value, 2)}; goal ${goal}: ${isKept ? 'kept' : 'NOT kept'}`);
}

function printSpeed(measured: Record<Name, Measured[]>): void {
  for (const name of names) {
    const of = (key: keyof Measured, digits: number) =>
      format(spread(measured[name].map((each) => each[key])), digits);
    console.log(name);
    console.log(`  request and response  ${of('latencyUs', 1)} us`);
    console.log(`  to the server         ${of('toServer', 0)} MiB/s`);
    console.log(`  from the server       ${of('fromServer', 0)} MiB/s`);
  }
  // One number for all rounds: alone on the machine, client and server are now on one core, now on two.
  const direct = spread(measured.direct.map(({ latencyUs }) => latencyUs)).median;
  const ratios = (of: (each: Measured) => number) =>
    spread(
      measured.pipewrench.flatMap((each, round) => {
        const peer = measured.toxiproxy[round];
        return peer ? [of(each) / of(peer)] : [];
      }),
    );
  console.log('pipewrench / toxiproxy, round by round');
  for (const key of ['toServer', 'fromServer'] as const) {
    const ratio = ratios((each) => each[key]);
    const what = key === 'toServer' ? 'throughput to the server' : 'throughput from the server';
    judge(what, ratio, ratio.median >= goals.throughput, `at least ${goals.throughput}`);
  }
  const added = ratios(({ latencyUs }) => latencyUs - direct);
  judge(
    'added latency',
    added,
    added.median <= goals.addedLatency,
    `at most ${goals.addedLatency}`,
  );
}

async function printMemory(program: string, proxies: readonly [Name, Running][]): Promise<void> {
  console.log(`resident memory with ${idleConnections} idle connections`);
  for (const [name, proxy] of proxies) {
    const before = residentMb(proxy);
    const load = await start(program, ['idle', proxy.address, `${idleConnections}`]);
    const held = residentMb(proxy);
    await stop(load);
    const isKept = held < goals.idleMb ? 'kept' : 'NOT kept';
    const goal = name === 'pipewrench' ? `; goal under ${goals.idleMb} MB: ${isKept}` : '';
    console.log(`  ${name} ${held.toFixed(0)} MB (${before.toFixed(0)} MB before)${goal}`);
  }
}

async function compare(program: string): Promise<void> {
  const running: Running[] = [];
  const launch = async (command: string, args: readonly string[]) => {
    const started = await start(command, args);
    running.push(started);
    return started;
  };
  try {
    const server = await launch(program, ['server']);
    const toxiproxy = await launch(program, ['toxiproxy', server.address]);
    const pipewrench = await launch(process.execPath, [self, 'proxy', server.address]);
    const measured: Record<Name, Measured[]> = { direct: [], pipewrench: [], toxiproxy: [] };
    const targets = { direct: server, pipewrench, toxiproxy };
    for (const name of names) await measureOnce(program, targets[name].address);
    for (let round = 0; round < rounds; round++) {
      for (const name of names) {
        measured[name].push(await measureOnce(program, targets[name].address));
      }
    }
    printSpeed(measured);
    // Processes of their own again: what the load before left behind is not the connections' cost.
    const idle: [Name, Running][] = [
      ['pipewrench', await launch(process.execPath, [self, 'proxy', server.address])],
      ['toxiproxy', await launch(program, ['toxiproxy', server.address])],
    ];
    await printMemory(program, idle);
  } finally {
    await Promise.all(running.map(stop));
  }
}

/** A proxy with nothing to break. */
function proxy(to: string): void {
  const [host = '', port] = to.split(':');
  const running = startProxy(healthy(), { host, port: Number(port) }, (event) => {
    if (event.type === 'failed') console.error(event.reason);
  });
  console.log(`${running.address.host}:${running.address.port}`);
  process.stdin.resume().once('end', () => running.stop());
}

/** Undefined, and the reason printed, where there is no Go to build with. */
function buildPeer(folder: string): string | undefined {
  try {
    execFileSync('go', ['version'], { stdio: 'ignore' });
  } catch {
    console.log('skipped: Toxiproxy is built with Go, and there is no `go` in PATH');
    return undefined;
  }
  const program = join(folder, 'bench');
  execFileSync('go', ['build', '-o', program, '.'], { cwd: goModule, stdio: 'inherit' });
  return program;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pipewrench-bench-'));
  try {
    const program = buildPeer(folder);
    if (!program) return;
    console.log(`${rounds} rounds: ${exchanges} exchanges of 64 bytes, ${mib} MiB each way`);
    await compare(program);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [mode, to] = process.argv.slice(2);
await (mode === 'proxy' && to ? proxy(to) : main());
