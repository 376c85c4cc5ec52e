/**
 * The pool as it was before document 000's fix: it never looks at a connection before it lends it,
 * and puts it back whatever happened on it, so that the next query fails too (000.8). It is meant
 * to fail; what a good pool does is seen against it.
 */
import {
  type DecodedPacket,
  decode,
  encode,
  type Packet,
  RECURSION_DESIRED,
  type RecordType,
} from 'dns-packet';
import type { Address } from '../../kernel/address.ts';
import { SystemCallError } from '../../kernel/socket.ts';
import { TcpSocket } from '../../kernel/tcp-socket.ts';
import { type Clock, realClock } from '../clock.ts';
import { publish, publishIo } from '../events.ts';
import { NaiveConnection } from './connection.ts';
import { Deadline } from './deadline.ts';
import { goError, NaivePoolError } from './errors.ts';

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

export type NaiveAnswer = DecodedPacket & { rcode?: string };

/** RFC 2136 section 1.3, in its place in the flags. */
const updateFlags = 5 << 11;
const updateTtlSeconds = 60;

export class NaiveDnsPool {
  readonly #target: Address;
  readonly #idleMax: number;
  readonly #dialMs: number;
  readonly #queryMs: number;
  readonly #clock: Clock;
  /** In the order in which they came back. */
  readonly #idle: NaiveConnection[] = [];
  readonly #open = new Set<NaiveConnection>();
  readonly #dials = new Set<AbortController>();
  readonly #running = new Set<Promise<unknown>>();
  #isClosed = false;
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

  /** Whatever message comes first is taken for the answer. Rejects with NaivePoolError. */
  async query(name: string, type: string): Promise<NaiveAnswer> {
    const question = { name, type: type.toUpperCase() as RecordType };
    return this.#request({ flags: RECURSION_DESIRED, questions: [question] });
  }

  /** Adds an A record, RFC 2136. Goes the way of a query; neither is ever tried again. */
  async update(name: string, data: string): Promise<NaiveAnswer> {
    return this.#request({
      flags: updateFlags,
      questions: [{ name, type: 'SOA' }],
      authorities: [{ name, type: 'A', ttl: updateTtlSeconds, data }],
    });
  }

  async #request(packet: Packet): Promise<NaiveAnswer> {
    this.#queries++;
    const running = this.#exchange(packet);
    this.#running.add(running);
    try {
      return await running;
    } catch (error) {
      this.#errors++;
      if (error instanceof NaivePoolError) this.#logFailure(error);
      throw error;
    } finally {
      this.#running.delete(running);
    }
  }

  stats(): NaivePoolStats {
    return {
      address: `${this.#target.host}:${this.#target.port}`,
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
    this.#isClosed = true;
    this.#idle.length = 0;
    for (const dial of this.#dials) dial.abort();
    for (const connection of [...this.#open]) this.#destroy(connection, 'pool closed');
    await Promise.allSettled(this.#running);
  }

  async #exchange(packet: Packet): Promise<NaiveAnswer> {
    if (this.#isClosed) throw new NaivePoolError('CLOSED', 'the pool is closed');
    const message = encode({ ...packet, type: 'query', id: this.#nextId++ & 0xffff });
    const idle = this.#idle.shift();
    const connection = idle ?? (await this.#connect());
    const { tuple } = connection;
    publish({ source: 'client', type: 'checkout', reused: idle !== undefined, tuple });
    const deadline = new Deadline(this.#clock, this.#queryMs);
    try {
      return this.#decode(await connection.exchange(message, deadline));
    } finally {
      deadline.cancel();
      this.#putBack(connection);
    }
  }

  #decode(message: Buffer): NaiveAnswer {
    try {
      return decode(message);
    } catch (cause) {
      throw new NaivePoolError('PROTOCOL', 'unpack failed: not a DNS message', { cause });
    }
  }

  async #connect(): Promise<NaiveConnection> {
    const address = `${this.#target.host}:${this.#target.port}`;
    publish({ source: 'client', type: 'dial' });
    // The kernel's own patience is minutes.
    const dial = new AbortController();
    const cancelDeadline = this.#clock.after(this.#dialMs, () => dial.abort());
    this.#dials.add(dial);
    try {
      const socket = await TcpSocket.connect(this.#target, { signal: dial.signal });
      if (this.#isClosed) {
        socket.close();
        throw goError('dial', address, 'CLOSED');
      }
      const connection = new NaiveConnection(socket);
      this.#open.add(connection);
      this.#created++;
      publishIo('connect', { bytes: 0 }, connection.tuple);
      publish({ source: 'client', type: 'connected', tuple: connection.tuple });
      return connection;
    } catch (error) {
      throw this.#dialFailure(address, error);
    } finally {
      cancelDeadline();
      this.#dials.delete(dial);
    }
  }

  #dialFailure(address: string, error: unknown): unknown {
    if (!(error instanceof SystemCallError)) return error;
    if (this.#isClosed) return goError('dial', address, 'CLOSED', error);
    if (error.code === 'ECANCELED') return goError('dial', address, 'TIMEOUT', error);
    publishIo('connect', { error: error.code });
    return goError('dial', address, error.code, error);
  }

  /** Also when the exchange failed or timed out: this is the mistake that document 000 is about. */
  #putBack(connection: NaiveConnection): void {
    if (this.#isClosed) return;
    if (this.#idle.length >= this.#idleMax) {
      this.#destroy(connection, 'pool full');
      return;
    }
    this.#idle.push(connection);
    publish({ source: 'client', type: 'repool', tuple: connection.tuple });
  }

  #destroy(connection: NaiveConnection, reason: string): void {
    this.#open.delete(connection);
    this.#destroyed++;
    publish({ source: 'client', type: 'destroy', reason, tuple: connection.tuple });
    connection.close();
  }

  /** The two lines of document 000's log, in its order. */
  #logFailure({ message }: NaivePoolError): void {
    const all = '[querySequential] 所有服务器都失败';
    const one = `[handleQuery] 上游查询失败: ${message}`;
    publish({ source: 'client', type: 'log', level: 'ERROR', text: all });
    publish({ source: 'client', type: 'log', level: 'WARN', text: one });
  }
}
