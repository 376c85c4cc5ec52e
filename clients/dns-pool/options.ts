/** What a pool can be told, with the defaults of the documents. */
import { randomInt } from 'node:crypto';
import { type Clock, realClock } from '../clock.ts';

export interface Logger {
  debug(text: string): void;
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
}

/** How the upstream is spoken to: RFC 1035 section 4.2, and RFC 7858 over TLS. */
export type Network = 'tcp' | 'udp' | 'tls';

export interface TlsOptions {
  /** The name that the upstream's certificate must be for. Default: the host. */
  servername?: string;
  /** Who must have signed it, in PEM. Default: whom Node trusts. */
  ca?: string;
}

export interface DnsPoolOptions {
  /** Default `tcp`. */
  network?: Network;
  /** Address or name of the upstream. Default 127.0.0.1. */
  host?: string;
  /** Default 53, and 853 over TLS. */
  port?: number;
  /** For `tls` only. */
  tls?: TlsOptions;
  /** Connections held at once, in use, idle or being made (001.1). Default 10. */
  maxConnections?: number;
  /**
   * Requests that may wait for their answers on one connection (RFC 7766 section 6.2.1.1). One that has
   * not answered anything yet is given a single request. Default 64.
   */
  maxInFlight?: number;
  /**
   * A connection unused for this long is closed (000.2, 001.2). An upstream that says how long it waits
   * (RFC 7828) can only shorten it. Milliseconds, default 300 000.
   */
  idleMs?: number;
  /** How often idle connections are looked through (001.2). Milliseconds, default 30 000. */
  sweepMs?: number;
  /** Limit for making one connection (001.3). Milliseconds, default 10 000. */
  dialMs?: number;
  /** Limit for one attempt, from the write to the whole answer. Milliseconds, default 5000. */
  queryMs?: number;
  /** Queries and updates that may wait while every connection is in use (001.5). Default 1024. */
  queueMax?: number;
  /** How long one may wait. Milliseconds, default 5000. */
  queueMs?: number;
  /** Whether to ask how long the upstream keeps a silent connection (RFC 7828). Default true. */
  askKeepalive?: boolean;
  /**
   * After this much silence the kernel asks whether the upstream is still there, and ends the connection
   * when nothing has come for as long again: TCP keepalive, RFC 9293 section 3.8.4. Not for UDP. Whole
   * seconds, default 0: never.
   */
  tcpKeepAliveSeconds?: number;
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

const defaultPorts: Readonly<Record<Network, number>> = { tcp: 53, udp: 53, tls: 853 };

/** The longest delay a Node timer can hold, in milliseconds. */
export const delayMsMax = 2 ** 31 - 1;

const numbers = {
  port: { initial: 0, min: 1, max: 65_535, unit: '' },
  maxConnections: { initial: 10, min: 1, max: 65_535, unit: '' },
  // Each holds one message id of its connection, and there are 65 536 of them.
  maxInFlight: { initial: 64, min: 1, max: 65_536, unit: '' },
  idleMs: { initial: 300_000, min: 1, max: delayMsMax, unit: ' ms' },
  sweepMs: { initial: 30_000, min: 1, max: delayMsMax, unit: ' ms' },
  dialMs: { initial: 10_000, min: 1, max: delayMsMax, unit: ' ms' },
  queryMs: { initial: 5_000, min: 1, max: delayMsMax, unit: ' ms' },
  queueMax: { initial: 1_024, min: 0, max: 1_000_000, unit: '' },
  queueMs: { initial: 5_000, min: 1, max: delayMsMax, unit: ' ms' },
  // What the kernel takes, tcp(7).
  tcpKeepAliveSeconds: { initial: 0, min: 0, max: 32_767, unit: ' s' },
} as const;

const loggerMethods = ['debug', 'info', 'warn', 'error'] as const;
const others = ['network', 'host', 'tls', 'askKeepalive', 'clock', 'logger', 'nextId'];
const known = new Set<string>([...Object.keys(numbers), ...others]);

/** Throws TypeError for a wrong type or an unknown option, RangeError for a number out of range. */
export function resolveOptions(options: DnsPoolOptions): ResolvedOptions {
  for (const name of Object.keys(options)) {
    if (!known.has(name)) {
      throw new TypeError(`unknown option "${name}"; expected one of ${[...known].join(', ')}`);
    }
  }
  const { network = 'tcp', host = '127.0.0.1', tls = {}, askKeepalive = true } = options;
  const { clock = realClock, logger, nextId = () => randomInt(65_536) } = options;
  if (!Object.hasOwn(defaultPorts, network)) {
    throw new TypeError(`option network: expected tcp, udp or tls, got ${show(network)}`);
  }
  if (typeof host !== 'string' || host === '') {
    throw new TypeError(`option host: expected an address or a name, got ${show(host)}`);
  }
  checkTls(tls);
  if (typeof askKeepalive !== 'boolean') {
    throw new TypeError(`option askKeepalive: expected true or false, got ${show(askKeepalive)}`);
  }
  requireFunctions('clock', clock, ['nowMs', 'after']);
  if (logger !== undefined) requireFunctions('logger', logger, loggerMethods);
  if (typeof nextId !== 'function') {
    throw new TypeError(`option nextId: expected a function, got ${show(nextId)}`);
  }
  return {
    network,
    host,
    port: wholeNumber('port', { port: defaultPorts[network], ...options }),
    tls,
    maxConnections: wholeNumber('maxConnections', options),
    maxInFlight: wholeNumber('maxInFlight', options),
    idleMs: wholeNumber('idleMs', options),
    sweepMs: wholeNumber('sweepMs', options),
    dialMs: wholeNumber('dialMs', options),
    queryMs: wholeNumber('queryMs', options),
    queueMax: wholeNumber('queueMax', options),
    queueMs: wholeNumber('queueMs', options),
    askKeepalive,
    tcpKeepAliveSeconds: wholeNumber('tcpKeepAliveSeconds', options),
    clock,
    logger,
    nextId,
  };
}

function checkTls(tls: unknown): void {
  if (typeof tls !== 'object' || tls === null) {
    throw new TypeError(`option tls: expected an object, got ${show(tls)}`);
  }
  for (const [name, value] of Object.entries(tls)) {
    if (name !== 'servername' && name !== 'ca') {
      throw new TypeError(`unknown option "tls.${name}"; expected servername or ca`);
    }
    if (value !== undefined && typeof value !== 'string') {
      throw new TypeError(`option tls.${name}: expected text, got ${show(value)}`);
    }
  }
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
