/**
 * Readiness of descriptors that Node does not own.
 *
 * Node can only tell that a socket is readable by reading it, which would take from the kernel the
 * very bytes a script wants left there. epoll_wait(2) reports readiness without touching the data.
 * There is one epoll in a process, and `wakeup.ts` tells when it has something to report.
 *
 * A descriptor is either waited for, once (`whenReady`), or watched (`watchDescriptor`). One that
 * nobody waits for and nobody watches costs nothing, however much it holds.
 */
import { epollCreateCall, epollCtlCall, epollWaitCall, errnoName } from './libc.ts';
import { createWakeup } from './wakeup.ts';

const EPOLLIN = 0x1;
const EPOLLPRI = 0x2;
const EPOLLOUT = 0x4;
const EPOLLERR = 0x8;
const EPOLLHUP = 0x10;
const EPOLLRDHUP = 0x2000;
const EPOLLONESHOT = 0x40000000;
const EPOLLET = 0x80000000;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLL_CTL_MOD = 3;
const EPOLL_CLOEXEC = 0o2000000;

// struct epoll_event is packed on x86-64 only, epoll_ctl(2).
const eventSize = process.arch === 'x64' ? 12 : 16;
const dataOffset = process.arch === 'x64' ? 4 : 8;
const eventCountMax = 256;

export type Interest = 'readable' | 'writable';

/** What epoll reported of a watched descriptor: bits of epoll_ctl(2). */
export const readiness = {
  /** Bytes, an end of file or an error can be read. */
  readable: EPOLLIN | EPOLLRDHUP | EPOLLERR | EPOLLHUP,
  writable: EPOLLOUT | EPOLLERR | EPOLLHUP,
  /** A short read does not mean that all is read: an end, an error or urgent data comes after it. */
  notOnlyBytes: EPOLLPRI | EPOLLRDHUP | EPOLLERR | EPOLLHUP,
  error: EPOLLERR,
  /** Both directions are shut down. */
  hungUp: EPOLLHUP,
} as const;

/**
 * Called with the bits that epoll reported; with 0 when the descriptor was given up, or when the
 * callback is called again because it asked to: it answers whether it stopped before it had to wait.
 */
export type Watcher = (events: number) => boolean;

interface Waiter {
  interest: Interest;
  wake: () => void;
}

const waitersByFd = new Map<number, Waiter[]>();
const watchersByFd = new Map<number, Watcher>();
const registered = new Set<number>();
/** Whose watchers asked to be called again, so that others have their turn in between. */
let unfinished = new Set<number>();
const scratch = Buffer.alloc(eventSize);
const ready = Buffer.alloc(eventSize * eventCountMax);
// From the start: a descriptor that appeared with the first wait would look like somebody's leak.
const epoll = epollCreateCall(EPOLL_CLOEXEC);
const wakeup = createWakeup(epoll, poll);

/**
 * Resolves when the descriptor may be read (or written) without blocking, or has an error or an end
 * of file to report, or was given up with `forgetDescriptor`. Spurious wake-ups are possible: try
 * the call again and wait again on EAGAIN. Rejects while the descriptor is watched.
 */
export function whenReady(fd: number, interest: Interest): Promise<void> {
  return new Promise((resolve) => {
    if (watchersByFd.has(fd))
      throw new Error(`descriptor ${fd} is watched: it cannot be waited for`);
    const waiters = [...(waitersByFd.get(fd) ?? []), { interest, wake: resolve }];
    // First, because it may throw: nobody would ever wake a waiter that epoll does not know.
    arm(fd, waiters);
    waitersByFd.set(fd, waiters);
    keepAwake();
  });
}

/**
 * Calls back whenever the descriptor becomes readable or writable, or gets an end or an error, and
 * once for what it is already. Edge-triggered: what was reported is not reported again before it was
 * used up (EAGAIN, or fewer bytes than asked for). Returns the function that ends it. Throws while
 * somebody waits for the descriptor or watches it.
 */
export function watchDescriptor(fd: number, watcher: Watcher): () => void {
  if (watchersByFd.has(fd) || waitersByFd.has(fd)) {
    throw new Error(`descriptor ${fd} is waited for or watched already: it cannot be watched`);
  }
  register(fd, EPOLLET | EPOLLIN | EPOLLPRI | EPOLLOUT | EPOLLRDHUP);
  watchersByFd.set(fd, watcher);
  keepAwake();
  return () => {
    if (watchersByFd.get(fd) !== watcher) return;
    watchersByFd.delete(fd);
    unregister(fd);
    keepAwake();
  };
}

/** To be called before the descriptor is closed. Wakes whoever waits for it or watches it. */
export function forgetDescriptor(fd: number): void {
  unregister(fd);
  const waiters = waitersByFd.get(fd) ?? [];
  waitersByFd.delete(fd);
  const watcher = watchersByFd.get(fd);
  watchersByFd.delete(fd);
  keepAwake();
  for (const { wake } of waiters) wake();
  watcher?.(0);
}

function arm(fd: number, waiters: readonly Waiter[]): void {
  let events = EPOLLONESHOT;
  for (const { interest } of waiters) {
    events |= interest === 'readable' ? EPOLLIN | EPOLLRDHUP : EPOLLOUT;
  }
  register(fd, events);
}

function register(fd: number, events: number): void {
  scratch.writeUInt32LE(events >>> 0, 0);
  scratch.writeInt32LE(fd, dataOffset);
  const operation = registered.has(fd) ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  if (epollCtlCall(epoll, operation, fd, scratch) === -1) {
    throw new Error(`epoll_ctl on descriptor ${fd} failed: ${errnoName()}`);
  }
  registered.add(fd);
}

function unregister(fd: number): void {
  if (registered.delete(fd)) epollCtlCall(epoll, EPOLL_CTL_DEL, fd, scratch);
}

/** The process stays as long as somebody waits, and no longer. */
function keepAwake(): void {
  wakeup.want(waitersByFd.size + watchersByFd.size > 0);
}

function poll(): boolean {
  const again = unfinished;
  if (again.size > 0) unfinished = new Set();
  const count = epollWaitCall(epoll, ready, eventCountMax, 0);
  for (let i = 0; i < count; i++) {
    dispatch(ready.readInt32LE(i * eventSize + dataOffset), ready.readUInt32LE(i * eventSize));
  }
  for (const fd of again) callWatcher(fd, 0);
  return count > 0 || unfinished.size > 0;
}

function dispatch(fd: number, events: number): void {
  if (watchersByFd.has(fd)) callWatcher(fd, events);
  else wakeWaiters(fd, events);
}

function callWatcher(fd: number, events: number): void {
  if (watchersByFd.get(fd)?.(events)) unfinished.add(fd);
}

function wakeWaiters(fd: number, events: number): void {
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
    keepAwake();
  }
  for (const { wake } of woken) wake();
}
