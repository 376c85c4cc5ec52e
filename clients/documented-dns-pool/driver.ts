/** The documented pool as a client that scenarios can drive. */
import type { Operation } from '../../harness/event.ts';
import { type Clock, realClock } from '../clock.ts';
import { inWords, requestFor } from '../plain-dns.ts';
import type { PoolNetwork } from './dial.ts';
import { DocumentedDnsPool } from './pool.ts';

const networkByProtocol: Readonly<Record<string, PoolNetwork>> = {
  'dns-tcp': 'tcp',
  'dns-udp': 'udp',
  'dns-tls': 'tcp-tls',
};

/**
 * Of the probe's millisecond. Real, since a probe of a healthy connection would never end by a clock that
 * stands still; but whether it is past is told by the time that this process has run, so that a busy
 * machine does not look like weakness 4.
 */
const probeClock: Clock = {
  nowMs() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  after: realClock.after,
};

export const documentedDnsPoolDriver = {
  name: 'documented-dns-pool',
  description:
    'the pool of documents 000 and 001 as they have it, after the fix, weaknesses included',
  protocols: Object.keys(networkByProtocol),
  isPool: true,
  open(
    { host, port }: { host: string; port: number },
    options: {
      clock: Clock;
      ca?: string | undefined;
      protocol?: string;
      /** Options of the pool; what it does not know it passes over. */
      settings?: Readonly<Record<string, unknown>>;
    },
  ) {
    const { clock, ca, protocol = 'dns-tcp', settings } = options;
    const network = networkByProtocol[protocol];
    if (!network) throw new TypeError(`expected a protocol of DNS, got "${protocol}"`);
    const told = { host, port, network, ca, clock, probeClock, ...settings };
    const pool = new DocumentedDnsPool(told);
    return {
      /** Rejects with GoError. */
      async request(operation: Operation): Promise<string> {
        return inWords(operation, await pool.exchange(requestFor(operation)));
      },
      stats: () => pool.stats(),
      close: () => pool.close(),
    };
  },
};
