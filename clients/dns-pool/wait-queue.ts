/** Requests that found every connection in use: first come, first served, bounded both ways. */
import type { Clock } from '../clock.ts';
import { queueFullError, queueTimeoutError } from './errors.ts';
import type { PendingRequest } from './pending-request.ts';

export interface QueueLimits {
  clock: Clock;
  queueMax: number;
  queueMs: number;
}

export class WaitQueue {
  readonly #limits: QueueLimits;
  readonly #address: string;
  /** In the order of arrival, with the function that ends the limit on the waiting. */
  readonly #cancelByRequest = new Map<PendingRequest, () => void>();

  #isServing = false;

  constructor(limits: QueueLimits, address: string) {
    this.#limits = limits;
    this.#address = address;
  }

  get size(): number {
    return this.#cancelByRequest.size;
  }

  /** Fails the request with class `queue-full` at once, or with `queue-timeout` after `queueMs`. */
  add(pending: PendingRequest): void {
    const { clock, queueMax, queueMs } = this.#limits;
    if (this.size >= queueMax) {
      pending.fail(queueFullError(this.#address, queueMax));
      return;
    }
    const cancel = clock.after(queueMs, () => {
      this.#cancelByRequest.delete(pending);
      pending.fail(queueTimeoutError(this.#address, queueMs));
    });
    this.#cancelByRequest.set(pending, cancel);
  }

  remove(pending: PendingRequest): void {
    this.#cancelByRequest.get(pending)?.();
    this.#cancelByRequest.delete(pending);
  }

  /** Serves in order until `start` has nothing left to serve with. */
  serve(start: (pending: PendingRequest) => boolean): void {
    // Whoever is told of a start may end another request, which frees a place: no one is started twice.
    if (this.#isServing) return;
    this.#isServing = true;
    for (const pending of this.#cancelByRequest.keys()) {
      if (!start(pending)) break;
      this.remove(pending);
    }
    this.#isServing = false;
  }

  clear(): void {
    for (const pending of [...this.#cancelByRequest.keys()]) this.remove(pending);
  }
}
