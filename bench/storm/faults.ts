/** What an upstream of the storm does to a query, or to a connection that is silent. */
import { randomFrom, weighted, wholeBelow } from '../random.ts';

/** Of so many queries, how many meet each; all others are answered at once. */
const outOf = 100_000;
const parts = {
  finBefore: 30,
  resetBefore: 30,
  finInAnswer: 30,
  resetInAnswer: 30,
  swallow: 30,
  slow: 500,
  wrongId: 30,
  /** Under the id of an earlier query of the same connection: one in flight, if ids come around. */
  crossedId: 30,
  refuse: 2,
} as const;

const answerAtOnce = outOf - Object.values(parts).reduce((sum, part) => sum + part, 0);

export type QueryFault = keyof typeof parts | 'none';
export type IdleFault = 'fin' | 'reset' | 'unasked' | 'none';

/** Above what the pool waits, for some. */
const slowMsMax = 700;
const refuseMsMax = 500;
/** How long a connection is silent before it may be ended. */
const idleMsMax = 400;

export interface Faults {
  ofQuery(): QueryFault;
  ofIdle(): IdleFault;
  slowMs(): number;
  refuseMs(): number;
  idleMs(): number;
  /** How many bytes of an answer of this length are sent: some, but not all. */
  part(answerBytes: number): number;
  /** Any of so many. */
  pick(count: number): number;
}

export function faultsFrom(seed: number): Faults {
  const random = randomFrom(seed);
  const upTo = (most: number) => 1 + wholeBelow(random, most);
  return {
    ofQuery: () => weighted<QueryFault>(random, { ...parts, none: answerAtOnce }),
    ofIdle: () => weighted<IdleFault>(random, { fin: 3, reset: 2, unasked: 1, none: 2 }),
    slowMs: () => upTo(slowMsMax),
    refuseMs: () => upTo(refuseMsMax),
    idleMs: () => upTo(idleMsMax),
    part: (answerBytes) => upTo(answerBytes - 1),
    pick: (count) => wholeBelow(random, count),
  };
}
