/**
 * One connection for each query: what document 001 starts from. Meant to show what pooling is for and
 * what it costs: it uses up a local port each time, pays each time for the handshake, and has no dead
 * connections. It asks and answers as the documented pool does.
 */
import type { Operation } from '../../harness/event.ts';
import type { Address } from '../../kernel/address.ts';
import type { Clock } from '../clock.ts';
import { publish } from '../events.ts';
import type { GoConnection } from '../go-connection.ts';
import { perPhase } from '../go-deadline.ts';
import { GoError } from '../go-errors.ts';
import { GoTcpConnection } from '../go-tcp-connection.ts';
import { GoUdpConnection } from '../go-udp-connection.ts';
import { type DnsAnswer, decodeAnswer, encodeRequest, inWords, requestFor } from '../plain-dns.ts';

const dialMs = 10_000;
const queryMs = 5_000;

export const dnsPerQueryDriver = {
  name: 'dns-per-query',
  description: 'DNS without a pool: one connection for each query',
  protocols: ['dns-tcp', 'dns-udp'],
  isPool: false,
  open({ host, port }: Address, { clock, protocol }: { clock: Clock; protocol?: string }) {
    return new DnsPerQueryClient({ host, port }, clock, protocol === 'dns-udp');
  },
} as const;

class DnsPerQueryClient {
  readonly #target: Address;
  readonly #clock: Clock;
  readonly #isUdp: boolean;
  readonly #closing = new AbortController();
  readonly #open = new Set<GoConnection>();
  readonly #running = new Set<Promise<unknown>>();
  #queries = 0;
  #created = 0;
  #errors = 0;

  constructor(target: Address, clock: Clock, isUdp: boolean) {
    this.#target = target;
    this.#clock = clock;
    this.#isUdp = isUdp;
  }

  /** Rejects with GoError. */
  async request(operation: Operation): Promise<string> {
    const message = encodeRequest(requestFor(operation), ++this.#queries);
    const running = this.#exchange(message, this.#queries);
    this.#running.add(running);
    try {
      return inWords(operation, await running);
    } catch (error) {
      this.#errors++;
      throw error;
    } finally {
      this.#running.delete(running);
    }
  }

  stats() {
    return { queries: this.#queries, created: this.#created, errors: this.#errors };
  }

  /** Idempotent. Queries in flight fail with code `CLOSED`. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const connection of this.#open) connection.close();
    await Promise.allSettled(this.#running);
  }

  async #exchange(message: Buffer, id: number): Promise<DnsAnswer> {
    const connection = await this.#dial();
    const { tuple } = connection;
    this.#open.add(connection);
    this.#created++;
    publish({ source: 'client', type: 'checkout', reused: false, tuple });
    try {
      if (this.#closing.signal.aborted) throw closed();
      const answer = await connection.exchange(message, perPhase(this.#clock, queryMs));
      return decodeAnswer(answer, id);
    } finally {
      this.#open.delete(connection);
      publish({ source: 'client', type: 'destroy', reason: 'done', tuple });
      connection.close();
    }
  }

  async #dial(): Promise<GoConnection> {
    const { signal } = this.#closing;
    if (signal.aborted) throw closed();
    if (this.#isUdp) return GoUdpConnection.dial(this.#target);
    return GoTcpConnection.dial(this.#target, { clock: this.#clock, dialMs, signal });
  }
}

const closed = () => new GoError('CLOSED', 'the client is closed');
