/** Users of one pool, in a process of their own: what they were answered, how fast, for how much CPU. */
import { setTimeout as afterMs } from 'node:timers/promises';
import { DnsPool } from '../../clients/dns-pool/index.ts';
import { type Percentiles, percentilesOf } from '../histogram.ts';
import type { Case } from './cases.ts';
import { names } from './names.ts';

export interface Load {
  case: Case;
  port: number;
  warmUp: Limit;
  measureMs: number;
}

/** Whichever is met first. */
export interface Limit {
  ms: number;
  queries: number;
}

export interface LoadFigures {
  queriesPerSecond: number;
  answered: number;
  failed: number;
  /** Answered with something else than the address of the name. */
  wrong: number;
  latencyMs: Percentiles;
  /** Of this process, user and system, for each query. */
  cpuUs: number;
}

class Users {
  readonly #pool: DnsPool;
  readonly #count: number;
  #next = 0;
  latenciesMs: number[] = [];
  failed = 0;
  wrong = 0;

  constructor(pool: DnsPool, count: number) {
    this.#pool = pool;
    this.#count = count;
  }

  async ask({ ms, queries }: Limit): Promise<void> {
    const endMs = performance.now() + ms;
    const end = this.#next + queries;
    this.latenciesMs = [];
    await Promise.all(Array.from({ length: this.#count }, () => this.#askUntil(endMs, end)));
  }

  async #askUntil(endMs: number, end: number): Promise<void> {
    for (let nowMs = performance.now(); nowMs < endMs && this.#next < end; ) {
      const asked = names[this.#next++ % names.length];
      if (!asked) return;
      const { name, address } = asked;
      try {
        const { answers = [] } = await this.#pool.query({ name, type: 'A' });
        const [answer] = answers;
        const isRight = answers.length === 1 && answer?.type === 'A' && answer.data === address;
        if (!isRight) this.wrong += 1;
      } catch {
        this.failed += 1;
      }
      const answeredMs = performance.now();
      this.latenciesMs.push(answeredMs - nowMs);
      nowMs = answeredMs;
    }
  }
}

async function measure({ case: of, port, warmUp, measureMs }: Load): Promise<LoadFigures> {
  const { network, connections: maxConnections, maxInFlight, outstanding } = of;
  const pool = new DnsPool({ network, port, maxConnections, maxInFlight });
  const users = new Users(pool, outstanding);
  await users.ask(warmUp);
  // What the warm-up left behind is not to be collected at the expense of what comes.
  await afterMs(10);
  const startMs = performance.now();
  const cpuBefore = process.cpuUsage();
  await users.ask({ ms: measureMs, queries: Number.POSITIVE_INFINITY });
  const { user, system } = process.cpuUsage(cpuBefore);
  const elapsedMs = performance.now() - startMs;
  const { latenciesMs, failed, wrong } = users;
  await pool.close();
  const answered = latenciesMs.length - failed;
  return {
    queriesPerSecond: (1000 * answered) / elapsedMs,
    answered,
    failed,
    wrong,
    latencyMs: percentilesOf(latenciesMs),
    cpuUs: (user + system) / latenciesMs.length,
  };
}

const [load = ''] = process.argv.slice(2);
process.send?.(await measure(JSON.parse(load) as Load));
process.disconnect();
