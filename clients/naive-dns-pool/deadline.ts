/** A moment after which an operation is given up, as Go's SetDeadline does. */
import type { Clock } from '../clock.ts';

export class DeadlineError extends Error {
  constructor() {
    super('i/o timeout');
    this.name = 'DeadlineError';
  }
}

export class Deadline {
  readonly #expired: Promise<never>;
  readonly #cancel: () => void;

  constructor(clock: Clock, delayMs: number) {
    let expire: (error: Error) => void;
    this.#expired = new Promise<never>((_resolve, reject) => {
      expire = reject;
    });
    // Nobody may be waiting when it expires: that is no error.
    this.#expired.catch(() => undefined);
    this.#cancel = clock.after(delayMs, () => expire(new DeadlineError()));
  }

  /** The step's result, or DeadlineError. A step that fails after the deadline fails unheard. */
  within<T>(step: Promise<T>): Promise<T> {
    return Promise.race([step, this.#expired]);
  }

  cancel(): void {
    this.#cancel();
  }
}
