/**
 * A network namespace of the run's own: no root, no port collisions, no traffic off the machine.
 *
 * The program is started again inside it. What cannot be had is said, and the run goes on without.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { bringUpLoopback } from '../kernel/loopback.ts';
import { findProgram } from '../kernel/programs.ts';

const marker = 'PIPEWRENCH_SANDBOX';

/** How far this process is kept apart, in words. */
export function sandboxState(): { isInside: boolean; text: string } {
  const text = process.env[marker];
  return text ? { isInside: true, text } : { isInside: false, text: 'none: on the machine itself' };
}

interface Way {
  text: string;
  args: string[];
}

/** The ways in, best first. */
function ways(): Way[] {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot) {
    return [
      {
        text: 'own user and network namespace',
        args: ['--user', '--map-current-user', '--keep-caps', '--net'],
      },
    ];
  }
  return [
    { text: 'own network namespace', args: ['--net'] },
    // Not as uid 0: tcpdump would try to give up rights it cannot give up there.
    {
      text: 'own user and network namespace',
      args: ['--user', '--map-user=1000', '--map-group=1000', '--keep-caps', '--net'],
    },
  ];
}

/** The way in that works on this machine, or why none does. */
function findWay(): Way | { unavailable: string } {
  const unshare = findProgram('unshare');
  if (!unshare) return { unavailable: 'unshare (util-linux) is not installed' };
  let last = '';
  for (const way of ways()) {
    const { status, stderr, error } = spawnSync(unshare, [...way.args, 'true'], {
      encoding: 'utf8',
    });
    if (status === 0) return way;
    last = error?.message ?? stderr.trim();
  }
  return { unavailable: last };
}

/**
 * Runs this program again inside a namespace, with a channel to it when `serve` is there, and resolves with its exit code; or resolves with
 * undefined when this process is the one to go on: because it is inside, or because there is no way.
 */
export async function enterSandbox(
  onUnavailable: (why: string) => void,
  serve?: (inside: ChildProcess) => void,
): Promise<number | undefined> {
  if (sandboxState().isInside) {
    bringUpLoopback();
    return undefined;
  }
  const way = findWay();
  if ('unavailable' in way) {
    onUnavailable(way.unavailable);
    return undefined;
  }
  return runInside(way, serve);
}

async function runInside(
  { args, text }: Way,
  serve: ((inside: ChildProcess) => void) | undefined,
): Promise<number> {
  const inner = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const setpriv = findProgram('setpriv');
  // So that the run ends when this process is killed outright, even if a client keeps it busy.
  const guard = setpriv ? [setpriv, '--pdeathsig', 'KILL'] : [];
  const [command = 'unshare', ...commandArgs] = [
    findProgram('unshare') ?? 'unshare',
    ...args,
    ...guard,
    ...inner,
  ];
  const child = spawn(command, commandArgs, {
    stdio: ['inherit', 'inherit', 'inherit', ...(serve ? (['ipc'] as const) : [])],
    env: { ...process.env, [marker]: text },
    // A group of its own: each signal arrives once, handed on from here, also from the terminal.
    detached: true,
  });
  serve?.(child);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  let handedOn = 0;
  // A client in a busy loop hears nothing: who asks twice gets an end.
  const handOn = (signal: NodeJS.Signals) => child.kill(handedOn++ === 0 ? signal : 'SIGKILL');
  for (const signal of signals) process.on(signal, handOn);
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  for (const name of signals) process.off(name, handOn);
  return code ?? 128 + (signal ? constants.signals[signal] : 0);
}
