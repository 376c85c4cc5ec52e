import { messageOf } from './errors.ts';

/** What must be undone, stacked before it is done and unwound in reverse, whatever happens between. */
export class Teardown {
  readonly #steps: { name: string; undo: () => void | Promise<void> }[] = [];

  add(name: string, undo: () => void | Promise<void>): void {
    this.#steps.push({ name, undo });
  }

  /**
   * Undoes everything, the last first; one that fails does not stop the others. Throws an
   * AggregateError that names what failed. Idempotent.
   */
  async unwind(): Promise<void> {
    const failures: Error[] = [];
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      try {
        await step.undo();
      } catch (error) {
        failures.push(new Error(`teardown of ${step.name} failed`, { cause: error }));
      }
    }
    if (failures.length > 0) {
      throw new AggregateError(failures, failures.map(messageOf).join('; '));
    }
  }
}
