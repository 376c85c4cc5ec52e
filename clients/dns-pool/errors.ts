/** Everything a request, a query or an update, can fail with. */

/**
 * - `reset`, `eof`, `broken-pipe`: the upstream is gone (000.1); `network`: any other errno
 * - `dial`: no connection could be made
 * - `timeout`: no answer within `queryMs`
 * - `protocol`: what came was no answer to this request
 * - `queue-full`, `queue-timeout`: every connection was in use
 * - `closed`: the pool was closed; `aborted`: the caller's signal
 * - `invalid-query`: nothing that DNS can carry; nothing was sent
 */
export type DnsPoolErrorClass =
  | 'reset'
  | 'eof'
  | 'broken-pipe'
  | 'network'
  | 'dial'
  | 'timeout'
  | 'protocol'
  | 'queue-full'
  | 'queue-timeout'
  | 'closed'
  | 'aborted'
  | 'invalid-query';

export interface DnsPoolErrorDetails {
  cause?: unknown;
  /** True when the kernel took no byte of the request, so that the upstream cannot have seen it. */
  isUnsent?: boolean;
}

export class DnsPoolError extends Error {
  readonly class: DnsPoolErrorClass;
  /**
   * The errno name (`EPIPE`, `ECONNRESET`, `ECONNREFUSED`), or `EOF`, `TIMEOUT`, `PROTOCOL`,
   * `CLOSED`, `ABORTED`, `QUEUE_FULL`, `QUEUE_TIMEOUT`, `INVALID_QUERY`.
   */
  readonly code: string;
  readonly isUnsent: boolean;

  constructor(
    errorClass: DnsPoolErrorClass,
    code: string,
    message: string,
    { cause, isUnsent = false }: DnsPoolErrorDetails = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'DnsPoolError';
    this.class = errorClass;
    this.code = code;
    this.isUnsent = isUnsent;
  }
}

/** What Node hands over when a system call failed. */
export interface SystemError extends Error {
  code?: string;
  syscall?: string;
}

const classByErrno: Readonly<Record<string, DnsPoolErrorClass>> = {
  ECONNRESET: 'reset',
  EPIPE: 'broken-pipe',
};

/** A failed read or write of an open connection. */
export function exchangeError(cause: SystemError, tuple: string): DnsPoolError {
  const code = cause.code ?? 'UNKNOWN';
  const call = cause.syscall ?? 'socket';
  // A request is far smaller than an empty send buffer: write(2) takes all of it or none.
  const isUnsent = call === 'write';
  return new DnsPoolError(
    classByErrno[code] ?? 'network',
    code,
    `${call} failed on ${tuple}: ${code}`,
    { cause, isUnsent },
  );
}

export function dialError(address: string, code: string, cause?: unknown): DnsPoolError {
  return new DnsPoolError('dial', code, `no connection to ${address}: ${code}`, {
    cause,
    isUnsent: true,
  });
}

export function queueFullError(address: string, queueMax: number): DnsPoolError {
  const message = `all connections to ${address} are in use and ${queueMax} requests wait already`;
  return new DnsPoolError('queue-full', 'QUEUE_FULL', message, { isUnsent: true });
}

export function queueTimeoutError(address: string, queueMs: number): DnsPoolError {
  const message = `no connection to ${address} became free within ${queueMs} ms`;
  return new DnsPoolError('queue-timeout', 'QUEUE_TIMEOUT', message, { isUnsent: true });
}

export function closedError(address: string): DnsPoolError {
  return new DnsPoolError('closed', 'CLOSED', `the pool of connections to ${address} is closed`);
}

export function abortedError({ reason }: AbortSignal): DnsPoolError {
  return new DnsPoolError('aborted', 'ABORTED', 'the caller aborted the request', {
    cause: reason,
  });
}

/**
 * Whether the upstream may have closed before it saw the request, so that a query, which can be sent
 * twice without harm, deserves a new connection (000.5, RFC 7766 section 6.2.4).
 */
export function isConnectionLost({ class: errorClass }: DnsPoolError): boolean {
  return errorClass === 'reset' || errorClass === 'eof' || errorClass === 'broken-pipe';
}
