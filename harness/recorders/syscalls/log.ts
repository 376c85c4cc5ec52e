/** The lines of strace(1), as they come, put together into system calls on connections. */
import { formatAddress } from '../../../kernel/address.ts';
import type { Side, SyscallEvent } from '../../event.ts';
import { quotedBytes } from './arguments.ts';
import { interpret, type Told } from './interpret.ts';
import { isNameless, type Line, parseCall, parseLine, type ReturnedCall } from './line.ts';
import { tracedProcesses } from './processes.ts';
import { unknownEnd } from './reconcile.ts';
import type { Association } from './sockets.ts';

export interface CallLog {
  line(text: string): void;
  /** How many calls there have been, of which the first ones may be taken already. */
  count(): number;
  /** Those up to this number, in order of time. Taken out of the log. */
  take(count: number): SyscallEvent[];
  /** Why not everything was recorded since this was last asked; undefined when nothing was missed. */
  takeGap(): string | undefined;
  /** Ports of upstreams that have been named in a call. */
  upstreamPorts(): ReadonlySet<number>;
  /** Processes and threads that have not ended. */
  alive(): readonly number[];
}

export interface CallLogOptions {
  /** Those of upstreams. Undefined: every connection is recorded, and calls show which end is which. */
  ports?: () => readonly number[];
  /** The process that is traced first; undefined as long as it is not known. */
  first: () => number | undefined;
  /** What a process writes, to whatever descriptor, after `count` calls on connections. */
  onWrite?: (bytes: string, count: number) => void;
}

/** Some hundred bytes each: a log that is not taken may not take all the memory. */
const callsMax = 500_000;

/** Characters of a line that could not be read. */
const shownMax = 200;

const cloning = /^(?:clone3?|v?fork)$/;
const writing = /^(?:write|writev|send|sendto|sendmsg)$/;

/** The first one is kept: it tells whether a connection is missing at all. */
interface Unreadable {
  lines: number;
  first: string;
}

interface Draft extends Told {
  atUs: number;
  tookUs: number | undefined;
  pid: number;
}

export function callLog({ ports, first, onWrite }: CallLogOptions): CallLog {
  const processes = tracedProcesses(first);
  /** By thread: the calls that another one has interrupted in the output. */
  const begun = new Map<number, { atUs: number; text: string }>();
  const upstreamPorts = new Set<number>();
  const ringUsers = new Set<number>();
  let said: string[] = [];
  let drafts: Draft[] = [];
  let taken = 0;
  let unreadable: Unreadable = { lines: 0, first: '' };
  let dropped = 0;

  const notRead = (text: string) => {
    const first = unreadable.lines === 0 ? text.slice(0, shownMax) : unreadable.first;
    unreadable = { lines: unreadable.lines + 1, first };
  };

  const isBirth = (thread: number, { call, result, args }: ReturnedCall) => {
    if (!cloning.test(call)) return false;
    const child = Number(/^\d+/.exec(result)?.[0] ?? 0);
    if (child > 0) processes.cloned(thread, child, args);
    return true;
  };

  const returned = (thread: number, atUs: number, call: ReturnedCall) => {
    const process = processes.of(thread)?.process;
    if (!process || isBirth(thread, call)) return;
    if (call.call.startsWith('io_uring')) ringUsers.add(process.pid);
    for (const told of interpret(call, process.descriptors)) {
      note(told.association);
      if (drafts.length >= callsMax) dropped += 1;
      else drafts.push({ ...told, atUs, tookUs: call.tookUs, pid: process.pid });
    }
    const isWritten = writing.test(call.call) && /^\d/.test(call.result);
    if (isWritten) onWrite?.(quotedBytes(call.args), taken + drafts.length);
  };

  const note = ({ remote, local, side }: Association) => {
    const port = side === 'upstream' ? local?.port : remote.port;
    if (port !== undefined) upstreamPorts.add(port);
  };

  const see = (line: Line, thread: number) => {
    const before = begun.get(thread);
    const goesOn = line.kind === 'call' || line.kind === 'begun';
    if (goesOn && before && isNameless(before.text)) {
      notRead(before.text);
      begun.delete(thread);
    }
    switch (line.kind) {
      case 'call':
        returned(thread, line.atUs, line);
        break;
      case 'begun':
        begun.set(thread, line);
        if (cloning.test(line.call)) processes.cloning(thread, line.text);
        break;
      case 'resumed': {
        begun.delete(thread);
        const whole = before && parseCall(`${before.text}${line.text}`);
        if (whole) returned(thread, before.atUs, whole);
        else notRead(`${before?.text ?? '...'}${line.text}`);
        break;
      }
      case 'ended':
        begun.delete(thread);
        processes.ended(thread);
        break;
    }
  };

  return {
    line(text) {
      if (text === '') return;
      const line = parseLine(text);
      if (line?.kind === 'other') return;
      if (line?.kind === 'said') {
        said.push(line.text);
        return;
      }
      const found = line && processes.of(line.pid);
      if (line && found) see(line, found.thread);
      else notRead(text);
    },
    count: () => taken + drafts.length,
    take(count) {
      const wanted = drafts.slice(0, Math.max(0, count - taken));
      drafts = drafts.slice(wanted.length);
      taken += wanted.length;
      return wanted
        .flatMap((draft) => eventOf(draft, ports?.()) ?? [])
        .sort((a, b) => a.atUs - b.atUs);
    },
    takeGap() {
      const reasons = [
        ...(unreadable.lines > 0 ? [sentence(unreadable)] : []),
        ...(dropped > 0 ? [`${dropped} calls after the first ${callsMax} were not kept`] : []),
        ...[...ringUsers].map(
          (pid) => `process ${pid} uses io_uring: what it does through it is no system call`,
        ),
        ...said.map((text) => `strace said: ${text}`),
      ];
      [unreadable, dropped, said] = [{ lines: 0, first: '' }, 0, []];
      return reasons.length === 0 ? undefined : reasons.join('; ');
    },
    upstreamPorts: () => upstreamPorts,
    alive: () => processes.alive(),
  };
}

function sentence({ lines, first }: Unreadable): string {
  return `${lines} ${lines === 1 ? 'line' : 'lines'} of strace could not be read, the first: ${first}`;
}

/** Undefined for a call on a connection to somebody else. */
function eventOf(draft: Draft, ports: readonly number[] | undefined): SyscallEvent | undefined {
  const { association, call, bytes, error, tookUs, pid } = draft;
  const side = sideOf(association, ports);
  if (!side) return undefined;
  return {
    atUs: draft.atUs + (draft.isAtReturn ? (tookUs ?? 0) : 0),
    source: 'syscalls',
    type: 'call',
    call,
    tuple: tupleOf(association, side),
    ...(side === 'upstream' && { side }),
    ...(bytes !== undefined && { bytes }),
    ...(error !== undefined && { error }),
    ...(tookUs !== undefined && { tookUs }),
    pid,
  };
}

function sideOf(
  { local, remote, side }: Association,
  ports: readonly number[] | undefined,
): Side | undefined {
  if (!ports) return side ?? 'client';
  const isFromUpstream = local !== undefined && ports.includes(local.port);
  if (ports.includes(remote.port)) return isFromUpstream ? (side ?? 'client') : 'client';
  return isFromUpstream ? 'upstream' : undefined;
}

function tupleOf(association: Association, side: Side): string {
  const own = localText(association);
  const other = formatAddress(association.remote);
  return side === 'client' ? `${own}->${other}` : `${other}->${own}`;
}

function localText({ local, remote, socket }: Association): string {
  if (!local) return unknownEnd(socket.inode);
  // Who is bound to every address speaks from the one that leads there; on loopback that is known.
  if (local.host === '0.0.0.0' && remote.host.startsWith('127.'))
    return formatAddress({ ...local, host: '127.0.0.1' });
  if (local.host === '::' && remote.host === '::1') return formatAddress({ ...local, host: '::1' });
  return formatAddress(local);
}
