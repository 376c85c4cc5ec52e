/** The clients of this process that the harness can run. */
import { dnsPoolDriver } from './dns-pool/driver.ts';
import { naiveDnsPoolDriver } from './naive-dns-pool/driver.ts';
import { rawDriver } from './raw/driver.ts';

export const clients = [rawDriver, dnsPoolDriver, naiveDnsPoolDriver] as const;
