/** In what order several upstreams are asked, and whose answer counts (001.12). */
import type { Clock } from '../clock.ts';
import { allFailedError, DnsPoolError } from './errors.ts';
import type { DnsAnswer } from './message.ts';

/**
 * - `sequential`: one after the other, the next when the one before gave no good answer
 * - `parallel`: all at once; the first good answer counts, and the others go on to their ends
 * - `racing`: as `parallel`, but each has a head start on the next, and the losers are cancelled
 */
export const strategies = ['sequential', 'parallel', 'racing'] as const;
export type Strategy = (typeof strategies)[number];

export interface Contest<Member> {
  /** Not empty. */
  members: readonly Member[];
  /** Rejects with DnsPoolError. */
  ask: (member: Member, signal: AbortSignal | undefined) => Promise<DnsAnswer>;
  clock: Clock;
  /** Milliseconds. */
  headStartMs: number;
}

/** What everybody would fail with: asking on is of no use. */
const final = new Set(['aborted', 'closed', 'deadline', 'invalid-query']);

const good = new Set(['NOERROR', 'NXDOMAIN']);

/** Whether it settles the question: SERVFAIL or REFUSED may be another server's to answer better. */
function isGood({ rcode = 'NOERROR' }: DnsAnswer): boolean {
  return good.has(rcode);
}

/**
 * The first good answer; else the first answer of any kind. Rejects with the error of class `all-failed`
 * when nobody answers, or with that of the caller's own limit.
 */
export function contend<Member>(strategy: Strategy, contest: Contest<Member>): Promise<DnsAnswer> {
  return strategy === 'sequential' ? oneByOne(contest) : together(contest, strategy === 'racing');
}

async function oneByOne<Member>({ members, ask }: Contest<Member>): Promise<DnsAnswer> {
  const outcomes = new Outcomes();
  for (const member of members) {
    try {
      const answer = await ask(member, undefined);
      if (isGood(answer)) return answer;
      outcomes.answered(answer);
    } catch (error) {
      outcomes.failed(error);
      if (outcomes.isFinal) break;
    }
  }
  return outcomes.conclude();
}

function together<Member>(
  { members, ask, clock, headStartMs }: Contest<Member>,
  isRace: boolean,
): Promise<DnsAnswer> {
  return new Promise((resolve, reject) => {
    const outcomes = new Outcomes();
    const losers = new AbortController();
    const starts = [...members];
    let running = 0;
    let isOver = false;
    let cancelStart = () => {};
    const end = (settle: () => void) => {
      if (isOver) return;
      isOver = true;
      cancelStart();
      settle();
      if (isRace) losers.abort();
    };
    const settled = () => {
      running -= 1;
      if (isOver) return;
      if (outcomes.isFinal || (running === 0 && starts.length === 0)) {
        end(() => outcomes.conclude().then(resolve, reject));
      } else startNext();
    };
    const start = (member: Member) => {
      running += 1;
      ask(member, isRace ? losers.signal : undefined).then(
        (answer) => {
          if (isGood(answer)) end(() => resolve(answer));
          else outcomes.answered(answer);
          settled();
        },
        (error: unknown) => {
          outcomes.failed(error);
          settled();
        },
      );
    };
    const startNext = () => {
      cancelStart();
      const member = starts.shift();
      if (member === undefined) return;
      start(member);
      if (starts.length > 0) cancelStart = clock.after(headStartMs, startNext);
    };
    if (isRace) startNext();
    else for (const member of starts.splice(0)) start(member);
  });
}

class Outcomes {
  readonly #errors: DnsPoolError[] = [];
  #answer: DnsAnswer | undefined;

  get isFinal(): boolean {
    return this.#errors.some(({ class: errorClass }) => final.has(errorClass));
  }

  answered(answer: DnsAnswer): void {
    this.#answer ??= answer;
  }

  failed(error: unknown): void {
    if (!(error instanceof DnsPoolError)) throw error;
    this.#errors.push(error);
  }

  async conclude(): Promise<DnsAnswer> {
    const limit = this.#errors.find(({ class: errorClass }) => final.has(errorClass));
    if (limit) throw limit;
    if (this.#answer) return this.#answer;
    throw allFailedError(this.#errors);
  }
}
