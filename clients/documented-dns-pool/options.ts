/** What the documented pool can be told, with the defaults of document 001. */
import { type Clock, realClock } from '../clock.ts';
import type { PoolNetwork } from './dial.ts';

export interface DocumentedPoolOptions {
  host: string;
  port: number;
  /** Default `tcp`. `tcp-tls` is DNS over TLS. */
  network?: PoolNetwork;
  /** Default 10. */
  maxConnections?: number;
  /** The sweep closes what was idle for this long. Milliseconds, default 300 000. */
  idleMs?: number;
  /** Milliseconds, default 10 000. */
  dialMs?: number;
  /** Limit for each write and each read of an exchange. Milliseconds, default 5000. */
  queryMs?: number;
  /** How long a request waits for a connection while all are in use. Milliseconds, default 5000. */
  queueMs?: number;
  /** TCP keepalive. Whole seconds; default 0, never. */
  tcpKeepAliveSeconds?: number;
  clock?: Clock;
  /** Of the probe's millisecond; `clock` when left out. */
  probeClock?: Clock;
  /** Who must have signed the certificate, in PEM; whom the machine trusts when undefined. */
  ca?: string | undefined;
}

export type ResolvedOptions = Required<DocumentedPoolOptions>;

export function resolveOptions(options: DocumentedPoolOptions): ResolvedOptions {
  const { clock = realClock } = options;
  return {
    network: 'tcp',
    maxConnections: 10,
    idleMs: 300_000,
    dialMs: 10_000,
    queryMs: 5_000,
    queueMs: 5_000,
    tcpKeepAliveSeconds: 0,
    probeClock: clock,
    ca: undefined,
    ...options,
    clock,
  };
}
