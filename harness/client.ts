/** What the harness needs of a client. Adapters have this shape; they need not import it. */
import type { ClientEvent, Operation, ProgramFacts } from './event.ts';
import type { WatchedCalls } from './recorders/syscalls-tap.ts';

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
  stats(): Record<string, number | string> | Promise<Record<string, number | string>>;
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
  /** Called once when the client breaks down and no call of it can tell. */
  onCrash?: (why: Error) => void;
}

/** A client's process, from outside. It lives longer than one execution. */
export interface ClientProcess extends ProgramFacts {
  /** Sockets that it holds. Throws an Error when it is gone. */
  sockets(): number;
  /** Resolves when none of its threads runs any more. Rejects when it is gone. */
  pause(): Promise<void>;
  isPaused(): boolean;
  /** How many descriptors it may open beside those it has. Throws an Error. */
  limitDescriptors(spare: number): void;
  /** It may open as many as before. Idempotent. */
  unlimit(): void;
  /** Idempotent. */
  resume(): void;
  /** To be called when the client is closed, or was given up: the system calls since it was opened. */
  finish(): Promise<WatchedCalls>;
}

/** How a client in a process of its own is started and ended. */
export interface ProgramHandle {
  /** What its hello says that it publishes; undefined before it is started. */
  publishes: readonly ClientEvent['type'][] | undefined;
  /** The process of the next execution: the same again, unless it broke down. Throws an Error. */
  start(): Promise<ClientProcess>;
  /** Resolves when nothing of it is left. Idempotent. */
  stop(): Promise<void>;
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
  /** Set for a client in a process of its own: it is started before it is opened. */
  program?: ProgramHandle;
  open(target: Target, options: OpenOptions): Client;
}
