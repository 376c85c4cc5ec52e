/**
 * A pool of DNS connections to one upstream that notices when they are dead.
 *
 *     const pool = new DnsPool({ host: '127.0.0.1', port: 53 });
 *     const { answers } = await pool.query({ name: 'example.org', type: 'A' });
 *     await pool.close();
 */
export type { Clock } from '../clock.ts';
export { DnsPoolError, type DnsPoolErrorClass } from './errors.ts';
export { DnsManager, type DnsManagerStats, type UpstreamHealth } from './manager.ts';
export type { DnsManagerOptions } from './manager-options.ts';
export type { DnsAnswer, Question, Update } from './message.ts';
export type { DnsPoolOptions, Logger, Network, TlsOptions } from './options.ts';
export { type CloseOptions, DnsPool, type RequestOptions } from './pool.ts';
export type { DnsPoolStats } from './stats.ts';
export type { Strategy } from './strategies.ts';
