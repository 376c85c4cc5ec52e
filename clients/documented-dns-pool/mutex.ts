/** Go's sync.Mutex: whoever finds it locked waits, for ever if it is never unlocked. */

export class Mutex {
  #isLocked = false;
  /** First come, first served. */
  readonly #waiting: (() => void)[] = [];

  lock(): Promise<void> {
    if (this.#isLocked) {
      return new Promise((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    this.#isLocked = true;
    return Promise.resolve();
  }

  unlock(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#isLocked = false;
  }

  /** Locks, makes the change, unlocks. */
  async hold(change: () => void): Promise<void> {
    await this.lock();
    change();
    this.unlock();
  }
}
