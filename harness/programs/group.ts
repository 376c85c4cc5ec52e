/** The processes of a program: itself and its children, known by their process group. proc(5). */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';

/** Ids of the processes of this group, but of strace, which only looks on. */
export function membersOf(group: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => groupOf(pid) === group);
}

function groupOf(pid: number): number | undefined {
  // The name of the program may hold anything; after it: state, parent, group.
  const [, name, state, id] =
    /^\d+ \((.*)\) (\S) \d+ (\d+) /s.exec(readOf(`/proc/${pid}/stat`) ?? '') ?? [];
  return name === 'strace' || state === 'Z' ? undefined : Number(id);
}

function readOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // The process has ended since it was listed.
    return undefined;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // As above.
    return [];
  }
}

/**
 * Sockets that these processes hold, but those between processes of one machine: a runtime keeps some of
 * them for itself, as it does epoll and event descriptors and files of code.
 */
export function socketsOf(pids: readonly number[]): number {
  const inodes = pids.flatMap((pid) => {
    const local = localInodes(pid);
    return namesIn(`/proc/${pid}/fd`).flatMap((name) => {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${name}`) ?? '')?.[1];
      return inode !== undefined && !local.has(inode) ? [inode] : [];
    });
  });
  return new Set(inodes).size;
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    // Closed since it was listed.
    return undefined;
  }
}

/** Of sockets of the family AF_UNIX. */
function localInodes(pid: number): ReadonlySet<string> {
  const lines = (readOf(`/proc/${pid}/net/unix`) ?? '').split('\n').slice(1);
  return new Set(lines.flatMap((line) => line.trim().split(/\s+/)[6] ?? []));
}

/** Kill, to each of them; those that are gone are left out. */
export function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** Bit of SIGSTOP (19) in the masks of /proc/<pid>/status. */
const stopBit = 1n << 18n;

/** Stops them, and resolves when no thread of theirs runs any more. Rejects when they are gone. */
export async function stopAll(pids: readonly number[]): Promise<void> {
  signal(pids, 'SIGSTOP');
  let before: string | undefined;
  for (;;) {
    const states = pids.map(stateOf);
    if (states.every((state) => state === undefined)) throw new Error('the process is gone');
    const isStopped = states.every((state) => state === undefined || state.isStopped);
    const looks = states.map((state) => state?.looks ?? '').join();
    // Under ptrace a thread is "t" for a moment at each call; the same twice is a stop.
    if (isStopped && looks === before) return;
    before = isStopped ? looks : undefined;
    await setImmediate();
  }
}

function stateOf(pid: number): { isStopped: boolean; looks: string } | undefined {
  const threads = namesIn(`/proc/${pid}/task`).flatMap((tid) => {
    const status = readOf(`/proc/${pid}/task/${tid}/status`);
    return status === undefined ? [] : [status];
  });
  if (threads.length === 0) return undefined;
  const field = (status: string, name: string) =>
    new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status)?.[1] ?? '';
  const isPending = (status: string, name: string) =>
    (BigInt(`0x${field(status, name) || '0'}`) & stopBit) !== 0n;
  return {
    isStopped: threads.every(
      (status) =>
        /^[TtZX]$/.test(field(status, 'State')) &&
        !isPending(status, 'SigPnd') &&
        !isPending(status, 'ShdPnd'),
    ),
    looks: threads
      .map((status) => `${field(status, 'Pid')} ${field(status, 'voluntary_ctxt_switches')}`)
      .join(),
  };
}
