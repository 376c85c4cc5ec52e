/** Waiting for what has no event, without sleeping. */
import { setImmediate, setTimeout } from 'node:timers/promises';

/** More than enough on any machine: that it is not reached is not the subject. */
const deadlineMs = 20_000;
/** Between two looks at what takes longer than a few turns; it leaves the processor to what is waited for. */
const pauseMs = 1;

/** Looks once in each turn of the event loop, then now and then. Throws when it does not come true. */
export async function until(what: string, isTrue: () => boolean): Promise<void> {
  const startedMs = performance.now();
  for (let looks = 0; !isTrue(); looks++) {
    if (performance.now() - startedMs > deadlineMs) {
      throw new Error(`waited ${deadlineMs} ms in vain until ${what}`);
    }
    await (looks < 50 ? setImmediate() : setTimeout(pauseMs));
  }
}

/** Lets the event loop turn, so that whatever wants to happen can happen. */
export async function turns(count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn++) await setImmediate();
}

/** Lets pending promise callbacks run without a turn of the event loop. */
export async function microtasks(count = 20): Promise<void> {
  for (let task = 0; task < count; task++) await Promise.resolve();
}
