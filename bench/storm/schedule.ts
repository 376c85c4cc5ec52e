/** When the users of the storm ask, and when all of them are silent, so that connections become idle. */
import { setTimeout as afterMs } from 'node:timers/promises';

const periodMs = 4000;
const lullMs = 700;

/** Milliseconds until the lull is over, by a time since the beginning; 0 when there is none. */
export function lullLeftMs(sinceStartMs: number): number {
  const intoPeriodMs = sinceStartMs % periodMs;
  return intoPeriodMs < periodMs - lullMs ? 0 : periodMs - intoPeriodMs;
}

export class Schedule {
  readonly #startMs = performance.now();
  readonly #endMs: number;
  #lull: Promise<unknown> | undefined;

  constructor(durationMs: number) {
    this.#endMs = this.#startMs + durationMs;
  }

  get isOver(): boolean {
    return performance.now() >= this.#endMs;
  }

  /** Resolves when it is time to ask. All users wait for the same timer. */
  async turn(): Promise<void> {
    const leftMs = lullLeftMs(performance.now() - this.#startMs);
    if (leftMs === 0) return;
    this.#lull ??= afterMs(leftMs).then(() => {
      this.#lull = undefined;
    });
    await this.#lull;
  }
}
