/** Starts a real server and ends it again, by its process id. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as afterMs } from 'node:timers/promises';
import { findProgram } from '../../kernel/programs.ts';
import { TcpListener } from '../../kernel/tcp-listener.ts';
import { TcpSocket } from '../../kernel/tcp-socket.ts';
import type { ServerKind } from './kinds.ts';

export interface RealServer {
  /** Its name and what it says of its version: `nginx 1.22.1`. */
  version: string;
  address: { host: string; port: number };
  stop(): Promise<void>;
}

const readyMs = 20_000;

/** Why it cannot be started here; undefined when it can. */
export function whyNotInstalled(kind: ServerKind): string | undefined {
  if (kind.program()) return undefined;
  return `${kind.name} is not installed (Debian: ${kind.debianPackage})`;
}

function freePort(): number {
  const listener = new TcpListener({ host: '127.0.0.1', port: 0 });
  listener.close();
  return listener.address.port;
}

/** Resolves when it serves. Throws an Error with what it said when it does not start. */
export async function startServer(kind: ServerKind): Promise<RealServer> {
  const program = kind.program();
  if (!program) throw new Error(whyNotInstalled(kind));
  const folder = mkdtempSync(join(tmpdir(), 'pipewrench-'));
  const port = freePort();
  const { command = program, args } = kind.prepare(folder, port, program);
  const mortal = endingWithUs(command, args);
  const server = spawn(mortal.command, mortal.args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const said: string[] = [];
  for (const stream of [server.stdout, server.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => said.push(text));
  }
  server.once('error', (error) => said.push(error.message));
  const stop = async () => {
    await end(server);
    rmSync(folder, { recursive: true, force: true });
  };
  const saysSo = () => said.join('').includes(kind.readyText ?? '');
  if (!(await isReady(port, server, saysSo))) {
    await stop();
    throw new Error(`${kind.name} did not start: ${said.join('').trim().slice(-2000)}`);
  }
  const version = spawnSync(program, kind.versionArgs, { encoding: 'utf8' });
  const [number = 'of an unknown version'] =
    /\d+(\.\d+)+/.exec(`${version.stdout}${version.stderr}`) ?? [];
  return { version: `${kind.name} ${number}`, address: { host: '127.0.0.1', port }, stop };
}

/** However this process ends, so that nothing is left behind. */
function endingWithUs(command: string, args: string[]): { command: string; args: string[] } {
  const setpriv = findProgram('setpriv');
  if (!setpriv) return { command, args };
  return { command: setpriv, args: ['--pdeathsig', 'KILL', command, ...args] };
}

/** There is no event for it but the connection itself, and what the server says. */
async function isReady(
  port: number,
  server: ChildProcess,
  saysSo: () => boolean,
): Promise<boolean> {
  const endMs = performance.now() + readyMs;
  while (performance.now() < endMs && server.exitCode === null && server.signalCode === null) {
    if (saysSo() && (await accepts(port))) return true;
    await afterMs(20);
  }
  return false;
}

async function accepts(port: number): Promise<boolean> {
  try {
    (await TcpSocket.connect({ host: '127.0.0.1', port })).close();
    return true;
  } catch {
    return false;
  }
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null || server.pid === undefined) return;
  const ended = once(server, 'exit');
  server.kill('SIGTERM');
  const timer = setTimeout(() => server.kill('SIGKILL'), 5000);
  await ended;
  clearTimeout(timer);
}
