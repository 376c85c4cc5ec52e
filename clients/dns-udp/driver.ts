/** DNS over UDP as a client that scenarios can drive. */
import type { Operation } from '../../harness/event.ts';
import type { Clock } from '../clock.ts';
import { DnsUdpClient, DnsUdpError } from './client.ts';

/**
 * No pool: it keeps a socket, but no connection that could be dead. After ECONNREFUSED the same socket
 * is as good as before.
 */
export const dnsUdpDriver = {
  name: 'dns-udp',
  description: 'DNS over UDP: many queries on one socket, answers matched by id and question',
  protocols: ['dns-udp'],
  operations: ['query'] as const,
  isPool: false,
  open({ host, port }: { host: string; port: number }, { clock }: { clock: Clock }) {
    const client = new DnsUdpClient({ host, port, clock });
    return {
      /** Rejects with DnsUdpError. */
      async request(operation: Operation): Promise<string> {
        if (operation.kind !== 'query') {
          const message = `the client dns-udp can only query, got "${operation.kind}"`;
          throw new DnsUdpError('UNSUPPORTED', message);
        }
        return client.query(operation.name, operation.type);
      },
      stats: () => client.stats(),
      close: () => client.close(),
    };
  },
};
