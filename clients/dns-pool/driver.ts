/** The pool, or several behind a manager, as a client that scenarios can drive. */
import type { Operation } from '../../harness/event.ts';
import type { Clock } from '../clock.ts';
import { DnsManager } from './manager.ts';
import type { DnsManagerOptions } from './manager-options.ts';
import type { DnsPoolOptions, Network } from './options.ts';
import { DnsPool, type RequestOptions } from './pool.ts';
import type { DnsPoolStats } from './stats.ts';
import { inWords } from './words.ts';

const networks = new Map<string, Network>([
  ['dns-tcp', 'tcp'],
  ['dns-udp', 'udp'],
  ['dns-tls', 'tls'],
]);

/** The name that the certificates of fake upstreams are for. */
const servername = 'upstream.test';

export interface Target {
  host: string;
  port: number;
}

export interface OpenOptions {
  clock: Clock;
  protocol: string;
  /** One pool for each. */
  targets: readonly Target[];
  ca?: string | undefined;
  /** Options of the pools, and those of the manager. */
  settings: Readonly<Record<string, string | number | boolean>>;
}

const managerSettings = new Set(['strategy', 'headStartMs', 'failuresMax', 'downMs', 'downMsMax']);

export const dnsPoolDriver = {
  name: 'dns-pool',
  description:
    'pooled DNS over TCP, UDP or TLS: stale probe at checkout, one retry, many in flight',
  protocols: [...networks.keys()],
  isPool: true,
  /** Throws RangeError or TypeError for a protocol or a setting that it does not know. */
  open(target: Target, { clock, protocol, targets, ca, settings }: OpenOptions): DnsPoolClient {
    const network = networks.get(protocol);
    if (!network) throw new RangeError(`the client dns-pool does not speak "${protocol}"`);
    const entries = Object.entries(settings);
    const ofManager = Object.fromEntries(entries.filter(([name]) => managerSettings.has(name)));
    const ofPool = Object.fromEntries(entries.filter(([name]) => !managerSettings.has(name)));
    const tls = network === 'tls' ? { tls: { servername, ...(ca !== undefined && { ca }) } } : {};
    const optionsFor = ({ host, port }: Target): DnsPoolOptions => {
      return { network, host, port, clock, ...tls, ...ofPool };
    };
    if (targets.length < 2 && Object.keys(ofManager).length === 0) {
      return new DnsPoolClient(new DnsPool(optionsFor(target)));
    }
    // Checked by the manager itself.
    const options = {
      ...ofManager,
      clock,
      upstreams: targets.map(optionsFor),
    } as DnsManagerOptions;
    return new DnsPoolClient(new DnsManager(options));
  },
} as const;

class DnsPoolClient {
  readonly #pool: DnsPool | DnsManager;

  constructor(pool: DnsPool | DnsManager) {
    this.#pool = pool;
  }

  /**
   * The answers' data joined by a space; an update's rcode. Rejects with DnsPoolError, or with code
   * `UNSUPPORTED`.
   */
  async request(operation: Operation, { signal }: RequestOptions = {}): Promise<string> {
    switch (operation.kind) {
      case 'query': {
        const { name, type } = operation;
        return inWords(await this.#pool.query({ name, type }, limitsOf(operation, signal)));
      }
      case 'update': {
        const { name, data } = operation;
        const answer = await this.#pool.update({ name, data }, limitsOf(operation, signal));
        return answer.rcode ?? 'NOERROR';
      }
      default:
        throw new UnsupportedOperationError(operation.kind);
    }
  }

  /** Over all upstreams. */
  stats(): Record<string, number | string> {
    const stats = this.#pool.stats();
    return 'upstreams' in stats ? total(stats.upstreams) : stats;
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}

function limitsOf(operation: Operation, signal: AbortSignal | undefined): RequestOptions {
  const withinMs = 'withinMs' in operation ? operation.withinMs : undefined;
  return { signal, withinMs };
}

/** Counters added up; what is no count is that of the first. */
function total(upstreams: readonly (DnsPoolStats & { isDown: boolean })[]) {
  const sum: Record<string, number | string> = {
    down: upstreams.filter(({ isDown }) => isDown).length,
  };
  for (const { isDown: _, ...stats } of upstreams) {
    for (const [name, value] of Object.entries(stats)) {
      const before = sum[name];
      sum[name] = typeof value === 'number' && typeof before === 'number' ? before + value : value;
    }
  }
  return sum;
}

class UnsupportedOperationError extends Error {
  readonly code = 'UNSUPPORTED';

  constructor(kind: string) {
    super(`the client dns-pool can only query and update, got the operation "${kind}"`);
    this.name = 'UnsupportedOperationError';
  }
}
