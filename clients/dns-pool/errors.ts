/** Everything a request, a query or an update, can fail with. */

/**
 * - `reset`, `eof`, `broken-pipe`: the upstream is gone (000.1); `network`: any other errno
 * - `dial`: no connection could be made; `certificate`: the upstream is not who it should be
 * - `local`: this machine has no port, descriptor or memory left; no upstream is to blame (001.13)
 * - `timeout`: no answer within `queryMs`; `deadline`: none within the caller's `withinMs`
 * - `protocol`: what came was no answer to this request
 * - `queue-full`, `queue-timeout`: every connection was in use
 * - `closed`: the pool was closed; `aborted`: the caller's signal
 * - `invalid-query`: nothing that DNS can carry; nothing was sent
 * - `all-failed`: no upstream answered (001.12); `errors` has what each of them failed with
 */
export type DnsPoolErrorClass =
  | 'reset'
  | 'eof'
  | 'broken-pipe'
  | 'network'
  | 'dial'
  | 'certificate'
  | 'local'
  | 'timeout'
  | 'deadline'
  | 'protocol'
  | 'queue-full'
  | 'queue-timeout'
  | 'closed'
  | 'aborted'
  | 'invalid-query'
  | 'all-failed';

export interface DnsPoolErrorDetails {
  cause?: unknown;
  /** True when the kernel took no byte of the request in any attempt: the upstream cannot have seen it. */
  isUnsent?: boolean;
  errors?: readonly DnsPoolError[];
}

export class DnsPoolError extends Error {
  readonly class: DnsPoolErrorClass;
  /**
   * The errno name (`EPIPE`, `ECONNRESET`, `ECONNREFUSED`), what Node calls the fault of a certificate
   * (`CERT_HAS_EXPIRED`), or `EOF`, `TIMEOUT`, `DEADLINE`, `PROTOCOL`, `CLOSED`, `ABORTED`,
   * `QUEUE_FULL`, `QUEUE_TIMEOUT`, `INVALID_QUERY`, `ALL_FAILED`.
   */
  readonly code: string;
  readonly isUnsent: boolean;
  /** One for each upstream that was asked; empty unless the class is `all-failed`. */
  readonly errors: readonly DnsPoolError[];

  constructor(
    errorClass: DnsPoolErrorClass,
    code: string,
    message: string,
    { cause, isUnsent = false, errors = [] }: DnsPoolErrorDetails = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'DnsPoolError';
    this.class = errorClass;
    this.code = code;
    this.isUnsent = isUnsent;
    this.errors = errors;
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

/** What connect(2), socket(2) and bind(2) say when it is this machine that has run out. */
const exhaustions = new Set([
  'EADDRINUSE',
  'EADDRNOTAVAIL',
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
]);

/** A failed read or write of an open connection. `isUnsent` is about the request that it was for. */
export function exchangeError(cause: SystemError, tuple: string, isUnsent: boolean): DnsPoolError {
  const code = cause.code ?? 'UNKNOWN';
  const message = `${cause.syscall ?? 'socket'} failed on ${tuple}: ${code}`;
  return new DnsPoolError(classOf(code), code, message, { cause, isUnsent });
}

export function eofError(tuple: string, isMidMessage: boolean, isUnsent: boolean): DnsPoolError {
  const part = isMidMessage ? 'in the middle of an answer' : 'before it answered';
  return new DnsPoolError('eof', 'EOF', `the upstream closed ${tuple} ${part}`, { isUnsent });
}

export function dialError(address: string, code: string, cause?: SystemError): DnsPoolError {
  const errorClass = exhaustions.has(code)
    ? 'local'
    : cause && isOfCertificate(cause)
      ? 'certificate'
      : 'dial';
  // The error of several addresses tried in turn has no message of its own.
  const message = `no connection to ${address}: ${cause?.message || code}`;
  return new DnsPoolError(errorClass, code, message, { cause, isUnsent: true });
}

export function timeoutError(text: string, address: string, queryMs: number): DnsPoolError {
  return new DnsPoolError(
    'timeout',
    'TIMEOUT',
    `no answer to ${text} from ${address} within ${queryMs} ms`,
  );
}

/** The caller's own limit, wherever the request was by then. */
export function deadlineError(text: string, address: string, withinMs: number): DnsPoolError {
  const message = `${text}: nothing from ${address} within the ${withinMs} ms that the caller allows`;
  return new DnsPoolError('deadline', 'DEADLINE', message);
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

export function allFailedError(errors: readonly DnsPoolError[]): DnsPoolError {
  const each = errors.map(({ message }) => message).join('; ');
  return new DnsPoolError('all-failed', 'ALL_FAILED', `all servers failed: ${each}`, {
    errors,
    isUnsent: errors.every(({ isUnsent }) => isUnsent),
  });
}

/** The same, of a request that the upstream may have seen in an attempt before this one. */
export function seenError(error: DnsPoolError): DnsPoolError {
  if (!error.isUnsent) return error;
  const { class: errorClass, code, message, cause, errors } = error;
  return new DnsPoolError(errorClass, code, message, { cause, errors });
}

function classOf(code: string): DnsPoolErrorClass {
  return classByErrno[code] ?? (exhaustions.has(code) ? 'local' : 'network');
}

/**
 * OpenSSL names what is wrong with a certificate in words, as in `CERT_HAS_EXPIRED`, and Node a name that it is
 * not for. An errno is one word, and the rest of `ERR_` is about the handshake.
 */
function isOfCertificate({ code = '', syscall }: SystemError): boolean {
  if (syscall !== undefined) return false;
  return code.startsWith('ERR_') ? code === 'ERR_TLS_CERT_ALTNAME_INVALID' : code.includes('_');
}
