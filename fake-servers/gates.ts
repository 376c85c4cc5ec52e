/**
 * Where scripts wait until the workload lets them go on. Upstreams that play together share them, so a
 * gate opens for all of them, once every script that leads to it has come there.
 */

/** The way of one script through its gates. */
export interface Path {
  /** To be called when it has come to this gate. */
  reach(gate: string): void;
  /** To be called when it comes to no more gates. */
  end(): void;
}

export class Gates {
  readonly #open = new Set<string>();
  readonly #waiting = new Map<string, (() => void)[]>();
  /** Of each script that is being played, the gates that it has not reached yet, in order. */
  readonly #ahead = new Set<string[]>();
  readonly #watchers = new Set<() => void>();
  #isOver = false;

  /** Announces a script that will come to these gates, in this order. */
  lead(gates: readonly string[]): Path {
    const ahead = [...gates];
    this.#ahead.add(ahead);
    return {
      reach: (gate) => {
        ahead.splice(0, ahead.indexOf(gate) + 1);
        this.#look();
      },
      end: () => {
        this.#ahead.delete(ahead);
        this.#look();
      },
    };
  }

  /** Resolves when the gate is open; at once when it already is. */
  pass(gate: string): Promise<void> {
    return new Promise((resolve) => {
      this.whenOpen(gate, resolve);
    });
  }

  /** Calls back when the gate is open. Returns what takes that back. */
  whenOpen(gate: string, go: () => void): () => void {
    if (this.#isOver || this.#open.has(gate)) {
      go();
      return () => {};
    }
    this.#waiting.set(gate, [...(this.#waiting.get(gate) ?? []), go]);
    this.#look();
    return () => {
      const left = (this.#waiting.get(gate) ?? []).filter((other) => other !== go);
      this.#waiting.set(gate, left);
    };
  }

  /** Stays open: who comes later passes too. */
  open(gate: string): void {
    this.#open.add(gate);
    const waiting = this.#waiting.get(gate) ?? [];
    this.#waiting.delete(gate);
    for (const go of waiting) go();
  }

  /**
   * Opens it once every script that leads to it waits there, and somebody does. Resolves in the tick in
   * which they go on.
   */
  async openWhenReached(gate: string): Promise<void> {
    if (!this.#mayOpen(gate)) {
      await new Promise<void>((resolve) => {
        const look = () => {
          if (!this.#mayOpen(gate)) return;
          this.#watchers.delete(look);
          resolve();
        };
        this.#watchers.add(look);
      });
    }
    this.open(gate);
  }

  /** Nobody waits any more, now or later. Idempotent. */
  end(): void {
    this.#isOver = true;
    this.#look();
    for (const gate of [...this.#waiting.keys()]) this.open(gate);
  }

  waitingAt(gate: string): number {
    return this.#waiting.get(gate)?.length ?? 0;
  }

  #mayOpen(gate: string): boolean {
    if (this.#isOver || this.#open.has(gate)) return true;
    if (this.waitingAt(gate) === 0) return false;
    for (const ahead of this.#ahead) if (ahead.includes(gate)) return false;
    return true;
  }

  #look(): void {
    for (const look of this.#watchers) look();
  }
}
