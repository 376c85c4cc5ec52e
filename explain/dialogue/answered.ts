/** What was answered a moment ago: what comes once more is told apart from what was never asked. */
import { owedMax } from './dialogue.ts';

export interface Answered {
  id: number;
  /** What the answer was to. */
  key: string;
  /** The one that was answered before it. */
  before: Answered | undefined;
}

/** A chain, because it is written with every answer and hardly ever read. */
export class AnsweredLately {
  private last: Answered | undefined;
  private length = 0;

  add(one: Answered): void {
    one.before = this.last;
    this.last = one;
    this.length += 1;
    if (this.length >= owedMax * 2) this.shorten();
  }

  /** Undefined for an id that is not among the last `owedMax` that were answered. */
  keyOf(id: number): string | undefined {
    return this.latest().find((one) => one.id === id)?.key;
  }

  /** Of each id the last, and no more ids than are remembered; the last of all comes first. */
  private latest(): Answered[] {
    const byId = new Map<number, Answered>();
    for (let one = this.last; one && byId.size < owedMax; one = one.before) {
      if (!byId.has(one.id)) byId.set(one.id, one);
    }
    return [...byId.values()];
  }

  private shorten(): void {
    const kept = this.latest();
    this.last = undefined;
    this.length = 0;
    for (const one of kept.reverse()) {
      one.before = this.last;
      this.last = one;
      this.length += 1;
    }
  }
}
