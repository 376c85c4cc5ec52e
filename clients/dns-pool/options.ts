/** What a pool can be told, with the defaults of the documents. */
import { randomInt } from 'node:crypto';
import { type Clock, realClock } from '../clock.ts';

export interface Logger {
  debug(text: string): void;
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
}

export interface DnsPoolOptions {
  /** Address or name of the upstream. Default 127.0.0.1. */
  host?: string;
  /** Default 53. */
  port?: number;
  /** Connections held at once, in use, idle or being made (001.1). Default 10. */
  maxConnections?: number;
  /** A connection unused for this long is closed (000.2, 001.2). Milliseconds, default 300 000. */
  idleMs?: number;
  /** How often idle connections are looked through (001.2). Milliseconds, default 30 000. */
  sweepMs?: number;
  /** Limit for making one connection (001.3). Milliseconds, default 10 000. */
  dialMs?: number;
  /** Limit for one exchange, from the write to the whole answer. Milliseconds, default 5000. */
  queryMs?: number;
  /** Queries and updates that may wait while every connection is in use (001.5). Default 1024. */
  queueMax?: number;
  /** How long one may wait. Milliseconds, default 5000. */
  queueMs?: number;
  clock?: Clock;
  /** Default: none. */
  logger?: Logger;
  /**
   * The next message id, 0 to 65 535; one that is in flight is passed over. Default: unpredictable
   * ones, RFC 5452 section 9.2. Seed it to make a run repeatable.
   */
  nextId?: () => number;
}

export type ResolvedOptions = Required<Omit<DnsPoolOptions, 'logger'>> & {
  logger: Logger | undefined;
};

/** The longest delay a Node timer can hold, in milliseconds. */
const delayMsMax = 2 ** 31 - 1;

const numbers = {
  port: { initial: 53, min: 1, max: 65_535, unit: '' },
  // Every connection in use holds one message id, and there are 65 536 of them.
  maxConnections: { initial: 10, min: 1, max: 65_535, unit: '' },
  idleMs: { initial: 300_000, min: 1, max: delayMsMax, unit: ' ms' },
  sweepMs: { initial: 30_000, min: 1, max: delayMsMax, unit: ' ms' },
  dialMs: { initial: 10_000, min: 1, max: delayMsMax, unit: ' ms' },
  queryMs: { initial: 5_000, min: 1, max: delayMsMax, unit: ' ms' },
  queueMax: { initial: 1_024, min: 0, max: 1_000_000, unit: '' },
  queueMs: { initial: 5_000, min: 1, max: delayMsMax, unit: ' ms' },
} as const;

const loggerMethods = ['debug', 'info', 'warn', 'error'] as const;
const known = new Set<string>([...Object.keys(numbers), 'host', 'clock', 'logger', 'nextId']);

/** Throws TypeError for a wrong type or an unknown option, RangeError for a number out of range. */
export function resolveOptions(options: DnsPoolOptions): ResolvedOptions {
  for (const name of Object.keys(options)) {
    if (!known.has(name)) {
      throw new TypeError(`unknown option "${name}"; expected one of ${[...known].join(', ')}`);
    }
  }
  const { host = '127.0.0.1', clock = realClock, logger } = options;
  const { nextId = () => randomInt(65_536) } = options;
  if (typeof host !== 'string' || host === '') {
    throw new TypeError(`option host: expected an address or a name, got ${show(host)}`);
  }
  requireFunctions('clock', clock, ['nowMs', 'after']);
  if (logger !== undefined) requireFunctions('logger', logger, loggerMethods);
  if (typeof nextId !== 'function') {
    throw new TypeError(`option nextId: expected a function, got ${show(nextId)}`);
  }
  return {
    host,
    port: wholeNumber('port', options),
    maxConnections: wholeNumber('maxConnections', options),
    idleMs: wholeNumber('idleMs', options),
    sweepMs: wholeNumber('sweepMs', options),
    dialMs: wholeNumber('dialMs', options),
    queryMs: wholeNumber('queryMs', options),
    queueMax: wholeNumber('queueMax', options),
    queueMs: wholeNumber('queueMs', options),
    clock,
    logger,
    nextId,
  };
}

function wholeNumber(name: keyof typeof numbers, options: DnsPoolOptions): number {
  const { initial, min, max, unit } = numbers[name];
  const value: unknown = options[name] ?? initial;
  if (typeof value !== 'number') {
    throw new TypeError(`option ${name}: expected a number, got ${show(value)}`);
  }
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new RangeError(
      `option ${name}: expected a whole number from ${min} to ${max}${unit}, got ${value}`,
    );
  }
  return value;
}

function requireFunctions(name: string, value: unknown, methods: readonly string[]): void {
  for (const method of methods) {
    const isMethod =
      typeof value === 'object' &&
      value !== null &&
      typeof Reflect.get(value, method) === 'function';
    if (!isMethod) {
      throw new TypeError(
        `option ${name}: expected an object with ${methods.join(', ')}, got ${show(value)}`,
      );
    }
  }
}

function show(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'string' ? `"${value}"` : `${typeof value}`;
}
