/** The pool as a client that scenarios can drive. */
import type { Operation } from '../../harness/event.ts';
import type { Clock } from './clock.ts';
import { DnsPool } from './pool.ts';
import type { DnsPoolStats } from './stats.ts';
import { inWords } from './words.ts';

export const dnsPoolDriver = {
  name: 'dns-pool',
  description: 'pooled DNS over TCP: stale probe at checkout, one retry on a new connection',
  protocols: ['dns-tcp'],
  isPool: true,
  open({ host, port }: { host: string; port: number }, { clock }: { clock: Clock }): DnsPoolClient {
    return new DnsPoolClient(new DnsPool({ host, port, clock }));
  },
} as const;

class DnsPoolClient {
  readonly #pool: DnsPool;

  constructor(pool: DnsPool) {
    this.#pool = pool;
  }

  /** The answers' data joined by a space. Rejects with DnsPoolError, or with code `UNSUPPORTED`. */
  async request(operation: Operation): Promise<string> {
    if (operation.kind !== 'query') throw new UnsupportedOperationError(operation.kind);
    const { name, type } = operation;
    return inWords(await this.#pool.query({ name, type }));
  }

  stats(): DnsPoolStats {
    return this.#pool.stats();
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}

class UnsupportedOperationError extends Error {
  readonly code = 'UNSUPPORTED';

  constructor(kind: string) {
    super(`the client dns-pool can only query, got the operation "${kind}"`);
    this.name = 'UnsupportedOperationError';
  }
}
