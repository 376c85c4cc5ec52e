/** Users of one pool: how many were answered, and what became of those who were not at once. */
import { DnsPool, DnsPoolError } from '../../clients/dns-pool/index.ts';
import { addressOf, nameOf } from '../dns-bytes.ts';
import type { AttemptLog } from './attempts.ts';
import type { Trouble } from './match.ts';

export interface Round {
  answered: number;
  queriesPerSecond: number;
  wrong: number;
  troubles: Trouble[];
  retries: number;
}

export interface RoundOptions {
  port: number;
  connections: number;
  users: number;
  durationMs: number;
  /** One for all rounds: every name is asked for once. */
  nextNumber: () => number;
  log: AttemptLog;
}

export async function playRound(options: RoundOptions): Promise<Round> {
  const { port, connections, users, durationMs } = options;
  const pool = new DnsPool({ port, maxConnections: connections });
  const round: Round = { answered: 0, queriesPerSecond: 0, wrong: 0, troubles: [], retries: 0 };
  const startMs = performance.now();
  const endMs = startMs + durationMs;
  const use = async () => {
    while (performance.now() < endMs) await askOnce(pool, options, round);
  };
  await Promise.all(Array.from({ length: users }, use));
  round.queriesPerSecond = (1000 * round.answered) / (performance.now() - startMs);
  round.retries = pool.stats().retries;
  await pool.close();
  return round;
}

async function askOnce(
  pool: DnsPool,
  { nextNumber, log }: RoundOptions,
  round: Round,
): Promise<void> {
  const name = nameOf(nextNumber());
  let failure: Trouble['failure'];
  try {
    const { answers = [] } = await pool.query({ name, type: 'A' });
    const [answer] = answers;
    const isRight = answers.length === 1 && answer?.type === 'A' && answer.data === addressOf(name);
    if (isRight) round.answered += 1;
    else round.wrong += 1;
  } catch (error) {
    if (!(error instanceof DnsPoolError)) throw error;
    failure = { class: error.class, message: error.message };
  }
  const attempts = log.take(name);
  if (failure || attempts.length !== 1) round.troubles.push({ name, attempts, failure });
}
