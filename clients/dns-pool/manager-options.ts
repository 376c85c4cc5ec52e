/** What a manager of several upstreams can be told. */
import type { Clock } from '../clock.ts';
import type { HealthLimits } from './health.ts';
import type { DnsPoolOptions, Logger } from './options.ts';
import { type Strategy, strategies } from './strategies.ts';

export interface DnsManagerOptions extends Partial<HealthLimits> {
  /** At least one; in the order in which they are preferred. Each is told as a pool is. */
  upstreams: readonly DnsPoolOptions[];
  /** Default `sequential`. */
  strategy?: Strategy;
  /** With `racing`, how long each waits for the one before. Milliseconds, default 100. */
  headStartMs?: number;
  /** For the manager, and for each upstream that has none of its own. */
  clock?: Clock;
  logger?: Logger;
}

/** RFC 8305 section 5 recommends 250 ms for connections over the Internet; a resolver is nearer. */
const initial = { headStartMs: 100, failuresMax: 3, downMs: 1000, downMsMax: 30_000 };

const known = new Set(['upstreams', 'strategy', 'clock', 'logger', ...Object.keys(initial)]);

type Resolved = Required<Omit<DnsManagerOptions, 'clock' | 'logger'>> &
  Pick<DnsManagerOptions, 'clock' | 'logger'>;

/** Throws TypeError for a wrong type or an unknown option, RangeError for a number out of range. */
export function resolveManagerOptions(options: DnsManagerOptions): Resolved {
  const unknown = Object.keys(options).find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw new TypeError(`unknown option "${unknown}"; expected one of ${[...known].join(', ')}`);
  }
  const { upstreams, strategy = 'sequential' } = options;
  if (!Array.isArray(upstreams) || upstreams.length === 0) {
    throw new TypeError('option upstreams: expected a list of at least one upstream');
  }
  if (!strategies.includes(strategy)) {
    throw new TypeError(`option strategy: expected ${strategies.join(', ')}, got "${strategy}"`);
  }
  const resolved = { ...initial, ...options, upstreams, strategy };
  for (const name of Object.keys(initial) as (keyof typeof initial)[]) {
    const value: unknown = resolved[name];
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) {
      throw new RangeError(`option ${name}: expected a whole number from 1, got ${String(value)}`);
    }
  }
  return resolved;
}
