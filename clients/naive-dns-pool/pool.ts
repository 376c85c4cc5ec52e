/**
 * The pool as it was before document 000's fix: it never looks at a connection before it lends it,
 * and puts it back whatever happened on it, so that the next query fails too (000.8). It is meant
 * to fail; what a good pool does is seen against it.
 */
import { type Address, formatAddress } from '../../kernel/address.ts';
import { type Clock, realClock } from '../clock.ts';
import { publish } from '../events.ts';
import { Deadline } from '../go-deadline.ts';
import { GoError } from '../go-errors.ts';
import { GoTcpConnection } from '../go-tcp-connection.ts';
import { logFailedQuery } from '../handler-log.ts';
import { type DnsAnswer, type DnsRequest, decodeAnswer, encodeRequest } from '../plain-dns.ts';

export interface NaivePoolOptions {
  host: string;
  port: number;
  /** Idle connections kept; one more that comes back is closed. Default 10. */
  idleMax?: number;
  /** Milliseconds, default 10 000. */
  dialMs?: number;
  /** Limit for one exchange. Milliseconds, default 5000. */
  queryMs?: number;
  clock?: Clock;
}

export type NaivePoolStats = {
  address: string;
  network: 'tcp';
  active: number;
  idle: number;
  created: number;
  destroyed: number;
  errors: number;
  queries: number;
};

export class NaiveDnsPool {
  readonly #target: Address;
  readonly #idleMax: number;
  readonly #dialMs: number;
  readonly #queryMs: number;
  readonly #clock: Clock;
  /** In the order in which they came back. */
  readonly #idle: GoTcpConnection[] = [];
  readonly #open = new Set<GoTcpConnection>();
  readonly #running = new Set<Promise<unknown>>();
  readonly #closing = new AbortController();
  #nextId = 1;
  #created = 0;
  #destroyed = 0;
  #errors = 0;
  #queries = 0;

  constructor(options: NaivePoolOptions) {
    const {
      host,
      port,
      idleMax = 10,
      dialMs = 10_000,
      queryMs = 5_000,
      clock = realClock,
    } = options;
    this.#target = { host, port };
    this.#idleMax = idleMax;
    this.#dialMs = dialMs;
    this.#queryMs = queryMs;
    this.#clock = clock;
  }

  /** Whatever message comes first is taken for the answer. Rejects with GoError. */
  async exchange(request: DnsRequest): Promise<DnsAnswer> {
    this.#queries++;
    const running = this.#exchange(request);
    this.#running.add(running);
    try {
      return await running;
    } catch (error) {
      this.#errors++;
      if (error instanceof GoError) logFailedQuery(error);
      throw error;
    } finally {
      this.#running.delete(running);
    }
  }

  stats(): NaivePoolStats {
    return {
      address: formatAddress(this.#target),
      network: 'tcp',
      active: this.#open.size,
      idle: this.#idle.length,
      created: this.#created,
      destroyed: this.#destroyed,
      errors: this.#errors,
      queries: this.#queries,
    };
  }

  /** Idempotent. Queries in flight fail with code `CLOSED`. */
  async close(): Promise<void> {
    this.#idle.length = 0;
    this.#closing.abort();
    for (const connection of [...this.#open]) this.#destroy(connection, 'pool closed');
    await Promise.allSettled(this.#running);
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  async #exchange(request: DnsRequest): Promise<DnsAnswer> {
    if (this.#isClosed) throw poolClosed();
    const message = encodeRequest(request, this.#nextId++);
    const idle = this.#idle.shift();
    const connection = idle ?? (await this.#connect());
    const { tuple } = connection;
    publish({ source: 'client', type: 'checkout', reused: idle !== undefined, tuple });
    const deadline = new Deadline(this.#clock, this.#queryMs);
    try {
      return decodeAnswer(await connection.exchange(message, (phase) => phase(deadline)));
    } finally {
      deadline.cancel();
      this.#putBack(connection);
    }
  }

  async #connect(): Promise<GoTcpConnection> {
    const { signal } = this.#closing;
    const dialer = { clock: this.#clock, dialMs: this.#dialMs, signal };
    const connection = await GoTcpConnection.dial(this.#target, dialer);
    this.#created++;
    this.#open.add(connection);
    if (this.#isClosed) {
      this.#destroy(connection, 'pool closed');
      throw poolClosed();
    }
    return connection;
  }

  /** Also when the exchange failed or timed out: this is the mistake that document 000 is about. */
  #putBack(connection: GoTcpConnection): void {
    if (this.#isClosed) return;
    if (this.#idle.length >= this.#idleMax) {
      this.#destroy(connection, 'pool full');
      return;
    }
    this.#idle.push(connection);
    publish({ source: 'client', type: 'repool', tuple: connection.tuple });
  }

  #destroy(connection: GoTcpConnection, reason: string): void {
    this.#open.delete(connection);
    this.#destroyed++;
    publish({ source: 'client', type: 'destroy', reason, tuple: connection.tuple });
    connection.close();
  }
}

const poolClosed = () => new GoError('CLOSED', 'the pool is closed');
