/** The pool as a client that scenarios can drive. */
import type { Operation } from '../../harness/event.ts';
import type { Clock } from '../clock.ts';
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

  /**
   * The answers' data joined by a space; an update's rcode. Rejects with DnsPoolError, or with code
   * `UNSUPPORTED`.
   */
  async request(operation: Operation): Promise<string> {
    switch (operation.kind) {
      case 'query':
        return inWords(await this.#pool.query({ name: operation.name, type: operation.type }));
      case 'update': {
        const { name, data } = operation;
        const { rcode = 'NOERROR' } = await this.#pool.update({ name, data });
        return rcode;
      }
      default:
        throw new UnsupportedOperationError(operation.kind);
    }
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
    super(`the client dns-pool can only query and update, got the operation "${kind}"`);
    this.name = 'UnsupportedOperationError';
  }
}
