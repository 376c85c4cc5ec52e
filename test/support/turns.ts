/** Waiting for what has no event, without sleeping. */
import { setImmediate } from 'node:timers/promises';

const deadlineMs = 5000;

/** Looks once in each turn of the event loop. Throws when it does not come true. */
export async function until(what: string, isTrue: () => boolean): Promise<void> {
  const startedMs = performance.now();
  while (!isTrue()) {
    if (performance.now() - startedMs > deadlineMs) {
      throw new Error(`waited ${deadlineMs} ms in vain until ${what}`);
    }
    await setImmediate();
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
