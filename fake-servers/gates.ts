/** Where scripts wait until the workload lets them go on. */
export class Gates {
  readonly #open = new Set<string>();
  readonly #waiting = new Map<string, (() => void)[]>();

  /** Resolves when the gate is open; at once when it already is. */
  pass(gate: string): Promise<void> {
    return new Promise((resolve) => {
      this.whenOpen(gate, resolve);
    });
  }

  /** Calls back when the gate is open. Returns what takes that back. */
  whenOpen(gate: string, go: () => void): () => void {
    if (this.#open.has(gate)) {
      go();
      return () => {};
    }
    this.#waiting.set(gate, [...(this.#waiting.get(gate) ?? []), go]);
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
