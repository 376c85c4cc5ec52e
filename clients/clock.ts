/** Where a client's time comes from. */

export interface Clock {
  /** Milliseconds, monotonic. */
  nowMs(): number;
  /** Runs once after the delay. Returns a function that cancels. */
  after(delayMs: number, run: () => void): () => void;
}

export const realClock: Clock = {
  nowMs: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
