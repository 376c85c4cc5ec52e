/**
 * A TLS connection as Go's tls.Conn, on node:tls. Node reads ahead of whoever asks; here bytes, the end
 * and errors come to light only when the pool reads or writes, because a pool that does not look does
 * not know.
 */
import { once } from 'node:events';
import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { type Address, connectionTuple, formatAddress } from '../../kernel/address.ts';
import type { Clock } from '../clock.ts';
import { type IoCall, publish, publishIo } from '../events.ts';
import { exchangeOnStream, type GoConnection, type Stream } from '../go-connection.ts';
import { Deadline, DeadlineError, type Limit } from '../go-deadline.ts';
import { callFailed, GoError, type Phase } from '../go-errors.ts';

/** The name that the upstream's certificate must be for. */
const serverName = 'upstream.test';

export interface TlsDialer {
  clock: Clock;
  /** Limit for the connection and the handshake together. */
  dialMs: number;
  /** Who must have signed the certificate, in PEM; whom the machine trusts when undefined. */
  ca: string | undefined;
  tcpKeepAliveSeconds?: number;
}

const secureContexts = new Map<string | undefined, SecureContext>();

/** One for all connections that trust the same, as a tls.Config is in Go: making it takes a good part of a handshake. */
function secureContextFor(ca: string | undefined): SecureContext {
  const context = secureContexts.get(ca) ?? createSecureContext(ca === undefined ? {} : { ca });
  secureContexts.set(ca, context);
  return context;
}

export class TlsConnection implements GoConnection, Stream {
  readonly #tls: TLSSocket;
  #tuple = '';
  #unread: Buffer = Buffer.alloc(0);
  #error: NodeJS.ErrnoException | undefined;
  #isErrorTold = false;
  #isClosed = false;
  #wake = () => {};

  private constructor(tls: TLSSocket, target: Address) {
    this.#tls = tls;
    tls.once('connect', () => {
      const { localAddress: host = '', localPort: port = 0 } = tls;
      this.#tuple = connectionTuple({ host, port }, target);
    });
    tls.on('error', (error: NodeJS.ErrnoException) => {
      this.#error = error;
    });
    for (const event of ['readable', 'end', 'error', 'close']) tls.on(event, () => this.#wake());
  }

  /** Connects and verifies the upstream's certificate. Throws GoError. */
  static async dial(target: Address, { clock, dialMs, ca }: TlsDialer): Promise<TlsConnection> {
    publish({ source: 'client', type: 'dial' });
    // Half-open, so that Node closes nothing of its own accord when the upstream sends FIN.
    const options = { ...target, servername: serverName, allowHalfOpen: true };
    const tls = connect({ ...options, secureContext: secureContextFor(ca) });
    tls.setNoDelay(true);
    const connection = new TlsConnection(tls, target);
    const deadline = new Deadline(clock, dialMs);
    try {
      await deadline.within(once(tls, 'secureConnect'));
      publish({ source: 'client', type: 'connected', tuple: connection.tuple });
      return connection;
    } catch (error) {
      tls.destroy();
      throw connection.#dialFailure(error, formatAddress(target));
    } finally {
      deadline.cancel();
    }
  }

  get tuple(): string {
    return this.#tuple;
  }

  exchange(message: Buffer, limit: Limit): Promise<Buffer> {
    return exchangeOnStream(this, message, limit);
  }

  async write(bytes: Buffer, deadline: Deadline): Promise<void> {
    try {
      deadline.throwIfPast();
      if (this.#error) throw this.#error;
      const written = new Promise<void>((resolve, reject) => {
        this.#tls.write(bytes, (error) => (error ? reject(error) : resolve()));
      });
      await deadline.within(written);
      publishIo('send', { bytes: bytes.length }, this.tuple);
    } catch (error) {
      throw this.#failure('write', error);
    }
  }

  async read(bytesMax: number, deadline: Deadline): Promise<Buffer> {
    try {
      for (;;) {
        deadline.throwIfPast();
        const bytes = this.#take(bytesMax);
        if (bytes) return bytes;
        if (this.#error) throw this.#error;
        if (this.#tls.readableEnded) {
          publishIo('recv', { error: 'EOF' }, this.tuple);
          return Buffer.alloc(0);
        }
        await deadline.within(this.#changed());
      }
    } catch (error) {
      throw this.#failure('read', error);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#tls.destroy();
  }

  #take(bytesMax: number): Buffer | undefined {
    if (this.#unread.length === 0) {
      const bytes: Buffer | null = this.#tls.read();
      if (!bytes) return undefined;
      publishIo('recv', { bytes: bytes.length }, this.tuple);
      this.#unread = bytes;
    }
    const taken = this.#unread.subarray(0, bytesMax);
    this.#unread = this.#unread.subarray(taken.length);
    return taken;
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #failure(phase: Phase, cause: unknown): GoError {
    const call = { phase, network: 'tcp', where: this.tuple, cause } as const;
    if (cause instanceof DeadlineError) return callFailed({ ...call, code: 'TIMEOUT' });
    if (this.#isClosed) return callFailed({ ...call, code: 'CLOSED' });
    const { code = 'TLS', syscall } = cause as NodeJS.ErrnoException;
    // What TLS itself objects to is no system call's answer.
    if (syscall && !this.#isErrorTold) {
      publishIo(phase === 'write' ? 'send' : 'recv', { error: code }, this.tuple);
    }
    this.#isErrorTold = true;
    return callFailed({ ...call, code });
  }

  /** A FIN in the handshake is told by Node as an ECONNRESET that no system call returned. */
  #dialFailure(cause: unknown, where: string): GoError {
    const call = { phase: 'dial', network: 'tcp', where, cause } as const;
    if (cause instanceof DeadlineError) return callFailed({ ...call, code: 'TIMEOUT' });
    const { code = 'TLS', syscall, message } = cause as NodeJS.ErrnoException;
    const isEof = code === 'ECONNRESET' && syscall === undefined;
    if (isEof || syscall) publishIo(callOf(syscall), { error: isEof ? 'EOF' : code }, this.tuple);
    if (isEof) return new GoError('EOF', 'dial failed: EOF', { cause });
    return syscall
      ? callFailed({ ...call, code })
      : new GoError(code, `dial failed: ${message}`, { cause });
  }
}

function callOf(syscall: string | undefined): IoCall {
  if (syscall === 'connect') return 'connect';
  return syscall === 'write' ? 'send' : 'recv';
}
