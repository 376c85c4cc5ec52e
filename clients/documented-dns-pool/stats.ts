/** What the documented pool counts, and what only the comparison with other pools counts. */
import type { PoolNetwork } from './dial.ts';

export type DocumentedPoolStats = {
  /** `host:port` of the upstream. */
  address: string;
  network: PoolNetwork;
  /** Slots taken: connections in use, idle or being made. */
  active: number;
  /** Connections made since the pool was opened; the same as `created`. */
  total: number;
  maxConnections: number;
  /** Milliseconds. */
  idleMs: number;
  idle: number;
  created: number;
  destroyed: number;
  /** Connections lost during an exchange. Timeouts and failed dials are no errors here. */
  errors: number;
  retries: number;
  /** Requests, each again for every stale connection that it met. */
  queries: number;
  /** Moving average over the requests answered. Milliseconds. */
  averageLatencyMs: number;
};

/** What the pool was told. */
type Settings = Pick<DocumentedPoolStats, 'address' | 'network' | 'maxConnections' | 'idleMs'>;

const newestWeight = 0.2;

export class Counters {
  active = 0;
  created = 0;
  destroyed = 0;
  errors = 0;
  retries = 0;
  queries = 0;
  averageLatencyMs = 0;

  asked(): void {
    this.queries++;
  }

  connected(): void {
    this.created++;
  }

  notConnected(): void {
    this.active--;
  }

  gone(): void {
    this.active--;
    this.destroyed++;
  }

  answered(latencyMs: number): void {
    const old = this.averageLatencyMs;
    this.averageLatencyMs = old === 0 ? latencyMs : old + newestWeight * (latencyMs - old);
  }

  stats(settings: Settings, idle: number): DocumentedPoolStats {
    const { active, created, destroyed, errors, retries, queries, averageLatencyMs } = this;
    return {
      ...settings,
      active,
      total: created,
      idle,
      created,
      destroyed,
      errors,
      retries,
      queries,
      averageLatencyMs,
    };
  }
}
