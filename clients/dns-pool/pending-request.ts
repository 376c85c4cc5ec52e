/** One caller's request on its way through the pool. */

import { type DnsPoolError, seenError } from './errors.ts';
import type { DnsAnswer, EncodedRequest } from './message.ts';

/** A connection, as far as a request must know it to be given up. */
export interface Carrier {
  abandon(request: PendingRequest): void;
  expire(request: PendingRequest): void;
}

export class PendingRequest {
  readonly encoded: EncodedRequest;
  /** Connections it was sent on, or tried to be. */
  attempts = 0;
  /** When it was first handed to a connection, by the clock. Milliseconds. */
  startedMs = 0;
  /** The one it is in flight on, or is being made for; undefined while it waits. */
  connection: Carrier | undefined;
  /** Its message id while it is in flight. Kept by the connection. */
  flightId: number | undefined;
  /** It is sent with an OPT record that asks how long a silent connection is kept (RFC 7828). */
  asksKeepalive = false;
  /** The upstream may have seen it in an attempt that is over. */
  isSeen = false;
  isSettled = false;

  readonly #resolve: (answer: DnsAnswer) => void;
  readonly #reject: (error: DnsPoolError) => void;
  readonly #ended: ((request: PendingRequest) => void) | undefined;
  #endings: (() => void)[] | undefined;

  /** `ended` is the same function for all requests of a pool, called before those of `onEnd`. */
  constructor(
    encoded: EncodedRequest,
    resolve: (answer: DnsAnswer) => void,
    reject: (error: DnsPoolError) => void,
    ended?: (request: PendingRequest) => void,
  ) {
    this.encoded = encoded;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#ended = ended;
  }

  /** Runs when the request is answered or has failed. */
  onEnd(run: () => void): void {
    this.#endings ??= [];
    this.#endings.push(run);
  }

  /** Does nothing once it is settled, as `fail`. */
  succeed(answer: DnsAnswer): void {
    if (this.#settle()) this.#resolve(answer);
  }

  fail(error: DnsPoolError): void {
    if (this.#settle()) this.#reject(this.isSeen ? seenError(error) : error);
  }

  #settle(): boolean {
    if (this.isSettled) return false;
    this.isSettled = true;
    this.connection = undefined;
    this.#ended?.(this);
    if (this.#endings) for (const run of this.#endings) run();
    return true;
  }
}
