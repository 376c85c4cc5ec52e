/** Queries that found every connection in use: first come, first served, bounded both ways. */
import type { Clock } from './clock.ts';
import { queueFullError, queueTimeoutError } from './errors.ts';
import type { PendingQuery } from './pending-query.ts';

export interface QueueLimits {
  clock: Clock;
  queueMax: number;
  queueMs: number;
}

export class WaitQueue {
  readonly #limits: QueueLimits;
  readonly #address: string;
  /** In the order of arrival, with the function that ends the limit on the waiting. */
  readonly #cancelByQuery = new Map<PendingQuery, () => void>();

  constructor(limits: QueueLimits, address: string) {
    this.#limits = limits;
    this.#address = address;
  }

  get size(): number {
    return this.#cancelByQuery.size;
  }

  /** Fails the query with class `queue-full` at once, or with `queue-timeout` after `queueMs`. */
  add(pending: PendingQuery): void {
    const { clock, queueMax, queueMs } = this.#limits;
    if (this.size >= queueMax) {
      pending.fail(queueFullError(this.#address, queueMax));
      return;
    }
    const cancel = clock.after(queueMs, () => {
      this.#cancelByQuery.delete(pending);
      pending.fail(queueTimeoutError(this.#address, queueMs));
    });
    this.#cancelByQuery.set(pending, cancel);
  }

  remove(pending: PendingQuery): void {
    this.#cancelByQuery.get(pending)?.();
    this.#cancelByQuery.delete(pending);
  }

  /** Serves in order until `start` has nothing left to serve with. */
  serve(start: (pending: PendingQuery) => boolean): void {
    for (const pending of this.#cancelByQuery.keys()) {
      if (!start(pending)) return;
      this.remove(pending);
    }
  }

  /** Empties the queue and returns who was in it. */
  drain(): PendingQuery[] {
    const queries = [...this.#cancelByQuery.keys()];
    for (const pending of queries) this.remove(pending);
    return queries;
  }
}
