/** The process's descriptors are few: who finds none left waits here until one is freed. */
import { closeCall } from './libc.ts';
import { forgetDescriptor } from './reactor.ts';

/** How long until another look: descriptors are freed elsewhere too. */
const lookAgainMs = 50;

const exhausted: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']);

const starved = new Set<() => void>();

/** close(2), and wakes whoever waits for the descriptor or for a free one. */
export function closeDescriptor(fd: number): void {
  forgetDescriptor(fd);
  closeCall(fd);
  for (const wake of starved) wake();
}

/** Whether a call failed for want of a descriptor, accept(2) and socket(2), and may work later. */
export function isExhausted(errno: string): boolean {
  return exhausted.has(errno);
}

/** Resolves when a descriptor was closed here, and after a moment in any case. */
export function descriptorFreed(): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      starved.delete(wake);
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(wake, lookAgainMs);
    starved.add(wake);
  });
}
