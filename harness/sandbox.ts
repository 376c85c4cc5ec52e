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

/** Hash buckets of the namespace's table of connections: as many as a load of some thousand needs. */
const tableEntries = 4096;

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

/**
 * The kernel's table of connections is the machine's in a new namespace too, and strace(1) walks all of it
 * for each socket that it meets. A namespace made within one that asks for a small table has its own (Linux
 * 6.1). The limits that the kernel would derive from the size stay as they were. Where this cannot be had,
 * the command is run as it is.
 */
const smallerTable = `
pipewrench_net=/proc/sys/net/ipv4
pipewrench_unshare=$1
shift
{ pipewrench_waits=$(cat $pipewrench_net/tcp_max_tw_buckets) &&
  pipewrench_backlog=$(cat $pipewrench_net/tcp_max_syn_backlog) &&
  echo ${tableEntries} > $pipewrench_net/tcp_child_ehash_entries &&
  "$pipewrench_unshare" --net true; } 2>/dev/null || exec "$@"
exec "$pipewrench_unshare" --net /bin/sh -c '
  { echo $1 > $0/tcp_max_tw_buckets; echo $2 > $0/tcp_max_syn_backlog; } 2>/dev/null
  shift 2
  exec "$@"' $pipewrench_net $pipewrench_waits $pipewrench_backlog "$@"`;

/** A shell takes variables out of the environment whose names are none to it: `env` puts them back. */
function strangeVariables(): readonly string[] {
  const strange = Object.entries(process.env).filter(([name]) => !/^[A-Za-z_]\w*$/.test(name));
  return strange.length === 0 ? [] : ['env', ...strange.map(([name, value]) => `${name}=${value}`)];
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
  const unshare = findProgram('unshare') ?? 'unshare';
  const commandArgs = [
    ...args,
    ...guard,
    ...['/bin/sh', '-c', smallerTable, 'sh', unshare],
    ...strangeVariables(),
    ...inner,
  ];
  const child = spawn(unshare, commandArgs, {
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
