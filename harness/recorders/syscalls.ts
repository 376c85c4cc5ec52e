/** The system calls of a child process, recorded from outside by strace(1). */
import { spawnSync } from 'node:child_process';
import type { Readable } from 'node:stream';
import { findProgram } from '../../kernel/programs.ts';
import type { SyscallEvent } from '../event.ts';
import { type CallLog, callLog } from './syscalls/log.ts';
import { readLines } from './syscalls/read.ts';
import type { SyscallStream, SyscallTap, WatchedCalls } from './syscalls-tap.ts';

/** Where strace writes, and where the standard error of the command is kept meanwhile. */
const traceFd = 3;
const keptFd = 9;

/** Bytes of a string that strace shows: a marker must stand within them. */
const shownBytesMax = 256;

/** How long a reply that was read, or the end of the program, may take to be shown. Milliseconds. */
const barrierMs = 5000;

/**
 * What tells about connections, whose descriptor is whose, and which thread is whose. Calls that wait
 * (poll, epoll) are the most frequent ones and tell nothing. Nor do socket(2) and setsockopt(2), and they are
 * the dearest: as long as a socket is not connected, strace looks through all of the machine's for its ends at
 * each call. `?`: where the machine has it.
 */
const tracedCalls = [
  ...['bind', 'connect', 'accept', 'accept4', 'getsockname', 'getsockopt', 'shutdown'],
  ...['recvfrom', 'recvmsg', 'recvmmsg', 'sendto', 'sendmsg', 'sendmmsg'],
  ...['?recv', '?send', '?socketcall'],
  ...['read', 'write', 'readv', 'writev', '?sendfile', '?sendfile64', 'splice', 'close'],
  ...['dup', '?dup2', 'dup3', '?fork', '?vfork', 'clone', '?clone3'],
  ...['?io_uring_setup', '?io_uring_enter'],
].join(',');

/**
 * `-D`: the process that is started is the command itself, and strace its grandchild. The filter of
 * `--seccomp-bpf` stops the command at these calls alone. A pipe of Node is a socket and cannot be opened
 * by its name, so strace is given it as standard error, and the command gets its own one back.
 */
function wrapper(strace: string): readonly string[] {
  const outer = `echo "pid $$" >&${traceFd}; exec ${keptFd}>&2 2>&${traceFd} ${traceFd}>&-; exec "$@"`;
  const inner = `exec 2>&${keptFd} ${keptFd}>&-; exec "$@"`;
  const options = ['-DD', '-f', '--seccomp-bpf', '-q', '-I3', '-yy', '-ttt', '-T'];
  const selection = [
    '-s',
    String(shownBytesMax),
    '-e',
    'signal=none',
    '-e',
    `trace=${tracedCalls}`,
  ];
  return [
    '/bin/sh',
    '-c',
    outer,
    'sh',
    strace,
    ...options,
    ...selection,
    '--',
    '/bin/sh',
    '-c',
    inner,
    'sh',
  ];
}

/** The version line of strace, or undefined when it is not installed. */
export function straceVersion(): string | undefined {
  const strace = findProgram('strace');
  return strace && spawnSync(strace, ['--version'], { encoding: 'utf8' }).stdout.split('\n')[0];
}

/** The recorder, or why strace cannot be used here, in words for the user. */
export function tapSyscalls(): SyscallTap | { unavailable: string } {
  const strace = findProgram('strace');
  if (!strace) {
    return { unavailable: 'strace is not installed; `pipewrench doctor` tells how to get it' };
  }
  const [shell = '', ...args] = wrapper(strace);
  const tried = spawnSync(shell, [...args, '/bin/sh', '-c', ':'], {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const shown = tried.output?.[traceFd] ?? '';
  if (tried.status !== 0 || !shown.includes('+++ exited with 0 +++')) {
    const said = [...shown.matchAll(/^.*strace: (.*)$/gm)].map(([, text]) => text);
    return { unavailable: `strace cannot be used here: ${said.join('; ') || shown.trim()}` };
  }
  return {
    wrap: (command) => [...wrapper(strace), ...command],
    fd: traceFd,
    read: (stream, ports) => barriers(stream, ports),
  };
}

/** What strace writes, from the line on that says what is traced. */
export function readCalls(
  stream: Readable,
  options: { ports?: () => readonly number[]; onWrite?: (bytes: string, count: number) => void },
  onEnd: () => void = () => {},
): CallLog {
  let first: number | undefined;
  const log = callLog({ ...options, first: () => first });
  const onLine = (line: string) => {
    const [, digits] = (first === undefined && /^pid (\d+)$/.exec(line)) || [];
    if (digits === undefined) log.line(line);
    else first = Number(digits);
  };
  readLines(stream, onLine, onEnd);
  return log;
}

/** How many calls there were until what was waited for. */
interface Ended {
  count: number;
}

/** A write that was shown. */
interface Write extends Ended {
  bytes: string;
}

interface Missing {
  missing: string;
}

/** The last ones: who waits for one has only just read it. */
const writesMax = 4096;

function barriers(stream: Readable, ports: () => readonly number[]): SyscallStream {
  let writes: Write[] = [];
  let hasEnded = false;
  const watchers = new Set<() => void>();
  const changed = () => {
    for (const look of watchers) look();
  };
  const onWrite = (bytes: string, count: number) => {
    writes.push({ bytes, count });
    if (writes.length > writesMax) writes = writes.slice(-writesMax / 2);
    changed();
  };
  const onEnd = () => {
    hasEnded = true;
    changed();
  };
  const log = readCalls(stream, { ports, onWrite }, onEnd);

  /** As soon as `find` finds it; at the latest when it has had its time. */
  const awaited = <Found>(find: () => Found | Missing | undefined, what: string) =>
    new Promise<Found | Missing>((resolve) => {
      const settle = (outcome: Found | Missing) => {
        clearTimeout(timer);
        watchers.delete(look);
        resolve(outcome);
      };
      const look = () => {
        const found = find();
        if (found !== undefined) settle(found);
      };
      const missing = `strace did not show ${what} within ${barrierMs} ms`;
      const timer = setTimeout(() => settle({ missing }), barrierMs);
      watchers.add(look);
      look();
    });

  const written = (marker: string) => {
    const wanted = Buffer.from(marker).toString('latin1').slice(0, shownBytesMax);
    return (): Write | Missing | undefined => {
      const index = writes.findIndex(({ bytes }) => bytes.includes(wanted));
      const found = writes[index];
      if (found) writes = writes.slice(index + 1);
      else if (hasEnded) return { missing: `strace ended before it showed ${marker}` };
      return found;
    };
  };

  const ended = (): Ended | Missing | undefined => {
    if (!hasEnded) return undefined;
    const alive = log.alive();
    if (alive.length === 0) return { count: log.count() };
    return { missing: `strace ended before it showed the end of process ${alive.join(', ')}` };
  };

  const taken = (end: Ended | Missing): WatchedCalls => {
    const [count, missing] = 'missing' in end ? [log.count(), end.missing] : [end.count];
    const calls: SyscallEvent[] = log.take(count);
    const reasons = [missing, log.takeGap()].filter((reason) => reason !== undefined);
    return reasons.length === 0 ? { calls } : { calls, gap: reasons.join('; ') };
  };

  return {
    until: async (marker) => taken(await awaited(written(marker), marker)),
    untilEnd: async () => taken(await awaited(ended, 'the end of the program')),
  };
}
