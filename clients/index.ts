/** The clients of this process that the harness can run. */
import { dnsPoolDriver } from './dns-pool/driver.ts';
import { dnsTlsDriver } from './dns-tls/driver.ts';
import { dnsUdpDriver } from './dns-udp/driver.ts';
import { naiveDnsPoolDriver } from './naive-dns-pool/driver.ts';
import { naiveDnsUdpDriver } from './naive-dns-udp/driver.ts';
import { rawDriver } from './raw/driver.ts';

export const clients = [
  rawDriver,
  dnsPoolDriver,
  naiveDnsPoolDriver,
  dnsTlsDriver,
  dnsUdpDriver,
  naiveDnsUdpDriver,
] as const;
