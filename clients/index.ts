/** The clients of this process that the harness can run. */
import { dnsPerQueryDriver } from './dns-per-query/driver.ts';
import { dnsPoolDriver } from './dns-pool/driver.ts';
import { documentedDnsPoolDriver } from './documented-dns-pool/driver.ts';
import { naiveDnsPoolDriver } from './naive-dns-pool/driver.ts';
import { naiveDnsUdpDriver } from './naive-dns-udp/driver.ts';
import { rawDriver } from './raw/driver.ts';

export const clients = [
  rawDriver,
  dnsPoolDriver,
  documentedDnsPoolDriver,
  naiveDnsPoolDriver,
  dnsPerQueryDriver,
  naiveDnsUdpDriver,
] as const;
