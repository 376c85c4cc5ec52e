/** What `serve` tells: the events of the upstream, and a few of its own. */
import type { UpstreamEvent } from '../../event.ts';

/** Who opened a gate. */
export type Opener = 'keyboard' | 'stdin' | 'control';

interface Own {
  /** Microseconds since the epoch. */
  atUs: number;
  source: 'serve';
}

export type ServeEvent =
  | UpstreamEvent
  | (Own & { type: 'control'; address: string })
  | (Own & { type: 'gate'; gate: string; by: Opener })
  /** Older events are no longer kept. */
  | (Own & { type: 'forgotten'; events: number })
  | (Own & { type: 'summary' } & Totals);

export interface Totals {
  /** Accepted. */
  connections: number;
  stepsFired: number;
  stepsNeverFired: number;
}

export interface Journal {
  add(event: ServeEvent): void;
  /** The last ones, the oldest first. */
  events(): ServeEvent[];
}

const keptMax = 10_000;

/** Keeps the last events: `serve` may run for days. */
export function journal(keptEventsMax = keptMax): Journal {
  let kept: ServeEvent[] = [];
  let forgotten = 0;
  return {
    add(event) {
      kept.push(event);
      // Seldom, because it moves all of them.
      if (kept.length < 2 * keptEventsMax) return;
      forgotten += kept.length - keptEventsMax;
      kept = kept.slice(-keptEventsMax);
    },
    events() {
      const last = kept.slice(-keptEventsMax);
      const missing = forgotten + kept.length - last.length;
      const [first] = last;
      if (missing === 0 || !first) return last;
      return [{ atUs: first.atUs, source: 'serve', type: 'forgotten', events: missing }, ...last];
    },
  };
}
