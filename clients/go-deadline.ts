/** A moment after which an operation is given up, as Go's SetDeadline does. */
import type { Clock } from './clock.ts';

export class DeadlineError extends Error {
  constructor() {
    super('i/o timeout');
    this.name = 'DeadlineError';
  }
}

export class Deadline {
  readonly #clock: Clock;
  readonly #atMs: number;
  readonly #expired: Promise<never>;
  readonly #cancel: () => void;

  constructor(clock: Clock, delayMs: number) {
    this.#clock = clock;
    this.#atMs = clock.nowMs() + delayMs;
    let expire: (error: Error) => void;
    this.#expired = new Promise<never>((_resolve, reject) => {
      expire = reject;
    });
    // Nobody may be waiting when it expires: that is no error.
    this.#expired.catch(() => undefined);
    this.#cancel = clock.after(delayMs, () => expire(new DeadlineError()));
  }

  get remainingMs(): number {
    return this.#atMs - this.#clock.nowMs();
  }

  /** As Go does before each system call: with the deadline past, the kernel is not even asked. */
  throwIfPast(): void {
    if (this.remainingMs <= 0) throw new DeadlineError();
  }

  /** The step's result, or DeadlineError. A step that fails after the deadline fails unheard. */
  within<T>(step: Promise<T>): Promise<T> {
    return Promise.race([step, this.#expired]);
  }

  cancel(): void {
    this.#cancel();
  }
}

/** Gives one phase of an exchange, a write or a read, the deadline that it has to keep. */
export type Limit = <T>(phase: (deadline: Deadline) => Promise<T>) => Promise<T>;

/** A fresh deadline for each phase, as Go code has it that sets one before each call. */
export function perPhase(clock: Clock, phaseMs: number): Limit {
  return async (phase) => {
    const deadline = new Deadline(clock, phaseMs);
    try {
      return await phase(deadline);
    } finally {
      deadline.cancel();
    }
  };
}
