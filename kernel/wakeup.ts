/**
 * Turns the event loop when an epoll has something to report: how a second epoll lives beside Node's.
 *
 * An epoll descriptor can itself be polled, epoll(7). Node's event loop is asked to do so through libuv;
 * a wait then costs no thread, no timer and no look in vain. Where it cannot be asked (in a worker
 * thread, whose loop cannot be found, or where libuv's symbols are hidden), a thread of libuv's pool
 * waits.
 */
import { isMainThread } from 'node:worker_threads';
import { libuv, pollCall } from './libc.ts';

const UV_POLL = 8;
const UV_READABLE = 1;
const POLLIN = 1;

/**
 * How long it is worth looking again at once: most answers come within it, and putting a thread to
 * sleep and waking it takes as long.
 */
const spinMs = 0.1;

/** How long a thread of the pool stays in the kernel at most, so that a process that is done can exit. */
const roundMs = 50;

export interface Wakeup {
  /** Whether anybody waits: only then does the process stay for it. */
  want(isWanted: boolean): void;
}

/**
 * Calls `look` in the turns of the event loop after `epoll` has something to report. It answers whether
 * it found something.
 */
export function createWakeup(epoll: number, look: () => boolean): Wakeup {
  const schedule = createSpinner(look);
  return (isMainThread && waitOnLoop(epoll, schedule)) || waitInPool(epoll, schedule);
}

/** Returns what makes it look, on each turn of the event loop until nothing is found for a while. */
function createSpinner(look: () => boolean): () => void {
  let isScheduled = false;
  let spinUntilMs = 0;
  const schedule = () => {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(turn);
  };
  const turn = () => {
    isScheduled = false;
    const hasFound = look();
    const nowMs = performance.now();
    if (hasFound) spinUntilMs = nowMs + spinMs;
    if (nowMs < spinUntilMs) schedule();
  };
  return schedule;
}

/** `schedule` does no more than setImmediate: a callback of libuv runs where no promise is settled. */
function waitOnLoop(epoll: number, schedule: () => void): Wakeup | undefined {
  if (!libuv) return undefined;
  const handle = libuv.allocate(Number(libuv.handleSize(UV_POLL)));
  if (libuv.pollInit(libuv.defaultLoop(), handle, epoll) !== 0) return undefined;
  if (libuv.pollStart(handle, UV_READABLE, libuv.pointerTo(schedule)) !== 0) return undefined;
  libuv.unref(handle);
  let isReferenced = false;
  const { ref, unref } = libuv;
  return {
    want(isWanted) {
      if (isWanted === isReferenced) return;
      isReferenced = isWanted;
      (isWanted ? ref : unref)(handle);
    },
  };
}

function waitInPool(epoll: number, schedule: () => void): Wakeup {
  // struct pollfd, poll(2). Unlike epoll_wait(2) it takes no report away.
  const pollfd = Buffer.alloc(8);
  pollfd.writeInt32LE(epoll, 0);
  pollfd.writeInt16LE(POLLIN, 4);
  let isNeeded = false;
  let isWaiting = false;
  const wait = () => {
    if (isWaiting || !isNeeded) return;
    isWaiting = true;
    pollCall.async(pollfd, 1, roundMs, (_error: unknown, count: number) => {
      isWaiting = false;
      if (count > 0) schedule();
      // After the look, or it would find the same report.
      setImmediate(wait);
    });
  };
  return {
    want(isWanted) {
      isNeeded = isWanted;
      wait();
    },
  };
}
