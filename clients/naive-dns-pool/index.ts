/** The documents' pool before its fix. For comparison; not for use. */
export { NaivePoolError } from './errors.ts';
export { NaiveDnsPool, type NaivePoolOptions, type NaivePoolStats } from './pool.ts';
