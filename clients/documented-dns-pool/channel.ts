/** Go's buffered channel: what was put in first comes out first, and so does who waited first. */
import type { Deadline } from '../go-deadline.ts';

export class Channel<T> {
  readonly #capacity: number;
  readonly #held: T[] = [];
  readonly #waiting = new Set<(value: T) => void>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get length(): number {
    return this.#held.length;
  }

  /** Undefined when it is empty. */
  tryReceive(): T | undefined {
    return this.#held.shift();
  }

  /** False when it is full. */
  trySend(value: T): boolean {
    const [first] = this.#waiting;
    if (first) {
      this.#waiting.delete(first);
      first(value);
      return true;
    }
    if (this.#held.length >= this.#capacity) return false;
    this.#held.push(value);
    return true;
  }

  /** Waits while it is empty. Throws DeadlineError. */
  async receive(deadline: Deadline): Promise<T> {
    const held = this.tryReceive();
    if (held !== undefined) return held;
    let receive: (value: T) => void = () => {};
    const received = new Promise<T>((resolve) => {
      receive = resolve;
    });
    this.#waiting.add(receive);
    try {
      return await deadline.within(received);
    } catch (error) {
      // Served in the moment in which the time was up: it must not be lost.
      if (!this.#waiting.delete(receive)) return received;
      throw error;
    }
  }
}
