/** What the pool knows of a connection, whatever carries it. */
import type { PeekResult } from '../../kernel/peek.ts';
import type { DnsPoolError } from './errors.ts';
import type { DnsAnswer } from './message.ts';
import type { PendingRequest } from './pending-request.ts';

/**
 *     dialing ──► open ──► retired ──► closed
 *        └─────────┴──────────┴───────────┘
 *
 * A retired one is given no more requests; it is lost when nobody waits for it any more. `destroy` is the
 * owner's to call, in every state; nothing is reported after it.
 */
export interface Connection {
  /** `client:port->upstream:port`; undefined until connected, kept after the socket is gone. */
  readonly tuple: string | undefined;
  /** It was open once, so that it counts as created, and later as destroyed. */
  readonly isMade: boolean;
  /** When it was last lent, or an answer came, or it was made, by the clock. Milliseconds. */
  readonly lastUsedMs: number;
  /** How long it may be idle. Milliseconds. */
  readonly idleMs: number;
  /** Answers received on it. */
  readonly answered: number;
  /** Requests whose answers may still come. */
  readonly inFlight: number;
  /** How many more requests it takes now. */
  readonly room: number;
  /** Resolves when the descriptor is closed. */
  readonly gone: Promise<void>;

  /** Begins to connect, unless it was destroyed meanwhile. */
  start(): void;
  /** Sends it now when nothing is in flight, else with all that is to be sent once the event loop has read. */
  send(request: PendingRequest): void;
  /** Nobody waits for it: its answer, should it come, is passed over. */
  abandon(request: PendingRequest): void;
  /** As `abandon`, because it took too long: the connection itself is not to be trusted. */
  expire(request: PendingRequest): void;
  /** `nothing` is healthy. Undefined when it cannot be told, or there is nothing to tell. */
  probe(): PeekResult | undefined;
  destroy(reason: string): void;
}

export interface Answered {
  request: PendingRequest;
  answer: DnsAnswer;
}

export interface Failure {
  request: PendingRequest;
  error: DnsPoolError;
}

/** The connection was lost under it, through no fault of its own. */
export interface Loss {
  request: PendingRequest;
  /** The kernel took no byte of it. */
  isUnsent: boolean;
  /** For its caller, if it comes to that: most are sent again, and an error takes as long as a query. */
  error: () => DnsPoolError;
}

export interface Owner {
  /** Once: it is open, or the error says why it is not. */
  dialed(connection: Connection, error: DnsPoolError | undefined): void;
  /** All that came at once. What becomes of the connection is told next: `free`, `lost`, or nothing. */
  answered(connection: Connection, answered: readonly Answered[]): void;
  /** It has room. */
  free(connection: Connection): void;
  /** These failed, and the connection lives. */
  failed(connection: Connection, failures: readonly Failure[]): void;
  /** It takes no more requests. */
  retired(connection: Connection): void;
  /** It can serve nobody any more; these were in flight. */
  lost(connection: Connection, reason: string, losses: readonly Loss[]): void;
  /** A message that answers nothing and does no harm. */
  dropped(connection: Connection, bytes: number): void;
}

export const unsolicited = 'unsolicited data';
