/** What a pool counts. */
import type { Network } from './options.ts';

/** A snapshot. Once no connection is being made, `created = active + destroyed`. */
export type DnsPoolStats = {
  /** `host:port` of the upstream (001.7). */
  address: string;
  network: Network;
  /** Connections held: in use, idle or being made. Never above `maxConnections`. */
  active: number;
  /** Connections made since the pool was opened; the same as `created`. */
  total: number;
  maxConnections: number;
  /** Milliseconds. */
  idleMs: number;
  idle: number;
  /** Queries and updates whose answers may still come. */
  inFlight: number;
  /** Queries and updates waiting for a connection. */
  waiting: number;
  created: number;
  destroyed: number;
  /** Attempts that failed: dials, lost connections, timeouts, protocol errors. */
  errors: number;
  /** Of those, the ones that were not answered in time. */
  timeouts: number;
  retries: number;
  /** UDP: answers that were cut, so that the whole was asked for over TCP. */
  truncated: number;
  /** UDP: datagrams that answered nothing. */
  dropped: number;
  /** Queries and updates, each counted once however many connections it took. */
  queries: number;
  /** Moving average over those answered, a retry's lost time included. Milliseconds. */
  averageLatencyMs: number;
};

/** The weight of the newest one in the average. */
const newestWeight = 0.2;

export class Counters {
  created = 0;
  destroyed = 0;
  errors = 0;
  timeouts = 0;
  retries = 0;
  truncated = 0;
  dropped = 0;
  queries = 0;
  averageLatencyMs = 0;
  #answered = 0;

  answered(latencyMs: number): void {
    const weight = this.#answered++ === 0 ? 1 : newestWeight;
    this.averageLatencyMs += weight * (latencyMs - this.averageLatencyMs);
  }
}
