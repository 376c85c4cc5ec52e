/**
 * Readiness of descriptors that Node does not own.
 *
 * Node can only tell that a socket is readable by reading it, which would take from the kernel the
 * very bytes a script wants left there. epoll_wait(2) reports readiness without touching the data: on
 * the event loop while answers come at once, on a worker thread when they take longer. Interest is
 * one-shot: a descriptor that nobody waits for costs nothing, however much it holds. There is one
 * reactor in a process, as there is one event loop.
 */
import { epollCreateCall, epollCtlCall, epollWaitCall, errnoName } from './libc.ts';

const EPOLLIN = 0x1;
const EPOLLOUT = 0x4;
const EPOLLRDHUP = 0x2000;
const EPOLLONESHOT = 0x40000000;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLL_CTL_MOD = 3;
const EPOLL_CLOEXEC = 0o2000000;

// struct epoll_event is packed on x86-64 only, epoll_ctl(2).
const eventSize = process.arch === 'x64' ? 12 : 16;
const dataOffset = process.arch === 'x64' ? 4 : 8;
const eventCountMax = 256;

/** How long a worker stays in the kernel at most, so that a process that is done can exit. */
const roundMs = 50;

/** How long after the last event it is still worth looking again at once. */
const spinMs = 1;

export type Interest = 'readable' | 'writable';

interface Waiter {
  interest: Interest;
  wake: () => void;
}

const waitersByFd = new Map<number, Waiter[]>();
const registered = new Set<number>();
const scratch = Buffer.alloc(eventSize);
// From the start: a descriptor that appeared with the first wait would look like somebody's leak.
const epoll = epollCreateCall(EPOLL_CLOEXEC);
const readyAtOnce = Buffer.alloc(eventSize * eventCountMax);
const readyOnWorker = Buffer.alloc(eventSize * eventCountMax);
let isSpinning = false;
let spinUntilMs = 0;
let isWorkerWaiting = false;

/**
 * Resolves when the descriptor may be read (or written) without blocking, or has an error or an end
 * of file to report, or was given up with `forgetDescriptor`. Spurious wake-ups are possible: try
 * the call again and wait again on EAGAIN.
 */
export function whenReady(fd: number, interest: Interest): Promise<void> {
  return new Promise((resolve) => {
    const waiters = [...(waitersByFd.get(fd) ?? []), { interest, wake: resolve }];
    // First, because it may throw: nobody would ever wake a waiter that epoll does not know.
    arm(fd, waiters);
    waitersByFd.set(fd, waiters);
    poll();
  });
}

/** To be called before the descriptor is closed. Wakes whoever waits for it. */
export function forgetDescriptor(fd: number): void {
  if (registered.delete(fd)) epollCtlCall(epoll, EPOLL_CTL_DEL, fd, scratch);
  wakeAll(fd);
}

function arm(fd: number, waiters: readonly Waiter[]): void {
  let events = EPOLLONESHOT;
  for (const { interest } of waiters) {
    events |= interest === 'readable' ? EPOLLIN | EPOLLRDHUP : EPOLLOUT;
  }
  scratch.writeUInt32LE(events, 0);
  scratch.writeInt32LE(fd, dataOffset);
  const operation = registered.has(fd) ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  if (epollCtlCall(epoll, operation, fd, scratch) === -1) {
    throw new Error(`epoll_ctl on descriptor ${fd} failed: ${errnoName()}`);
  }
  registered.add(fd);
}

/**
 * Most answers come from this very process within microseconds, and handing a wait to another thread
 * and back takes longer than that. So a wait begins with a look on every turn of the event loop, and
 * goes to the worker when nothing has come for a moment.
 */
function poll(): void {
  spinUntilMs = performance.now() + spinMs;
  if (isSpinning) return;
  isSpinning = true;
  setImmediate(spin);
}

function spin(): void {
  const count = epollWaitCall(epoll, readyAtOnce, eventCountMax, 0);
  dispatchAll(readyAtOnce, count);
  if (count > 0) spinUntilMs = performance.now() + spinMs;
  isSpinning = waitersByFd.size > 0 && performance.now() < spinUntilMs;
  if (isSpinning) setImmediate(spin);
  else waitOnWorker();
}

function waitOnWorker(): void {
  if (isWorkerWaiting || waitersByFd.size === 0) return;
  isWorkerWaiting = true;
  const ready = readyOnWorker;
  epollWaitCall.async(epoll, ready, eventCountMax, roundMs, (_error: unknown, count: number) => {
    isWorkerWaiting = false;
    dispatchAll(ready, count);
    if (count > 0) poll();
    else if (!isSpinning) waitOnWorker();
  });
}

function dispatchAll(ready: Buffer, count: number): void {
  for (let i = 0; i < count; i++) {
    dispatch(ready.readInt32LE(i * eventSize + dataOffset), ready.readUInt32LE(i * eventSize));
  }
}

function dispatch(fd: number, events: number): void {
  const waiters = waitersByFd.get(fd);
  if (!waiters) return;
  // EPOLLERR and EPOLLHUP come unasked and concern both directions.
  const isOnlyWritable = (events & ~EPOLLOUT) === 0;
  const isOnlyReadable = (events & ~(EPOLLIN | EPOLLRDHUP)) === 0;
  const [woken, kept]: [Waiter[], Waiter[]] = [[], []];
  for (const waiter of waiters) {
    const isConcerned = waiter.interest === 'readable' ? !isOnlyWritable : !isOnlyReadable;
    (isConcerned ? woken : kept).push(waiter);
  }
  if (kept.length > 0) {
    waitersByFd.set(fd, kept);
    arm(fd, kept);
  } else {
    waitersByFd.delete(fd);
  }
  for (const { wake } of woken) wake();
}

function wakeAll(fd: number): void {
  const waiters = waitersByFd.get(fd) ?? [];
  waitersByFd.delete(fd);
  for (const { wake } of waiters) wake();
}
