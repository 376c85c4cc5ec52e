/** The clocks a client can be given. */
import type { Clock } from './client.ts';

export const realClock: Clock = {
  nowMs: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

export interface VirtualClock extends Clock {
  /** Runs what is due within this time, in the order in which it is due. */
  advance(ms: number): void;
}

/** A clock that stands still until it is advanced: five idle minutes take no time. */
export function virtualClock(): VirtualClock {
  let nowMs = 0;
  let alarms: { atMs: number; run: () => void }[] = [];
  return {
    nowMs: () => nowMs,
    after(delayMs, run) {
      // Time does not run backwards, whatever was asked for.
      const alarm = { atMs: nowMs + Math.max(0, delayMs), run };
      alarms.push(alarm);
      return () => {
        alarms = alarms.filter((other) => other !== alarm);
      };
    },
    advance(ms) {
      const endMs = nowMs + ms;
      for (;;) {
        // What runs may set new alarms, so the next one is looked for each time.
        const due = alarms.filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
        if (!due) break;
        nowMs = due.atMs;
        alarms = alarms.filter((alarm) => alarm !== due);
        due.run();
      }
      nowMs = endMs;
    },
  };
}
