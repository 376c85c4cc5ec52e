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

export type Network = 'tcp' | 'udp';
export type Phase = 'dial' | 'write' | 'read';

const systemCallByPhase: Readonly<Record<Phase, string>> = {
  dial: 'connect',
  write: 'write',
  read: 'read',
};

export class GoError extends Error {
  /**
   * The errno name, Node's name for what is wrong with TLS, or `EOF`, `TIMEOUT`, `PROTOCOL`,
   * `ID_MISMATCH`, `CLOSED`, `UNSUPPORTED`.
   */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'GoError';
    this.code = code;
  }
}

export interface FailedCall {
  phase: Phase;
  network: Network;
  /** The connection as `A->B`, or the address for a dial. */
  where: string;
  code: string;
  cause?: unknown;
}

export function callFailed({ phase, network, where, code, cause }: FailedCall): GoError {
  const message = `${phase} failed: ${detail(phase, `${phase} ${network} ${where}`, code)}`;
  return new GoError(code, message, cause === undefined ? undefined : { cause });
}

function detail(phase: Phase, at: string, code: string): string {
  if (code === 'TIMEOUT') return `${at}: i/o timeout`;
  if (code === 'CLOSED') return `${at}: use of closed network connection`;
  return `${at}: ${systemCallByPhase[phase]}: ${wordsByErrno[code] ?? code}`;
}

/** io.ReadFull tells an end before the first byte from one in the middle. */
export function endOfFile(bytesRead: number): GoError {
  return new GoError('EOF', `read failed: ${bytesRead === 0 ? 'EOF' : 'unexpected EOF'}`);
}
