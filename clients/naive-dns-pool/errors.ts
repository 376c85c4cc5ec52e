/** Failures in the words of Go's net package, as the log of document 000 has them. */

/** What strerror(3) says, which is what Go prints. */
const wordsByErrno: Readonly<Record<string, string>> = {
  EPIPE: 'broken pipe',
  ECONNRESET: 'connection reset by peer',
  ECONNREFUSED: 'connection refused',
  ETIMEDOUT: 'connection timed out',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network is unreachable',
  EADDRNOTAVAIL: 'cannot assign requested address',
  EMFILE: 'too many open files',
};

export type Phase = 'dial' | 'write' | 'read';

const systemCallByPhase: Readonly<Record<Phase, string>> = {
  dial: 'connect',
  write: 'write',
  read: 'read',
};

export class NaivePoolError extends Error {
  /** The errno name, or `EOF`, `TIMEOUT`, `PROTOCOL`, `CLOSED`, `INVALID_QUERY`, `UNSUPPORTED`. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'NaivePoolError';
    this.code = code;
  }
}

/** `where` is the connection as `A->B`, or the address for a dial. */
export function goError(
  phase: Phase,
  where: string,
  code: string,
  cause?: unknown,
): NaivePoolError {
  const at = `${phase} tcp ${where}`;
  const message = `${phase} failed: ${detail(phase, at, code)}`;
  return new NaivePoolError(code, message, cause === undefined ? undefined : { cause });
}

function detail(phase: Phase, at: string, code: string): string {
  if (code === 'TIMEOUT') return `${at}: i/o timeout`;
  if (code === 'CLOSED') return `${at}: use of closed network connection`;
  return `${at}: ${systemCallByPhase[phase]}: ${wordsByErrno[code] ?? code}`;
}

/** io.ReadFull tells an end before the first byte from one in the middle. */
export function goEof(bytesRead: number): NaivePoolError {
  return new NaivePoolError('EOF', `read failed: ${bytesRead === 0 ? 'EOF' : 'unexpected EOF'}`);
}
