/** What was answered a moment ago: what comes once more is told apart from what was never asked. */
import { owedMax } from './dialogue.ts';

export interface Answered {
  id: number;
  /** What the answer was to. */
  key: string;
  /** The one that was answered before it. */
  before: Answered | undefined;
}

/** So many before the chain is looked through for the first time: most connections have fewer. */
const chainMin = 64;

/** A chain until it is first asked, because it is written with every answer and hardly ever read. */
export class AnsweredLately {
  private last: Answered | undefined;
  private length = 0;
  private lengthMax = chainMin;
  /** In the order in which they were answered, from the first question on. */
  private keys: Map<number, string> | undefined;

  add(one: Answered): void {
    if (this.keys) {
      remember(this.keys, one);
      return;
    }
    one.before = this.last;
    this.last = one;
    this.length += 1;
    if (this.length >= this.lengthMax) this.shorten();
  }

  /** Undefined for an id that is not among the last `owedMax` that were answered. */
  keyOf(id: number): string | undefined {
    this.keys ??= this.unchained();
    return this.keys.get(id);
  }

  private unchained(): Map<number, string> {
    const keys = new Map(
      this.latest()
        .reverse()
        .map((one) => [one.id, one.key]),
    );
    this.last = undefined;
    return keys;
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
    for (const one of kept.reverse()) {
      one.before = this.last;
      this.last = one;
    }
    this.length = kept.length;
    this.lengthMax = Math.max(chainMin, kept.length * 2);
  }
}

function remember(keys: Map<number, string>, { id, key }: Answered): void {
  keys.delete(id);
  keys.set(id, key);
  if (keys.size <= owedMax) return;
  for (const first of keys.keys()) {
    keys.delete(first);
    return;
  }
}
