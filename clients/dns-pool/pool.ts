/** The pool of connections to one upstream that documents 000 and 001 describe. */
import { isObserved, publish } from '../events.ts';
import type { Answered, Connection, Failure, Loss, Owner } from './connection.ts';
import { DatagramConnection } from './datagram-connection.ts';
import { refusesEdns } from './edns.ts';
import { abortedError, closedError, type DnsPoolError, deadlineError } from './errors.ts';
import { type LogLevel, log, tupleOf } from './events.ts';
import { IdleList, probed, type Staleness } from './idle-list.ts';
import { type Line, lines } from './lines.ts';
import {
  type DnsAnswer,
  type EncodedRequest,
  encodeQuery,
  encodeUpdate,
  type Question,
  type Update,
} from './message.ts';
import {
  type DnsPoolOptions,
  delayMsMax,
  type ResolvedOptions,
  resolveOptions,
} from './options.ts';
import { PendingRequest } from './pending-request.ts';
import { isRetryDue } from './retry.ts';
import { Counters, type DnsPoolStats } from './stats.ts';
import { StreamConnection } from './stream-connection.ts';
import { WaitQueue } from './wait-queue.ts';

export interface RequestOptions {
  /** Ends the request with class `aborted`. */
  signal?: AbortSignal | undefined;
  /**
   * Ends the request with class `deadline`, whatever it waits for by then: a connection, a retry, an
   * answer. Milliseconds; default: as long as `queueMs`, `dialMs` and `queryMs` allow together.
   */
  withinMs?: number | undefined;
}

export interface CloseOptions {
  /** How long requests that are waiting or in flight may go on. Milliseconds, default 0. */
  graceMs?: number;
}

export class DnsPool {
  readonly #options: ResolvedOptions;
  readonly #address: string;
  readonly #counters = new Counters();
  readonly #owner: Owner;
  /** Every slot taken: connections in use, idle, or being made. */
  readonly #held = new Set<Connection>();
  readonly #idle: IdleList;
  /** Those in use, least recently lent first. */
  readonly #busy = new Set<Connection>();
  /** Requests that a connection was made for. They are sent before all others. */
  readonly #heirs = new Map<Connection, PendingRequest[]>();
  readonly #waiting: WaitQueue;
  readonly #unsettled = new Set<PendingRequest>();
  /** Given up, descriptor not yet closed. */
  readonly #leaving = new Set<Connection>();
  /** Where truncated answers are asked for again. */
  #overTcp: DnsPool | undefined;
  /** Until the upstream refuses a request for having an OPT record. */
  #asksKeepalive: boolean;
  #closing: Promise<void> | undefined;
  #onSettled: (() => void) | undefined;
  readonly #ended = (pending: PendingRequest) => {
    this.#unsettled.delete(pending);
    if (this.#unsettled.size === 0) this.#onSettled?.();
  };
  readonly #discardAtCheckout = (stale: Connection, staleness: Staleness) => {
    this.#discardStale(stale, staleness, lines.stale);
  };

  /** Opens no connection. Throws TypeError or RangeError for options that make no sense. */
  constructor(options: DnsPoolOptions = {}) {
    this.#options = resolveOptions(options);
    this.#address = `${this.#options.host}:${this.#options.port}`;
    this.#asksKeepalive = this.#options.askKeepalive && this.#options.network !== 'udp';
    this.#idle = new IdleList(this.#options, (connection, staleness) => {
      this.#discardStale(connection, staleness, lines.swept);
    });
    this.#waiting = new WaitQueue(this.#options, this.#address);
    this.#owner = {
      dialed: (connection, error) => this.#dialed(connection, error),
      answered: (connection, answered) => this.#answered(connection, answered),
      free: (connection) => this.#free(connection),
      failed: (_connection, failures) => this.#failed(failures),
      retired: (connection) => this.#retired(connection),
      lost: (connection, reason, losses) => this.#lost(connection, reason, losses),
      dropped: (connection, bytes) => this.#dropped(connection, bytes),
    };
  }

  /**
   * The upstream's answer, whatever its rcode. Rejects with DnsPoolError. With an idle connection at
   * hand it is probed and written to before this returns, so nothing can come in between (000.2).
   */
  query(question: Question, options: RequestOptions = {}): Promise<DnsAnswer> {
    return this.#request(() => encodeQuery(question), options);
  }

  /**
   * Adds an A record, RFC 2136. The upstream's answer, whatever its rcode. Rejects with DnsPoolError.
   * An update that may have been sent is not sent again, because it may have been executed (F7): after
   * an error whose `isUnsent` is false, only the upstream knows.
   */
  update(update: Update, options: RequestOptions = {}): Promise<DnsAnswer> {
    return this.#request(() => encodeUpdate(update), options);
  }

  stats(): DnsPoolStats {
    const { created, destroyed, errors, timeouts, retries, truncated, dropped, queries } =
      this.#counters;
    const { network, maxConnections, idleMs } = this.#options;
    let inFlight = 0;
    for (const connection of this.#held) inFlight += connection.inFlight;
    return {
      address: this.#address,
      network,
      active: this.#held.size,
      total: created,
      maxConnections,
      idleMs,
      idle: this.#idle.length,
      inFlight,
      waiting: this.#waiting.size,
      created,
      destroyed,
      errors,
      timeouts,
      retries,
      truncated,
      dropped,
      queries,
      averageLatencyMs: this.#counters.averageLatencyMs,
    };
  }

  /**
   * Takes no more requests, waits for those it has for as long as it is told to, fails the rest with class
   * `closed`, and closes all connections, also those in use and those being made. Resolves when the last
   * descriptor is closed. Idempotent: the first call decides.
   */
  close({ graceMs = 0 }: CloseOptions = {}): Promise<void> {
    if (this.#closing !== undefined) return this.#closing;
    let resolve: (closed: Promise<void>) => void = () => {};
    this.#closing = new Promise((settle) => {
      resolve = settle;
    });
    // Only now: whoever is told of the closing may call back.
    resolve(this.#closeAll(graceMs));
    return this.#closing;
  }

  #request(encode: () => EncodedRequest, options: RequestOptions): Promise<DnsAnswer> {
    const { signal, withinMs = Number.POSITIVE_INFINITY } = options;
    return new Promise((resolve, reject) => {
      if (this.#closing !== undefined) throw closedError(this.#address);
      if (signal?.aborted) throw abortedError(signal);
      const encoded = encode();
      if (withinMs <= 0) throw deadlineError(encoded.text(), this.#address, withinMs);
      const pending = new PendingRequest(encoded, resolve, reject, this.#ended);
      this.#counters.queries++;
      this.#unsettled.add(pending);
      this.#limit(pending, options);
      this.#enter(pending);
    });
  }

  /** Behind those who wait already. */
  #enter(pending: PendingRequest): void {
    if (this.#waiting.size > 0 || !this.#start(pending)) this.#waiting.add(pending);
  }

  #limit(pending: PendingRequest, { signal, withinMs }: RequestOptions): void {
    if (signal) {
      const aborted = () => this.#withdraw(pending, abortedError(signal));
      signal.addEventListener('abort', aborted, { once: true });
      pending.onEnd(() => signal.removeEventListener('abort', aborted));
    }
    if (withinMs !== undefined) {
      const { text } = pending.encoded;
      const expired = () => this.#withdraw(pending, deadlineError(text(), this.#address, withinMs));
      pending.onEnd(this.#options.clock.after(Math.min(withinMs, delayMsMax), expired));
    }
  }

  /** False when there is no connection with room, and no room for a new one. */
  #start(pending: PendingRequest): boolean {
    const idle = this.#idle.take(this.#discardAtCheckout);
    const isFull = this.#held.size >= this.#options.maxConnections;
    if (!idle && !isFull) {
      this.#dial([pending]);
      return true;
    }
    const connection = idle ?? this.#leastRecentlyLent();
    if (!connection) return false;
    if (isFull) this.#log('DEBUG', lines.full, connection);
    return this.#lend(pending, connection);
  }

  #leastRecentlyLent(): Connection | undefined {
    for (const connection of this.#busy) if (connection.room > 0) return connection;
    return undefined;
  }

  #dial(heirs: PendingRequest[]): void {
    this.#reserve(heirs).start();
  }

  /** Takes a slot, and tells nobody yet. */
  #reserve(heirs: PendingRequest[]): Connection {
    const { network } = this.#options;
    const Carrier = network === 'udp' ? DatagramConnection : StreamConnection;
    const connection = new Carrier(this.#options, this.#owner);
    for (const pending of heirs) pending.connection = connection;
    this.#held.add(connection);
    this.#heirs.set(connection, heirs);
    return connection;
  }

  #dialed(connection: Connection, error: DnsPoolError | undefined): void {
    if (!error) {
      this.#counters.created++;
      this.#log('DEBUG', lines.created, connection);
      this.#free(connection);
      return;
    }
    this.#counters.errors++;
    const heirs = this.#takeHeirs(connection);
    this.#drop(connection, error.code);
    for (const pending of heirs) pending.fail(error);
    this.#serveWaiting();
  }

  /** False when there is no room any more: whoever is told of the checkout may call back. */
  #lend(pending: PendingRequest, connection: Connection): boolean {
    const isFirst = connection.answered === 0 && connection.inFlight === 0;
    // To the end: it is the most recently lent one now.
    this.#busy.delete(connection);
    this.#busy.add(connection);
    if (isObserved()) {
      const { tuple } = connection;
      publish({ source: 'client', type: 'checkout', reused: !isFirst, ...tupleOf(tuple) });
    }
    if (pending.isSettled) {
      this.#free(connection);
      return true;
    }
    if (connection.room <= 0) return false;
    if (pending.attempts++ === 0) pending.startedMs = this.#options.clock.nowMs();
    pending.connection = connection;
    pending.asksKeepalive = isFirst && this.#asksKeepalive;
    connection.send(pending);
    return true;
  }

  #answered(connection: Connection, answered: readonly Answered[]): void {
    for (const { request, answer } of answered) {
      if (request.asksKeepalive && refusesEdns(answer)) {
        this.#asksKeepalive = false;
        request.isSeen = true;
        request.attempts--;
        this.#heirs.set(connection, [request, ...this.#takeHeirs(connection)]);
      } else if (this.#options.network === 'udp' && answer.flag_tc) this.#askOverTcp(request);
      else this.#succeed(request, answer);
    }
  }

  #succeed(request: PendingRequest, answer: DnsAnswer): void {
    this.#counters.answered(this.#options.clock.nowMs() - request.startedMs);
    request.succeed(answer);
  }

  /** It has room: for those it was made for, then for those who wait. */
  #free(connection: Connection): void {
    // One that has just been made has nothing to be found.
    const isProbed = connection.answered > 0 && this.#heirs.has(connection);
    const staleness = isProbed ? probed(connection) : undefined;
    if (staleness) {
      this.#replace(connection, this.#takeHeirs(connection), () => {
        this.#discardStale(connection, staleness, lines.stale);
      });
      this.#serveWaiting();
      return;
    }
    this.#serveHeirs(connection);
    const isFree = this.#held.has(connection) && connection.inFlight === 0;
    if (isFree && !this.#idle.has(connection)) {
      this.#busy.delete(connection);
      this.#idle.add(connection);
      if (isObserved() && connection.answered > 0) {
        publish({ source: 'client', type: 'repool', ...tupleOf(connection.tuple) });
      }
    }
    this.#serveWaiting();
  }

  #serveHeirs(connection: Connection): void {
    while (connection.room > 0) {
      const heirs = this.#heirs.get(connection);
      const pending = heirs?.shift();
      if (heirs?.length === 0) this.#heirs.delete(connection);
      if (!pending) return;
      if (!pending.isSettled && !this.#lend(pending, connection)) this.#waiting.add(pending);
    }
  }

  #failed(failures: readonly Failure[]): void {
    for (const { request, error } of failures) {
      this.#counters.errors++;
      if (error.class === 'timeout') this.#counters.timeouts++;
      request.fail(error);
    }
  }

  /** Its heirs stay: they are the first on the connection that is made when it is lost. */
  #retired(connection: Connection): void {
    this.#busy.delete(connection);
    this.#idle.remove(connection);
  }

  #lost(connection: Connection, reason: string, losses: readonly Loss[]): void {
    const isIdle = this.#idle.remove(connection);
    if (isIdle) {
      this.#discardStale(connection, { reason, found: 'event' }, lines.lost);
      this.#serveWaiting();
      return;
    }
    const unserved = this.#takeHeirs(connection);
    const retries: PendingRequest[] = [];
    const failed: Loss[] = [];
    this.#counters.errors += losses.length;
    for (const loss of losses) {
      const { request, isUnsent } = loss;
      if (isRetryDue(loss, connection.answered > 0)) {
        request.isSeen ||= !isUnsent;
        retries.push(request);
      } else failed.push(loss);
    }
    this.#replace(connection, [...retries, ...unserved], () => {
      this.#drop(connection, reason);
      for (const _ of retries) this.#retrying(connection, reason);
    });
    for (const { request, error } of failed) request.fail(error());
    this.#serveWaiting();
  }

  /** With a connection for these, which has the slot before anything is told: nobody else can take it (F5). */
  #replace(connection: Connection, heirs: PendingRequest[], drop: () => void): void {
    this.#held.delete(connection);
    const successor = heirs.length > 0 ? this.#reserve(heirs) : undefined;
    drop();
    successor?.start();
  }

  #retrying(connection: Connection, cause: string): void {
    this.#counters.retries++;
    if (isObserved()) {
      publish({ source: 'client', type: 'retry', cause, ...tupleOf(connection.tuple) });
    }
    this.#log('WARN', lines.retrying, connection);
  }

  #dropped({ tuple }: Connection, bytes: number): void {
    this.#counters.dropped++;
    const text = () => `dropped a datagram of ${bytes} bytes that answers no query in flight`;
    log(this.#options.logger, 'WARN', text, tuple);
  }

  /** RFC 7766 section 5: what was cut to fit a datagram can be had whole over TCP. */
  #askOverTcp(pending: PendingRequest): void {
    this.#counters.truncated++;
    pending.isSeen = true;
    this.#overTcp ??= new DnsPool(tcpOptions(this.#options));
    const tcp = this.#overTcp;
    const again = new PendingRequest(
      pending.encoded,
      (answer) => this.#succeed(pending, answer),
      (error) => pending.fail(error),
    );
    pending.onEnd(() => tcp.#withdraw(again, closedError(tcp.#address)));
    tcp.#enter(again);
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
    this.#busy.delete(connection);
    this.#heirs.delete(connection);
    // No sweep is left over where there is nothing that could be idle.
    if (this.#held.size === 0) this.#idle.clear();
    if (connection.isMade) this.#counters.destroyed++;
    this.#leaving.add(connection);
    void connection.gone.then(() => this.#leaving.delete(connection));
    connection.destroy(reason);
  }

  #serveWaiting(): void {
    if (this.#waiting.size > 0) this.#waiting.serve((pending) => this.#start(pending));
  }

  /** Those that a connection was made for and that still want it. */
  #takeHeirs(connection: Connection): PendingRequest[] {
    const heirs = this.#heirs.get(connection)?.filter(({ isSettled }) => !isSettled) ?? [];
    this.#heirs.delete(connection);
    return heirs;
  }

  /** The caller wants it no more. A connection on which it took too long serves nobody else (F24). */
  #withdraw(pending: PendingRequest, error: DnsPoolError): void {
    if (pending.isSettled) return;
    const { connection } = pending;
    this.#waiting.remove(pending);
    pending.fail(error);
    if (error.class === 'deadline') connection?.expire(pending);
    else connection?.abandon(pending);
    this.#serveWaiting();
  }

  async #closeAll(graceMs: number): Promise<void> {
    if (graceMs > 0 && this.#unsettled.size > 0) {
      await this.#settled(Math.min(graceMs, delayMsMax));
    }
    this.#log('INFO', lines.closed);
    this.#idle.clear();
    this.#waiting.clear();
    const unserved = [...this.#unsettled];
    for (const connection of [...this.#held]) this.#drop(connection, 'pool closed');
    for (const pending of unserved) pending.fail(closedError(this.#address));
    await this.#overTcp?.close();
    await Promise.all([...this.#leaving].map(({ gone }) => gone));
  }

  #settled(graceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(graceMs, resolve);
      this.#onSettled = () => {
        cancel();
        resolve();
      };
    });
  }

  #log(level: LogLevel, line: Line, connection?: Connection): void {
    const { network, maxConnections, logger } = this.#options;
    const text = () => {
      const open = this.#counters.created - this.#counters.destroyed;
      return line(this.#address, network, open, maxConnections);
    };
    log(logger, level, text, connection?.tuple);
  }
}

function tcpOptions({ tls: _, ...options }: ResolvedOptions): DnsPoolOptions {
  const { logger, ...others } = options;
  return { ...others, network: 'tcp', ...(logger && { logger }) };
}
