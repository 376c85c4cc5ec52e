/** A script as it was written: which step stands where, and not yet whether it is one. */
import type { Place, Problem } from './problem.ts';

export interface Item {
  value: unknown;
  /** Where a part of it stands: the value of this path, or its last key. */
  locate(path: readonly PropertyKey[], at: 'key' | 'value'): Place;
}

export interface Draft {
  listener: Item[];
  connections: Item[][];
}

export type Drafted = { draft: Draft } | { problems: Problem[] };
