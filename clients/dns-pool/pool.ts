/** The pool of connections to one upstream that documents 000 and 001 describe. */

import { isObserved, publish } from '../events.ts';
import { Connection, type ExchangeOutcome, type Owner, unsolicited } from './connection.ts';
import { abortedError, closedError, type DnsPoolError, isConnectionLost } from './errors.ts';
import { type LogLevel, log, tupleOf } from './events.ts';
import { IdleList, type Staleness } from './idle-list.ts';
import { IdAllocator } from './ids.ts';
import { type Line, lines } from './lines.ts';
import {
  type DnsAnswer,
  type EncodedRequest,
  encodeQuery,
  encodeUpdate,
  type Question,
  type Update,
  writeId,
} from './message.ts';
import { type DnsPoolOptions, type ResolvedOptions, resolveOptions } from './options.ts';
import { PendingRequest } from './pending-request.ts';
import { Counters, type DnsPoolStats } from './stats.ts';
import { WaitQueue } from './wait-queue.ts';

export interface RequestOptions {
  /** Ends the request with class `aborted`; a connection it was using is closed. */
  signal?: AbortSignal;
}

export class DnsPool {
  readonly #options: ResolvedOptions;
  readonly #address: string;
  readonly #ids: IdAllocator;
  readonly #counters = new Counters();
  readonly #owner: Owner;
  /** Every slot taken, and the request it is taken for. An idle connection serves none. */
  readonly #held = new Map<Connection, PendingRequest | undefined>();
  readonly #idle: IdleList;
  readonly #waiting: WaitQueue;
  /** Given up, descriptor not yet closed. */
  readonly #leaving = new Set<Connection>();
  #closing: Promise<void> | undefined;

  /** Opens no connection. Throws TypeError or RangeError for options that make no sense. */
  constructor(options: DnsPoolOptions = {}) {
    this.#options = resolveOptions(options);
    this.#address = `${this.#options.host}:${this.#options.port}`;
    this.#ids = new IdAllocator(this.#options.nextId);
    this.#idle = new IdleList(this.#options, (connection, staleness) => {
      this.#discardStale(connection, staleness, lines.swept);
    });
    this.#waiting = new WaitQueue(this.#options, this.#address);
    this.#owner = {
      dialed: (connection, error) => this.#dialed(connection, error),
      lost: (connection, reason) => this.#lost(connection, reason),
    };
  }

  /**
   * The upstream's answer, whatever its rcode. Rejects with DnsPoolError. With an idle connection at
   * hand it is probed and written to before this returns, so nothing can come in between (000.2).
   */
  async query(question: Question, options: RequestOptions = {}): Promise<DnsAnswer> {
    return this.#request(encodeQuery(question), options);
  }

  /**
   * Adds an A record, RFC 2136. The upstream's answer, whatever its rcode. Rejects with DnsPoolError.
   * An update that may have been sent is not sent again, because it may have been executed (F7): after
   * an error whose `isUnsent` is false, only the upstream knows.
   */
  async update(update: Update, options: RequestOptions = {}): Promise<DnsAnswer> {
    return this.#request(encodeUpdate(update), options);
  }

  stats(): DnsPoolStats {
    const { created, destroyed, errors, retries, queries, averageLatencyMs } = this.#counters;
    const { maxConnections, idleMs } = this.#options;
    return {
      address: this.#address,
      network: 'tcp',
      active: this.#held.size,
      total: created,
      maxConnections,
      idleMs,
      idle: this.#idle.length,
      waiting: this.#waiting.size,
      created,
      destroyed,
      errors,
      retries,
      queries,
      averageLatencyMs,
    };
  }

  /**
   * Fails every request that is waiting or in flight with class `closed` and closes all connections,
   * also those in use and those being made. Resolves when the last descriptor is closed. Idempotent.
   */
  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  #request(request: EncodedRequest, { signal }: RequestOptions): Promise<DnsAnswer> {
    if (this.#closing !== undefined) throw closedError(this.#address);
    if (signal?.aborted) throw abortedError(signal);
    return new Promise((resolve, reject) => {
      const pending = new PendingRequest(request, resolve, reject);
      this.#counters.queries++;
      if (signal) pending.listenTo(signal, () => this.#abort(pending, signal));
      if (this.#waiting.size > 0 || !this.#start(pending)) this.#waiting.add(pending);
    });
  }

  /** False when there is neither an idle connection nor room for a new one. */
  #start(pending: PendingRequest): boolean {
    const connection = this.#idle.take((stale, staleness) => {
      this.#discardStale(stale, staleness, lines.stale);
    });
    if (connection) {
      if (this.#held.size >= this.#options.maxConnections) {
        this.#log('DEBUG', lines.full, connection);
      }
      this.#lend(pending, connection, true);
      return true;
    }
    if (this.#held.size >= this.#options.maxConnections) return false;
    this.#dial(pending);
    return true;
  }

  #dial(pending: PendingRequest): void {
    const connection = new Connection(this.#options, this.#owner);
    pending.connection = connection;
    this.#held.set(connection, pending);
  }

  #dialed(connection: Connection, error: DnsPoolError | undefined): void {
    const pending = this.#held.get(connection);
    if (error) {
      this.#counters.errors++;
      this.#drop(connection, error.code);
      pending?.fail(error);
      this.#serveWaiting();
      return;
    }
    this.#counters.created++;
    this.#log('DEBUG', lines.created, connection);
    if (pending) this.#lend(pending, connection, false);
  }

  #lend(pending: PendingRequest, connection: Connection, isReused: boolean): void {
    const { clock, queryMs } = this.#options;
    if (pending.attempts++ === 0) pending.startedMs = clock.nowMs();
    pending.connection = connection;
    this.#held.set(connection, pending);
    if (isObserved()) {
      const { tuple } = connection;
      publish({ source: 'client', type: 'checkout', reused: isReused, ...tupleOf(tuple) });
    }
    if (pending.attempts === 1) this.#giveId(pending);
    connection.exchange(pending.request, queryMs, (outcome) => {
      this.#ended(pending, connection, isReused, outcome);
    });
  }

  #giveId(pending: PendingRequest): void {
    const id = this.#ids.take();
    writeId(pending.request, id);
    pending.onEnd(() => this.#ids.release(id));
  }

  #ended(
    pending: PendingRequest,
    connection: Connection,
    isReused: boolean,
    outcome: ExchangeOutcome,
  ): void {
    if ('error' in outcome) {
      this.#failed(pending, connection, isReused, outcome.error);
      return;
    }
    this.#counters.answered(this.#options.clock.nowMs() - pending.startedMs);
    pending.succeed(outcome.answer);
    if (outcome.isReusable) this.#repool(connection);
    else this.#discardStale(connection, { reason: unsolicited, found: 'event' }, lines.lost);
    this.#serveWaiting();
  }

  #failed(
    pending: PendingRequest,
    connection: Connection,
    isReused: boolean,
    error: DnsPoolError,
  ): void {
    this.#counters.errors++;
    this.#drop(connection, error.code);
    if (pending.attempts > 1 || !isRetryDue(pending.request, isReused, error)) {
      pending.fail(error);
      this.#serveWaiting();
      return;
    }
    this.#counters.retries++;
    if (isObserved()) {
      const { tuple } = connection;
      publish({ source: 'client', type: 'retry', cause: error.code, ...tupleOf(tuple) });
    }
    this.#log('WARN', lines.retrying, connection);
    // At once, so that the slot of the dead connection cannot go to anybody else.
    this.#dial(pending);
  }

  #repool(connection: Connection): void {
    this.#held.set(connection, undefined);
    this.#idle.add(connection);
    if (isObserved()) {
      publish({ source: 'client', type: 'repool', ...tupleOf(connection.tuple) });
    }
  }

  /** An idle connection was closed, reset or written to by the upstream. */
  #lost(connection: Connection, reason: string): void {
    this.#idle.remove(connection);
    this.#discardStale(connection, { reason, found: 'event' }, lines.lost);
    this.#serveWaiting();
  }

  #discardStale(connection: Connection, { reason, found }: Staleness, line: Line): void {
    if (isObserved()) {
      publish({ source: 'client', type: 'stale', reason, found, ...tupleOf(connection.tuple) });
    }
    this.#drop(connection, reason);
    this.#log('DEBUG', line, connection);
  }

  /** Gives the slot back and closes the connection. */
  #drop(connection: Connection, reason: string): void {
    this.#held.delete(connection);
    if (connection.tuple !== undefined) this.#counters.destroyed++;
    this.#leaving.add(connection);
    void connection.gone.then(() => this.#leaving.delete(connection));
    connection.destroy(reason);
  }

  #serveWaiting(): void {
    this.#waiting.serve((pending) => this.#start(pending));
  }

  #abort(pending: PendingRequest, signal: AbortSignal): void {
    this.#waiting.remove(pending);
    if (pending.connection) this.#drop(pending.connection, 'aborted');
    pending.fail(abortedError(signal));
    this.#serveWaiting();
  }

  async #closeAll(): Promise<void> {
    this.#log('INFO', lines.closed);
    this.#idle.clear();
    const unserved = this.#waiting.drain();
    for (const [connection, pending] of [...this.#held]) {
      this.#drop(connection, 'pool closed');
      if (pending) unserved.push(pending);
    }
    for (const pending of unserved) pending.fail(closedError(this.#address));
    await Promise.all([...this.#leaving].map(({ gone }) => gone));
  }

  #log(level: LogLevel, line: Line, connection?: Connection): void {
    const text = () => {
      const open = this.#counters.created - this.#counters.destroyed;
      return line(this.#address, open, this.#options.maxConnections);
    };
    log(this.#options.logger, level, text, connection?.tuple);
  }
}

/** Unsent, nobody refused or executed the request yet: whatever it is, it may be sent again (F9). */
function isRetryDue(
  { isResendable }: EncodedRequest,
  isReused: boolean,
  error: DnsPoolError,
): boolean {
  if (!isConnectionLost(error)) return false;
  // A fresh connection that is closed at once has no stale state to blame: asking again would only
  // hammer an upstream that does not want this query.
  return error.isUnsent || (isReused && isResendable);
}
