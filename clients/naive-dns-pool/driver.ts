/** The naive pool as a client that scenarios can drive. */
import type { Operation } from '../../harness/event.ts';
import type { Clock } from '../clock.ts';
import { NaivePoolError } from './errors.ts';
import { type NaiveAnswer, NaiveDnsPool, type NaivePoolStats } from './pool.ts';

export const naiveDnsPoolDriver = {
  name: 'naive-dns-pool',
  description: 'pooled DNS over TCP before the fix: no probe, failed connections are lent again',
  protocols: ['dns-tcp'],
  isPool: true,
  open(
    { host, port }: { host: string; port: number },
    { clock }: { clock: Clock },
  ): NaiveDnsPoolClient {
    return new NaiveDnsPoolClient(new NaiveDnsPool({ host, port, clock }));
  },
} as const;

class NaiveDnsPoolClient {
  readonly #pool: NaiveDnsPool;

  constructor(pool: NaiveDnsPool) {
    this.#pool = pool;
  }

  /** The answers' data joined by a space; an update's rcode. Rejects with NaivePoolError. */
  async request(operation: Operation): Promise<string> {
    switch (operation.kind) {
      case 'query':
        return inWords(await this.#pool.query(operation.name, operation.type));
      case 'update': {
        const { rcode = 'NOERROR' } = await this.#pool.update(operation.name, operation.data);
        return rcode;
      }
      default: {
        const message = `the client naive-dns-pool can only query and update, got "${operation.kind}"`;
        throw new NaivePoolError('UNSUPPORTED', message);
      }
    }
  }

  stats(): NaivePoolStats {
    return this.#pool.stats();
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}

/** Without answers the rcode, or `NODATA` when that is no error. */
function inWords({ answers = [], rcode = 'NOERROR' }: NaiveAnswer): string {
  const words = answers.flatMap((answer) => ('data' in answer ? [text(answer.data)] : []));
  if (words.length > 0) return words.join(' ');
  return rcode === 'NOERROR' ? 'NODATA' : rcode;
}

function text(data: unknown): string {
  if (typeof data === 'string') return data;
  if (Buffer.isBuffer(data)) return data.toString();
  if (Array.isArray(data)) return data.map(text).join('');
  return JSON.stringify(data);
}
