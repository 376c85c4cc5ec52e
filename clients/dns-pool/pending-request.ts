/** One caller's request on its way through the pool. */
import type { Connection } from './connection.ts';
import type { DnsPoolError } from './errors.ts';
import type { DnsAnswer, EncodedRequest } from './message.ts';

export class PendingRequest {
  readonly request: EncodedRequest;
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
    request: EncodedRequest,
    resolve: (answer: DnsAnswer) => void,
    reject: (error: DnsPoolError) => void,
  ) {
    this.request = request;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** `aborted` is called at most once, and not after the request has ended. */
  listenTo(signal: AbortSignal, aborted: () => void): void {
    signal.addEventListener('abort', aborted, { once: true });
    this.onEnd(() => signal.removeEventListener('abort', aborted));
  }

  /** Runs when the request is answered or has failed. */
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
