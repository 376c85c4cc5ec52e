/** Where scripts wait until the workload lets them go on. */
export class Gates {
  readonly #open = new Set<string>();
  readonly #waiting = new Map<string, (() => void)[]>();

  /** Resolves when the gate is open; at once when it already is. */
  pass(gate: string): Promise<void> {
    if (this.#open.has(gate)) return Promise.resolve();
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(gate) ?? [];
      waiting.push(resolve);
      this.#waiting.set(gate, waiting);
    });
  }

  /** Stays open: who comes later passes too. */
  open(gate: string): void {
    this.#open.add(gate);
    const waiting = this.#waiting.get(gate) ?? [];
    this.#waiting.delete(gate);
    for (const go of waiting) go();
  }

  openAll(): void {
    for (const gate of [...this.#waiting.keys()]) this.open(gate);
  }

  isOpen(gate: string): boolean {
    return this.#open.has(gate);
  }

  waitingAt(gate: string): number {
    return this.#waiting.get(gate)?.length ?? 0;
  }
}
