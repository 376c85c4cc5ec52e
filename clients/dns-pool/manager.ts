/** Several upstreams, each with a pool of its own, asked as a strategy says (001.12). */
import { type Clock, realClock } from '../clock.ts';
import { abortedError, allFailedError, closedError, DnsPoolError } from './errors.ts';
import { log } from './events.ts';
import { Health } from './health.ts';
import { managerLines } from './lines.ts';
import { type DnsManagerOptions, resolveManagerOptions } from './manager-options.ts';
import {
  type DnsAnswer,
  encodeQuery,
  encodeUpdate,
  type Question,
  type Update,
} from './message.ts';
import { type CloseOptions, DnsPool, type RequestOptions } from './pool.ts';
import type { DnsPoolStats } from './stats.ts';
import { contend, type Strategy } from './strategies.ts';

export interface DnsManagerStats {
  strategy: Strategy;
  /** In the order of the options. */
  upstreams: (DnsPoolStats & UpstreamHealth)[];
}

export interface UpstreamHealth {
  /** It failed too often in a row and is left alone for a while. */
  isDown: boolean;
  /** In a row, up to now. */
  failures: number;
}

interface Member {
  pool: DnsPool;
  health: Health;
}

export class DnsManager {
  readonly #options: ReturnType<typeof resolveManagerOptions>;
  readonly #clock: Clock;
  readonly #members: readonly Member[];
  #closing: Promise<void> | undefined;

  /** Opens no connection. Throws TypeError or RangeError for options that make no sense. */
  constructor(options: DnsManagerOptions) {
    this.#options = resolveManagerOptions(options);
    const { upstreams, clock = realClock, logger } = this.#options;
    this.#clock = clock;
    this.#members = upstreams.map((upstream) => ({
      pool: new DnsPool({ clock, ...(logger && { logger }), ...upstream }),
      health: new Health(this.#options),
    }));
  }

  /**
   * The first good answer (NOERROR, NXDOMAIN), else the first of any rcode. Rejects with DnsPoolError,
   * class `all-failed` when no upstream answers.
   */
  query(question: Question, options: RequestOptions = {}): Promise<DnsAnswer> {
    const { strategy, headStartMs } = this.#options;
    return this.#request(strategy, options, async (members, limits) => {
      encodeQuery(question);
      const ask = (member: Member, cancelled: AbortSignal | undefined) =>
        this.#ask(member, ({ pool }) => pool.query(question, limits(cancelled)));
      return contend(strategy, { members, ask, clock: this.#clock, headStartMs });
    });
  }

  /**
   * One upstream after the other, whatever the strategy: the next is asked only when the one before cannot
   * have seen the update (F7). Rejects as `query`, or with the error after which that is not known.
   */
  update(update: Update, options: RequestOptions = {}): Promise<DnsAnswer> {
    return this.#request('sequential', options, async (members, limits) => {
      encodeUpdate(update);
      const errors: DnsPoolError[] = [];
      for (const member of members) {
        try {
          return await this.#ask(member, ({ pool }) => pool.update(update, limits(undefined)));
        } catch (error) {
          if (!(error instanceof DnsPoolError) || !error.isUnsent) throw error;
          errors.push(error);
        }
      }
      throw allFailedError(errors);
    });
  }

  stats(): DnsManagerStats {
    const nowMs = this.#clock.nowMs();
    const upstreams = this.#members.map(({ pool, health }) => ({
      ...pool.stats(),
      isDown: health.isDown(nowMs),
      failures: health.failures,
    }));
    return { strategy: this.#options.strategy, upstreams };
  }

  /** Closes the pool of every upstream (001.9), as DnsPool.close does. Idempotent. */
  close(options: CloseOptions = {}): Promise<void> {
    this.#closing ??= Promise.all(this.#members.map(({ pool }) => pool.close(options))).then(
      () => {},
    );
    return this.#closing;
  }

  async #request(
    strategy: Strategy,
    { signal, withinMs }: RequestOptions,
    work: (
      members: readonly Member[],
      /** What is left of the caller's limits, with one more reason to end. */
      limits: (cancelled: AbortSignal | undefined) => RequestOptions,
    ) => Promise<DnsAnswer>,
  ): Promise<DnsAnswer> {
    if (this.#closing !== undefined) throw closedError('all upstreams');
    if (signal?.aborted) throw abortedError(signal);
    const endMs = withinMs === undefined ? undefined : this.#clock.nowMs() + withinMs;
    try {
      return await work(this.#inOrder(), (cancelled) => ({
        signal: eitherOf(signal, cancelled),
        withinMs: endMs === undefined ? undefined : Math.max(0, endMs - this.#clock.nowMs()),
      }));
    } catch (error) {
      log(this.#options.logger, 'ERROR', () => managerLines.allFailed(strategy));
      throw error;
    }
  }

  /** What becomes of it is held for or against the upstream. */
  async #ask(member: Member, exchange: (member: Member) => Promise<DnsAnswer>): Promise<DnsAnswer> {
    try {
      const answer = await exchange(member);
      member.health.answered();
      return answer;
    } catch (error) {
      if (error instanceof DnsPoolError) this.#failed(member, error);
      throw error;
    }
  }

  /** Those that are up, as configured. When none is, all: a wrong guess must not silence everything. */
  #inOrder(): readonly Member[] {
    const nowMs = this.#clock.nowMs();
    const up = this.#members.filter(({ health }) => !health.isDown(nowMs));
    return up.length > 0 ? up : this.#members;
  }

  #failed({ health }: Member, error: DnsPoolError): void {
    health.failed(error.class, this.#clock.nowMs());
    if (error.class === 'aborted') return;
    log(this.#options.logger, 'WARN', () => managerLines.upstreamFailed(error.message));
  }
}

function eitherOf(
  one: AbortSignal | undefined,
  other: AbortSignal | undefined,
): AbortSignal | undefined {
  return one && other ? AbortSignal.any([one, other]) : (one ?? other);
}
