/** When idle connections are looked through. */
import type { Clock } from '../clock.ts';

/** One timer at most, and none while there is nothing to sweep, so that a process can end. */
export class Sweeper {
  readonly #clock: Clock;
  readonly #sweep: () => void;
  #cancel: (() => void) | undefined;
  #dueMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, sweep: () => void) {
    this.#clock = clock;
    this.#sweep = sweep;
  }

  /** Sweeps once, after the delay, unless that is planned for an earlier time already. */
  start(delayMs: number): void {
    const dueMs = this.#clock.nowMs() + delayMs;
    if (this.#dueMs <= dueMs) return;
    this.stop();
    this.#dueMs = dueMs;
    this.#cancel = this.#clock.after(delayMs, () => {
      this.stop();
      this.#sweep();
    });
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#dueMs = Number.POSITIVE_INFINITY;
  }
}
