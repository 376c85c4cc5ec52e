/** The naive pool as a client that scenarios can drive. */
import type { Operation } from '../../harness/event.ts';
import type { Clock } from '../clock.ts';
import { inWords, requestFor } from '../plain-dns.ts';
import { NaiveDnsPool } from './pool.ts';

export const naiveDnsPoolDriver = {
  name: 'naive-dns-pool',
  description: 'pooled DNS over TCP before the fix: no probe, failed connections are lent again',
  protocols: ['dns-tcp'],
  isPool: true,
  open({ host, port }: { host: string; port: number }, { clock }: { clock: Clock }) {
    const pool = new NaiveDnsPool({ host, port, clock });
    return {
      /** Rejects with GoError. */
      async request(operation: Operation): Promise<string> {
        return inWords(operation, await pool.exchange(requestFor(operation)));
      },
      stats: () => pool.stats(),
      close: () => pool.close(),
    };
  },
} as const;
