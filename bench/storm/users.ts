/** Users of one pool: each asks for a name that nobody else asks for, and checks what it is told. */
import { setTimeout as afterMs } from 'node:timers/promises';
import { type DnsPool, DnsPoolError } from '../../clients/dns-pool/index.ts';
import { addressOf, nameOf } from '../dns-bytes.ts';
import { wholeBelow } from '../random.ts';
import type { Schedule } from './schedule.ts';

/** Before a user asks again after a failure: an upstream that refuses would else be all there is. */
const pauseMsMax = 20;

export class Tally {
  asked = 0;
  answered = 0;
  /** Answered with something else than the address of the name. */
  wrong = 0;
  /** By the class of the DnsPoolError. */
  readonly failed = new Map<string, number>();
  /** What a query may not fail with: the first few. */
  readonly strange: string[] = [];
  strangeCount = 0;

  get settled(): number {
    const failed = [...this.failed.values()].reduce((sum, count) => sum + count, 0);
    return this.answered + this.wrong + failed + this.strangeCount;
  }
}

const strangeMax = 5;

export interface StormOptions {
  random: () => number;
  schedule: Schedule;
  /** One for all, so that no name is asked for twice. */
  nextNumber: () => number;
  tally: Tally;
}

/** Resolves when the time is over and its last query is settled. */
export async function useIt(pool: DnsPool, options: StormOptions): Promise<void> {
  const { random, schedule, nextNumber, tally } = options;
  while (!schedule.isOver) {
    await schedule.turn();
    const name = nameOf(nextNumber());
    tally.asked += 1;
    try {
      const { answers = [] } = await pool.query({ name, type: 'A' });
      const [answer] = answers;
      const isRight =
        answers.length === 1 &&
        answer?.type === 'A' &&
        answer.name === name &&
        answer.data === addressOf(name);
      if (isRight) tally.answered += 1;
      else tally.wrong += 1;
    } catch (error) {
      note(error, tally);
      await afterMs(1 + wholeBelow(random, pauseMsMax));
    }
  }
}

function note(error: unknown, tally: Tally): void {
  if (error instanceof DnsPoolError) {
    tally.failed.set(error.class, (tally.failed.get(error.class) ?? 0) + 1);
    return;
  }
  tally.strangeCount += 1;
  if (tally.strange.length < strangeMax) tally.strange.push(String(error));
}
