/** A program that never ran: what strace(1) would print of it, and what is to be read from that. */
import fc from 'fast-check';
import type { SyscallEvent } from '../../harness/event.ts';
import type { Address } from '../../kernel/address.ts';
import {
  type Called,
  callInTwo,
  callLine,
  descriptor,
  endText,
  exitLine,
  forkFlags,
  quoted,
  sockaddr,
  startUs,
  threadFlags,
} from './strace.ts';

export const firstPid = 100;
export const tracedUpstream: Address = { host: '127.0.0.1', port: 5300 };

const how = fc.constantFrom('works', 'EPIPE', 'ECONNRESET', 'EAGAIN', 'EOF', 'restarted');
const on = { thread: fc.nat(), fd: fc.nat(), isSplit: fc.boolean() };

/** What a thread does next; numbers choose among what there is then. */
const step = fc.oneof(
  fc.record({ kind: fc.constantFrom('thread', 'fork', 'exit'), thread: fc.nat() }),
  fc.record({
    kind: fc.constant('connect'),
    ...on,
    way: fc.constantFrom('blocking', 'in progress', 'bound first'),
    isIpv6: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('accept'), ...on }),
  fc.record({ kind: fc.constant('write'), ...on, how, call: fc.constantFrom('write', 'sendto') }),
  fc.record({ kind: fc.constant('read'), ...on, how, call: fc.constantFrom('read', 'recvfrom') }),
  fc.record({ kind: fc.constantFrom('close', 'shutdown', 'dup', 'file'), ...on }),
);
export const programSteps = fc.array(step, { maxLength: 40 });
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

interface Open {
  tuple: string;
  side: 'client' | 'upstream';
  /** As strace shows it. */
  shown: { local: Address; remote?: Address };
}

type Table = Map<number, Open>;

interface Thread {
  tid: number;
  pid: number;
  table: Table;
}

export interface Printed {
  lines: string[];
  events: SyscallEvent[];
}

/** Nothing of it may be taken for the end of the call. */
const sample = 'a) = 5 "\n';

interface Outcome {
  result: string;
  bytes?: number;
  error?: string;
}

function outcomeOf(outcome: string, isRead: boolean): Outcome {
  const all = { result: String(sample.length), bytes: sample.length };
  if (outcome === 'works') return all;
  if (outcome === 'EOF') return isRead ? { result: '0', bytes: 0, error: 'EOF' } : all;
  if (outcome === 'restarted')
    return { result: '? ERESTARTSYS (To be restarted if SA_RESTART is set)' };
  return { result: `-1 ${outcome} (in words)`, error: outcome };
}

/** strace names a thread in each line from when it has seen a second one until only one is left. */
export function printed(steps: readonly Step[]): Printed {
  const lines: string[] = [];
  const events: SyscallEvent[] = [];
  let threads: Thread[] = [{ tid: firstPid, pid: firstPid, table: new Map() }];
  let isNamed = false;
  let at = 0;
  let nextTid = 101;
  let nextPort = 40_001;
  let nextInode = 9000;

  const named = ({ tid }: Thread) => (isNamed ? { pid: tid } : {});
  const freeFd = (table: Table) => {
    let fd = 3;
    while (table.has(fd)) fd += 1;
    return fd;
  };
  const noise = (thread: Thread) =>
    callLine({ pid: thread.tid, at, call: 'read', args: ['0</dev/tty>', '""', '1'], result: '0' });
  const print = (thread: Thread, called: Omit<Called, 'pid' | 'at'>, isSplit = false): number => {
    at += 100;
    const whole = { ...named(thread), at, ...called };
    const other = threads.find((one) => one !== thread);
    if (isSplit && isNamed && other) {
      const [first, second] = callInTwo(whole, 1);
      lines.push(first, noise(other), second);
    } else lines.push(callLine(whole));
    return startUs + at;
  };
  const tell = (
    thread: Thread,
    { tuple, side }: Open,
    event: { atUs: number; call: string; bytes?: number; error?: string },
  ) =>
    events.push({
      source: 'syscalls',
      type: 'call',
      tuple,
      ...(side === 'upstream' && { side }),
      tookUs: 10,
      pid: thread.pid,
      ...event,
    });

  const born = (thread: Thread, isThread: boolean) => {
    const tid = nextTid;
    nextTid += 1;
    const flags = isThread ? threadFlags : forkFlags;
    print(thread, { call: 'clone', args: ['child_stack=NULL', flags], result: String(tid) });
    const table = isThread ? thread.table : new Map(thread.table);
    const child = { tid, pid: isThread ? thread.pid : tid, table };
    threads.push(child);
    isNamed = true;
    lines.push(noise(child));
  };

  const connect = (thread: Thread, { way, isIpv6, isSplit }: Extract<Step, { way: unknown }>) => {
    const host = isIpv6 ? '::1' : '127.0.0.1';
    const local = { host, port: nextPort };
    const remote = { host, port: tracedUpstream.port };
    const inode = String(nextInode);
    nextPort += 1;
    nextInode += 1;
    const fd = freeFd(thread.table);
    const isBound = way === 'bound first';
    if (isBound) {
      const args = [descriptor(fd, inode), sockaddr(local), '16'];
      print(thread, { call: 'bind', args, result: '0' });
    }
    const isBlocking = way !== 'in progress';
    const before = isBound ? descriptor(fd, { local }) : descriptor(fd, inode);
    const result = isBlocking ? '0' : '-1 EINPROGRESS (Operation now in progress)';
    const args = [before, sockaddr(remote), '16'];
    const atUs = print(thread, { call: 'connect', args, result }, isSplit);
    const shown = isBound ? { local } : { local, remote };
    const open = { tuple: `${endText(local)}->${endText(remote)}`, side: 'client', shown } as const;
    thread.table.set(fd, open);
    tell(thread, open, { atUs, call: 'connect', ...(!isBlocking && { error: 'EINPROGRESS' }) });
    // The first call after it shows the port.
    const name = [descriptor(fd, shown), sockaddr(local), '[16]'];
    print(thread, { call: 'getsockname', args: name, result: '0' });
  };

  const accept = (thread: Thread, { isSplit }: { isSplit: boolean }) => {
    const remote = { host: '127.0.0.1', port: nextPort };
    nextPort += 1;
    const fd = freeFd(thread.table);
    const shown = { local: tracedUpstream, remote };
    const listener = descriptor(90, { local: tracedUpstream });
    const args = [listener, sockaddr(remote), '[16]', 'SOCK_CLOEXEC'];
    const result = descriptor(fd, shown);
    const atUs = print(thread, { call: 'accept4', args, result }, isSplit) + 10;
    const tuple = `${endText(remote)}->${endText(tracedUpstream)}`;
    const open = { tuple, side: 'upstream', shown } as const;
    thread.table.set(fd, open);
    tell(thread, open, { atUs, call: 'accept' });
  };

  const transfer = (
    thread: Thread,
    fd: number,
    open: Open,
    { kind, how: outcome, call, isSplit }: Extract<Step, { how: unknown }>,
  ) => {
    const isRead = kind === 'read';
    const { result, bytes, error } = outcomeOf(outcome, isRead);
    const data = bytes === undefined ? '0x7f' : quoted(sample.slice(0, bytes));
    const rest = call === 'recvfrom' || call === 'sendto' ? ['0', 'NULL', '0'] : [];
    const args = [descriptor(fd, open.shown), data, '512', ...rest];
    const atUs = print(thread, { call, args, result }, isSplit);
    if (outcome === 'restarted') return;
    tell(thread, open, {
      atUs: isRead || error !== undefined ? atUs + 10 : atUs,
      call,
      ...(bytes !== undefined && { bytes }),
      ...(error !== undefined && { error }),
    });
  };

  const plain = (thread: Thread, fd: number, open: Open, call: string, isSplit: boolean) => {
    const shown = descriptor(fd, open.shown);
    if (call === 'dup') {
      const copy = freeFd(thread.table);
      print(thread, { call, args: [shown], result: descriptor(copy, open.shown) }, isSplit);
      thread.table.set(copy, open);
      return;
    }
    if (call === 'file') {
      // The descriptor was closed by a call that is not traced, and a file has its number now.
      thread.table.delete(fd);
      print(thread, { call: 'read', args: [`${fd}</tmp/x>`, '"a"', '1'], result: '1' });
      return;
    }
    const args = call === 'shutdown' ? [shown, 'SHUT_WR'] : [shown];
    const atUs = print(thread, { call, args, result: '0' }, isSplit);
    if (call === 'close') thread.table.delete(fd);
    tell(thread, open, { atUs, call });
  };

  const exit = (thread: Thread) => {
    if (threads.length === 1) return;
    at += 100;
    lines.push(exitLine(thread.tid, at));
    threads = threads.filter((one) => one !== thread);
    if (threads.length === 1) isNamed = false;
  };

  const onSocket = (thread: Thread, one: Extract<Step, { fd: unknown }>) => {
    const fds = [...thread.table.keys()];
    const fd = fds[one.fd % fds.length];
    const open = fd === undefined ? undefined : thread.table.get(fd);
    if (fd === undefined || !open) return;
    if ('how' in one) transfer(thread, fd, open, one);
    else plain(thread, fd, open, one.kind, one.isSplit);
  };
  const play = (thread: Thread, one: Step) => {
    if (one.kind === 'exit') exit(thread);
    else if ('way' in one) connect(thread, one);
    else if (!('fd' in one)) born(thread, one.kind === 'thread');
    else if (one.kind === 'accept') accept(thread, one);
    else onSocket(thread, one);
  };
  for (const one of steps) {
    const thread = threads[one.thread % threads.length];
    if (thread) play(thread, one);
  }
  return { lines, events: events.sort((a, b) => a.atUs - b.atUs) };
}
