/** One caller's query on its way through the pool. */
import type { Connection } from './connection.ts';
import type { DnsPoolError } from './errors.ts';
import type { DnsAnswer, EncodedQuery } from './message.ts';

export class PendingQuery {
  readonly query: EncodedQuery;
  /** Connections it was sent on, or tried to be. */
  attempts = 0;
  /** When it was first handed to a connection, by the clock. Milliseconds. */
  startedMs = 0;
  /** The one it is on or is being made for; undefined while it waits. */
  connection: Connection | undefined;

  readonly #resolve: (answer: DnsAnswer) => void;
  readonly #reject: (error: DnsPoolError) => void;
  readonly #endings: (() => void)[] = [];

  constructor(
    query: EncodedQuery,
    resolve: (answer: DnsAnswer) => void,
    reject: (error: DnsPoolError) => void,
  ) {
    this.query = query;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** `aborted` is called at most once, and not after the query has ended. */
  listenTo(signal: AbortSignal, aborted: () => void): void {
    signal.addEventListener('abort', aborted, { once: true });
    this.onEnd(() => signal.removeEventListener('abort', aborted));
  }

  /** Runs when the query is answered or has failed. */
  onEnd(run: () => void): void {
    this.#endings.push(run);
  }

  succeed(answer: DnsAnswer): void {
    this.#end();
    this.#resolve(answer);
  }

  fail(error: DnsPoolError): void {
    this.#end();
    this.#reject(error);
  }

  #end(): void {
    for (const run of this.#endings) run();
  }
}
