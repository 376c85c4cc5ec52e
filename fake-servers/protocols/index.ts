/** The protocols that fake upstreams speak. */
import { dnsTcp } from './dns-tcp.ts';
import { dnsTls } from './dns-tls.ts';
import { dnsUdp } from './dns-udp.ts';
import { http } from './http.ts';
import { mysql } from './mysql.ts';
import { postgres } from './postgres.ts';
import type { Protocol } from './protocol.ts';
import { raw } from './raw.ts';
import { redis } from './redis.ts';

export const protocols: readonly Protocol[] = [
  raw,
  dnsTcp,
  dnsTls,
  dnsUdp,
  http,
  mysql,
  postgres,
  redis,
];
