/** A good client with one thing spoilt. */
import { dnsPoolDriver } from '../../../clients/dns-pool/driver.ts';
import type { Client, ClientDriver } from '../../../harness/client.ts';

type Target = Parameters<ClientDriver['open']>[0];

export function wrapped(
  name: string,
  spoil: (client: Client, target: Target) => Partial<Client>,
): ClientDriver {
  return {
    name,
    description: `the DNS pool, spoilt: ${name}`,
    protocols: dnsPoolDriver.protocols,
    isPool: true,
    open(target, options) {
      const pool: Client = dnsPoolDriver.open(target, options);
      return {
        request: (operation) => pool.request(operation),
        stats: () => pool.stats(),
        close: () => pool.close(),
        ...spoil(pool, target),
      };
    },
  };
}
