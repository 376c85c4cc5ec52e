/** The pool as documents 000 and 001 have it, after the fix. README.md lists what is weak about it. */
import { type Address, formatAddress } from '../../kernel/address.ts';
import { publish } from '../events.ts';
import { Deadline, DeadlineError, type Limit, perPhase } from '../go-deadline.ts';
import { GoError } from '../go-errors.ts';
import { logFailedQuery } from '../handler-log.ts';
import { type DnsAnswer, type DnsRequest, decodeAnswer, encodeRequest } from '../plain-dns.ts';
import { Channel } from './channel.ts';
import { dial } from './dial.ts';
import { type Line, lines } from './lines.ts';
import { Mutex } from './mutex.ts';
import { type DocumentedPoolOptions, type ResolvedOptions, resolveOptions } from './options.ts';
import type { PooledConnection } from './pooled-connection.ts';
import { findStale, type Staleness } from './stale.ts';
import { Counters, type DocumentedPoolStats } from './stats.ts';
import { Sweeper } from './sweeper.ts';

interface Exchange {
  id: number;
  message: Buffer;
  /** Keeps the waiting and the dialing short, but not the exchange itself (weakness 12). */
  caller: Deadline | undefined;
}

interface Lent {
  pooled: PooledConnection;
  isReused: boolean;
}

type Outcome = { answer: DnsAnswer } | { error: GoError };

/**
 * Meant to show what is left to go wrong once a pool probes and retries: each step is the document's,
 * and the numbered weaknesses are pointed out where they live. Counters are changed under a lock, as
 * there, because who gets it when decides weakness 7.
 */
export class DocumentedDnsPool {
  readonly #options: ResolvedOptions;
  readonly #target: Address;
  readonly #limit: Limit;
  readonly #idle: Channel<PooledConnection>;
  readonly #mutex = new Mutex();
  readonly #counters = new Counters();
  readonly #sweeper: Sweeper;
  #nextId = 1;
  #isClosed = false;

  /** Opens no connection. */
  constructor(options: DocumentedPoolOptions) {
    this.#options = resolveOptions(options);
    const { host, port, clock, queryMs, idleMs, maxConnections } = this.#options;
    this.#target = { host, port };
    this.#limit = perPhase(clock, queryMs);
    this.#idle = new Channel(maxConnections);
    const expire = (pooled: PooledConnection) => this.#expire(pooled);
    this.#sweeper = new Sweeper({ clock, idleMs, idle: this.#idle, expire });
  }

  /**
   * The upstream's answer. Rejects with GoError.
   * @param timeoutMs The caller's limit. None when left out.
   */
  async exchange(
    request: DnsRequest,
    { timeoutMs }: { timeoutMs?: number } = {},
  ): Promise<DnsAnswer> {
    const id = this.#nextId++;
    const message = encodeRequest(request, id);
    const { clock } = this.#options;
    const caller = timeoutMs === undefined ? undefined : new Deadline(clock, timeoutMs);
    try {
      return await this.#exchange({ id, message, caller });
    } catch (error) {
      if (error instanceof GoError) logFailedQuery(error);
      throw error;
    } finally {
      caller?.cancel();
    }
  }

  /** Also while the lock is never released again. */
  stats(): DocumentedPoolStats {
    const { network, maxConnections, idleMs } = this.#options;
    const address = formatAddress(this.#target);
    return this.#counters.stats({ address, network, maxConnections, idleMs }, this.#idle.length);
  }

  /**
   * Closes idle connections and no others: one in use stays open until its request has ended
   * (weakness 13). Rejects when called again, where Go panics.
   */
  async close(): Promise<void> {
    if (this.#isClosed) throw new Error('close of closed channel');
    this.#isClosed = true;
    this.#sweeper.stop();
    for (;;) {
      const pooled = this.#idle.tryReceive();
      if (!pooled) break;
      this.#close(pooled, 'pool closed');
      this.#counters.gone();
    }
    this.#log(lines.closed);
  }

  /** Weakness 8: every stale connection makes one request count once more. */
  async #exchange(exchange: Exchange): Promise<DnsAnswer> {
    await this.#mutex.hold(() => this.#counters.asked());
    const idle = this.#idle.tryReceive();
    if (idle && this.#options.network === 'tcp') {
      const staleness = await findStale(idle, this.#options);
      if (staleness) {
        await this.#discardStale(idle, staleness);
        return this.#exchange(exchange);
      }
    }
    const lent = idle ? { pooled: idle, isReused: true } : await this.#newOrReturned(exchange);
    return this.#exchangeOn(lent, exchange);
  }

  /** Weakness 9: a connection that comes back while somebody waits is lent without a probe. */
  async #newOrReturned({ caller }: Exchange): Promise<Lent> {
    const { clock, queueMs, maxConnections } = this.#options;
    await this.#mutex.lock();
    if (this.#counters.active < maxConnections) {
      this.#counters.active++;
      this.#mutex.unlock();
      return { pooled: await this.#dial(caller), isReused: false };
    }
    this.#mutex.unlock();
    this.#log(lines.full);
    const waiting = new Deadline(clock, shorter(queueMs, caller));
    try {
      return { pooled: await this.#idle.receive(waiting), isReused: true };
    } catch (error) {
      if (!(error instanceof DeadlineError)) throw error;
      throw new GoError('QUEUE_TIMEOUT', 'wait for connection timeout');
    } finally {
      waiting.cancel();
    }
  }

  /** Into the slot that is taken already, which is given back when there is no connection. */
  async #dial(caller: Deadline | undefined): Promise<PooledConnection> {
    const { network, clock, ca, dialMs, tcpKeepAliveSeconds } = this.#options;
    try {
      const dialer = { clock, ca, dialMs: shorter(dialMs, caller), tcpKeepAliveSeconds };
      const connection = await dial(network, this.#target, dialer);
      await this.#mutex.hold(() => this.#counters.connected());
      this.#log(lines.created, connection.tuple);
      return { connection, lastUsedMs: clock.nowMs() };
    } catch (error) {
      await this.#mutex.hold(() => this.#counters.notConnected());
      throw error;
    }
  }

  async #exchangeOn(lent: Lent, exchange: Exchange): Promise<DnsAnswer> {
    const { pooled } = lent;
    const startedMs = this.#options.clock.nowMs();
    const outcome = await this.#ask(lent, exchange);
    if ('answer' in outcome) {
      await this.#answered(pooled, startedMs);
      return outcome.answer;
    }
    const { error } = outcome;
    if (!isPermanent(error)) {
      // Weakness 11: after a timeout its answer may still come, and is what the next caller reads.
      this.#giveBack(pooled);
      throw error;
    }
    if (this.#options.network !== 'tcp') {
      await this.#discardFailed(pooled, error);
      throw error;
    }
    this.#log(lines.retrying, pooled.connection.tuple);
    await this.#discardFailed(pooled, error);
    await this.#takeSlotForRetry(error);
    return this.#retry(pooled, exchange, error, startedMs);
  }

  /**
   * Weakness 7: whoever came in between may have taken the slot that was just given back, and then the
   * lock is kept. Every later exchange waits for it for ever.
   */
  async #takeSlotForRetry(error: GoError): Promise<void> {
    await this.#mutex.lock();
    if (this.#counters.active >= this.#options.maxConnections) throw error;
    this.#counters.active++;
    this.#mutex.unlock();
  }

  /** Weakness 14: whatever the request does, and however much of it the upstream has seen. */
  async #retry(
    { connection: { tuple } }: PooledConnection,
    exchange: Exchange,
    { code }: GoError,
    startedMs: number,
  ): Promise<DnsAnswer> {
    this.#counters.retries++;
    publish({ source: 'client', type: 'retry', cause: code, tuple });
    const pooled = await this.#dial(exchange.caller);
    const outcome = await this.#ask({ pooled, isReused: false }, exchange);
    if ('error' in outcome) {
      await this.#discardFailed(pooled, outcome.error);
      throw outcome.error;
    }
    await this.#answered(pooled, startedMs);
    return outcome.answer;
  }

  async #ask({ pooled, isReused }: Lent, { id, message }: Exchange): Promise<Outcome> {
    const { connection } = pooled;
    const { tuple } = connection;
    publish({ source: 'client', type: 'checkout', reused: isReused, tuple });
    try {
      const bytes = await connection.exchange(message, this.#limit);
      // Weakness 9: over TLS, any message will do.
      const wantedId = this.#options.network === 'tcp-tls' ? undefined : id;
      return { answer: decodeAnswer(bytes, wantedId) };
    } catch (error) {
      if (!(error instanceof GoError)) throw error;
      return { error };
    }
  }

  async #answered(pooled: PooledConnection, startedMs: number): Promise<void> {
    const latencyMs = this.#options.clock.nowMs() - startedMs;
    await this.#mutex.hold(() => this.#counters.answered(latencyMs));
    this.#giveBack(pooled);
  }

  #giveBack(pooled: PooledConnection): void {
    // In Go nobody would hold the pool any more, and the garbage collector would close it.
    if (this.#isClosed) {
      this.#close(pooled, 'pool closed');
      this.#counters.gone();
      return;
    }
    const { tuple } = pooled.connection;
    publish({ source: 'client', type: 'repool', tuple });
    pooled.lastUsedMs = this.#options.clock.nowMs();
    // There is room: it holds as many as there may be connections.
    this.#idle.trySend(pooled);
  }

  async #discardStale(pooled: PooledConnection, staleness: Staleness): Promise<void> {
    const { tuple } = pooled.connection;
    publish({ source: 'client', type: 'stale', ...staleness, tuple });
    this.#log(lines.stale, tuple);
    this.#close(pooled, staleness.reason);
    await this.#mutex.hold(() => this.#counters.gone());
  }

  async #discardFailed(pooled: PooledConnection, { code }: GoError): Promise<void> {
    this.#close(pooled, code);
    await this.#mutex.hold(() => {
      this.#counters.gone();
      this.#counters.errors++;
    });
  }

  #close({ connection }: PooledConnection, reason: string): void {
    publish({ source: 'client', type: 'destroy', reason, tuple: connection.tuple });
    connection.close();
  }

  async #expire(pooled: PooledConnection): Promise<void> {
    const [reason, { tuple }] = ['idle timeout', pooled.connection];
    publish({ source: 'client', type: 'stale', reason, found: 'idle timeout', tuple });
    this.#close(pooled, reason);
    await this.#mutex.hold(() => this.#counters.gone());
    this.#log(lines.swept, tuple);
  }

  #log({ level, text }: Line, tuple?: string): void {
    const { network, maxConnections: max } = this.#options;
    const { active } = this.#counters;
    const line = text({ address: formatAddress(this.#target), network, active, max });
    publish({ source: 'client', type: 'log', level, text: line, ...(tuple && { tuple }) });
  }
}

function shorter(limitMs: number, caller: Deadline | undefined): number {
  return caller ? Math.min(limitMs, caller.remainingMs) : limitMs;
}

/** What the document calls permanent, by Go's words for it. All the rest is "temporary". */
function isPermanent({ message }: GoError): boolean {
  return ['broken pipe', 'connection reset', 'EOF'].some((words) => message.includes(words));
}
