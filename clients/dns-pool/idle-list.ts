/** The connections that nobody uses, and what is known about them. */
import type { Clock } from '../clock.ts';
import { type Connection, unsolicited } from './connection.ts';
import { Sweeper } from './sweeper.ts';

export interface Staleness {
  /** `EOF`, an errno name, `unsolicited data` or `idle timeout`. */
  reason: string;
  found: 'probe' | 'event' | 'idle timeout';
}

const idleTimeout: Staleness = { reason: 'idle timeout', found: 'idle timeout' };

export interface IdleLimits {
  clock: Clock;
  idleMs: number;
  sweepMs: number;
}

/** Called after a stale connection has left the list. */
export type Discard = (connection: Connection, staleness: Staleness) => void;

export class IdleList {
  readonly #limits: IdleLimits;
  readonly #sweeper: Sweeper;
  readonly #swept: Discard;
  /** Least recently used first. */
  readonly #connections: Connection[] = [];

  constructor(limits: IdleLimits, swept: Discard) {
    this.#limits = limits;
    this.#swept = swept;
    this.#sweeper = new Sweeper(limits.clock, limits.sweepMs, () => this.#sweep());
  }

  get length(): number {
    return this.#connections.length;
  }

  add(connection: Connection): void {
    this.#connections.push(connection);
    this.#sweeper.start();
  }

  /**
   * Takes out the least recently used connection that is still good (001.5). Each stale one met on
   * the way is taken out and handed to `discard` (000.4): a loop, so a request is counted once.
   */
  take(discard: Discard): Connection | undefined {
    for (;;) {
      const connection = this.#connections.shift();
      if (connection === undefined) return undefined;
      const staleness = this.#staleness(connection);
      if (staleness === undefined) return connection;
      discard(connection, staleness);
    }
  }

  remove(connection: Connection): void {
    const index = this.#connections.indexOf(connection);
    if (index !== -1) this.#connections.splice(index, 1);
    if (this.#connections.length === 0) this.#sweeper.stop();
  }

  clear(): void {
    this.#connections.length = 0;
    this.#sweeper.stop();
  }

  #sweep(): void {
    for (;;) {
      const connection = this.#connections[0];
      if (connection === undefined) return;
      // Those behind it were used later, so they are not due either.
      if (!this.#isExpired(connection)) {
        this.#sweeper.start();
        return;
      }
      this.#connections.shift();
      this.#swept(connection, idleTimeout);
    }
  }

  /** The limit first: a connection past it is not worth a system call (000.2). */
  #staleness(connection: Connection): Staleness | undefined {
    if (this.#isExpired(connection)) return idleTimeout;
    const found = connection.probe();
    if (found === 'nothing' || found === undefined) return undefined;
    return { reason: found === 'data' ? unsolicited : found, found: 'probe' };
  }

  #isExpired({ lastUsedMs }: Connection): boolean {
    return this.#limits.clock.nowMs() - lastUsedMs >= this.#limits.idleMs;
  }
}
