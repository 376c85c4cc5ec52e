/** When idle connections are looked through. */
import type { Clock } from '../clock.ts';

/** One timer at most, and none while there is nothing to sweep, so that a process can end. */
export class Sweeper {
  readonly #clock: Clock;
  readonly #sweepMs: number;
  readonly #sweep: () => void;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, sweepMs: number, sweep: () => void) {
    this.#clock = clock;
    this.#sweepMs = sweepMs;
    this.#sweep = sweep;
  }

  /** Sweeps once, after `sweepMs`. Does nothing when that is planned already. */
  start(): void {
    this.#cancel ??= this.#clock.after(this.#sweepMs, () => {
      this.#cancel = undefined;
      this.#sweep();
    });
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
