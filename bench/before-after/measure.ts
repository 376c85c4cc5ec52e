/** One client against scripted upstreams: what came of it, and what it cost the kernel. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { dnsTcp } from '../../fake-servers/protocols/dns-tcp.ts';
import type { UpstreamScript } from '../../fake-servers/script.ts';
import { startUpstream } from '../../fake-servers/upstream.ts';
import type { ClientReport } from './client.ts';

const run = promisify(execFile);
const clientProgram = fileURLToPath(new URL('client.js', import.meta.url));
const outputBytesMax = 64 * 1024 * 1024;

export interface Load {
  /** How often the client is opened anew, one after the other. */
  opens: number;
  users: number;
  /** Requests of each user to each upstream, one after the other. */
  rounds: number;
  upstreams: number;
  script: UpstreamScript;
}

export interface Measured extends ClientReport {
  /** Connections that the upstreams accepted: each has taken a local port of the client's machine. */
  ports: number;
  /** Of those, the ones that the kernel still keeps in TIME_WAIT after the client is gone. */
  timeWait: number;
  /** socket(2) for IPv4, counted by strace; undefined when it was not asked for. */
  socketCalls: number | undefined;
}

/** Throws an Error with what the client said when it fails. */
export async function measure(client: string, load: Load, isTraced: boolean): Promise<Measured> {
  const tuples = new Set<string>();
  const upstreams = Array.from({ length: load.upstreams }, () =>
    startUpstream(load.script, dnsTcp, (event) => {
      if ('tuple' in event && event.tuple) tuples.add(event.tuple);
    }),
  );
  const ports = upstreams.map(({ address }) => address.port);
  const numbers = [load.opens, load.users, load.rounds, ...ports];
  const args = [clientProgram, client, ...numbers.map(String)];
  try {
    const { report, socketCalls } = isTraced ? await traced(args) : { ...(await plain(args)) };
    return { ...report, ports: tuples.size, timeWait: timeWaitOf(ports), socketCalls };
  } finally {
    await Promise.all(upstreams.map((upstream) => upstream.stop()));
  }
}

async function plain(args: readonly string[]) {
  const { stdout } = await run(process.execPath, [...args], { maxBuffer: outputBytesMax });
  return { report: JSON.parse(stdout) as ClientReport, socketCalls: undefined };
}

async function traced(args: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'pipewrench-strace-'));
  const file = join(folder, 'calls');
  try {
    const strace = ['-f', '-qq', '--seccomp-bpf', '-e', 'trace=socket', '-e', 'signal=none'];
    const all = [...strace, '-o', file, process.execPath, ...args];
    const { stdout } = await run('strace', all, { maxBuffer: outputBytesMax });
    const calls = readFileSync(file, 'utf8').split('\n');
    const socketCalls = calls.filter((line) => line.includes('socket(AF_INET,')).length;
    return { report: JSON.parse(stdout) as ClientReport, socketCalls };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The state's number in /proc/net/tcp, include/net/tcp_states.h. */
const timeWaitState = '06';

/** Either end may be the one that waits: whoever closed first. */
function timeWaitOf(ports: readonly number[]): number {
  const wanted = new Set(ports.map((port) => port.toString(16).toUpperCase().padStart(4, '0')));
  const rows = readFileSync('/proc/net/tcp', 'utf8').trim().split('\n').slice(1);
  return rows.filter((row) => {
    const [, local = '', remote = '', state] = row.trim().split(/\s+/);
    const isOurs = [local, remote].some((end) => wanted.has(end.split(':')[1] ?? ''));
    return isOurs && state === timeWaitState;
  }).length;
}
