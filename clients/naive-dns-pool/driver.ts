/** The naive pool as a client that scenarios can drive. */
import type { DecodedPacket } from 'dns-packet';
import type { Operation } from '../../harness/event.ts';
import type { Clock } from './clock.ts';
import { NaivePoolError } from './errors.ts';
import { NaiveDnsPool, type NaivePoolStats } from './pool.ts';

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

  /** The answers' data joined by a space. Rejects with NaivePoolError. */
  async request(operation: Operation): Promise<string> {
    if (operation.kind !== 'query') {
      const message = `the client naive-dns-pool can only query, got "${operation.kind}"`;
      throw new NaivePoolError('UNSUPPORTED', message);
    }
    return inWords(await this.#pool.query(operation.name, operation.type));
  }

  stats(): NaivePoolStats {
    return this.#pool.stats();
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}

/** Without answers the rcode, or `NODATA` when that is no error. */
function inWords({ answers = [], rcode = 'NOERROR' }: DecodedPacket & { rcode?: string }): string {
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
