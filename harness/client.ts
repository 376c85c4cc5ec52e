/** What the harness needs of a client. Adapters have this shape; they need not import it. */
import type { Operation } from './event.ts';

/** Where time comes from. Real by default; a scenario may inject one that only moves when told. */
export interface Clock {
  /** Milliseconds, monotonic. */
  nowMs(): number;
  /** Returns a function that cancels. */
  after(delayMs: number, run: () => void): () => void;
}

export interface RequestOptions {
  /** Aborted when the caller gives the request up. */
  signal: AbortSignal;
}

export interface Client {
  /**
   * Resolves with the answer in words. Rejects with an Error whose `code` is the errno name, `EOF`,
   * or the client's own word for what went wrong; of an aborted request, that word too.
   */
  request(operation: Operation, options?: RequestOptions): Promise<string>;
  /** Counters by name; empty when the client keeps none. */
  stats(): Record<string, number | string>;
  /** Idempotent. Resolves when nothing of the client is left. */
  close(): Promise<void>;
}

export interface Target {
  host: string;
  port: number;
}

/** Options of a client by name. Those that it does not know it may refuse, or pass over. */
export type Settings = Readonly<Record<string, string | number | boolean>>;

export interface OpenOptions {
  clock: Clock;
  /** The scenario's, by name: for a client that speaks more than one. */
  protocol: string;
  /** Of all upstreams of the scenario, the first is `target`. */
  targets: readonly Target[];
  /** What the scenario asks of the client, in the client's own words; empty for its defaults. */
  settings: Settings;
  /** Who signs the upstream's certificates, in PEM; undefined where there is no TLS. */
  ca?: string | undefined;
}

export interface ClientDriver {
  name: string;
  /** One line for `pipewrench list --clients` and for errors. */
  description: string;
  /** Names of the protocols it speaks. */
  protocols: readonly string[];
  /** Kinds of the operations it can do; queries and updates when left out. */
  operations?: readonly Operation['kind'][];
  /** Whether it keeps connections for later requests: the rules about reuse apply only then. */
  isPool: boolean;
  open(target: Target, options: OpenOptions): Client;
}
