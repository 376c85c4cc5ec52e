/** A TCP connection as Go's net.TCPConn: plain, blocking, unwatched, with TCP_NODELAY. */
import { type Address, formatAddress } from '../kernel/address.ts';
import { keepAlive } from '../kernel/keep-alive.ts';
import { SystemCallError } from '../kernel/socket.ts';
import { TcpSocket } from '../kernel/tcp-socket.ts';
import type { Clock } from './clock.ts';
import { publish, publishIo } from './events.ts';
import { exchangeOnStream, type GoConnection, type Stream } from './go-connection.ts';
import { type Deadline, DeadlineError, type Limit } from './go-deadline.ts';
import { callFailed, type GoError, type Phase } from './go-errors.ts';

export interface Dialer {
  clock: Clock;
  /** The kernel's own patience is minutes. */
  dialMs: number;
  /** Undefined or 0: never. */
  tcpKeepAliveSeconds?: number;
  /** Gives the dial up with code `CLOSED`. */
  signal?: AbortSignal;
}

export class GoTcpConnection implements GoConnection, Stream {
  readonly #socket: TcpSocket;

  constructor(socket: TcpSocket) {
    this.#socket = socket;
  }

  /** Throws GoError. */
  static async dial(target: Address, dialer: Dialer): Promise<GoTcpConnection> {
    const { clock, dialMs, signal, tcpKeepAliveSeconds = 0 } = dialer;
    publish({ source: 'client', type: 'dial' });
    const late = new AbortController();
    const cancelDeadline = clock.after(dialMs, () => late.abort());
    const either = signal ? AbortSignal.any([late.signal, signal]) : late.signal;
    try {
      const socket = await TcpSocket.connect(target, { signal: either });
      if (tcpKeepAliveSeconds > 0) keepAlive(socket.fd, tcpKeepAliveSeconds);
      publishIo('connect', { bytes: 0 }, socket.tuple);
      publish({ source: 'client', type: 'connected', tuple: socket.tuple });
      return new GoTcpConnection(socket);
    } catch (cause) {
      if (!(cause instanceof SystemCallError)) throw cause;
      const isGivenUp = cause.code === 'ECANCELED';
      if (!isGivenUp) publishIo('connect', { error: cause.code });
      const reason = signal?.aborted ? 'CLOSED' : 'TIMEOUT';
      const code = isGivenUp ? reason : cause.code;
      throw callFailed({
        phase: 'dial',
        network: 'tcp',
        where: formatAddress(target),
        code,
        cause,
      });
    } finally {
      cancelDeadline();
    }
  }

  get tuple(): string {
    return this.#socket.tuple;
  }

  exchange(message: Buffer, limit: Limit): Promise<Buffer> {
    return exchangeOnStream(this, message, limit);
  }

  async write(bytes: Buffer, deadline: Deadline): Promise<void> {
    let rest = bytes;
    while (rest.length > 0) {
      try {
        deadline.throwIfPast();
        const sent = await deadline.within(this.#socket.send(rest));
        publishIo('send', { bytes: sent }, this.tuple);
        rest = rest.subarray(sent);
      } catch (error) {
        throw this.#failure('write', error);
      }
    }
  }

  /** Waits for readiness, not for a read: one left over from before would take the next answer. */
  async read(bytesMax: number, deadline: Deadline): Promise<Buffer> {
    try {
      for (;;) {
        deadline.throwIfPast();
        const chunk = this.#socket.recvNow(bytesMax);
        if (chunk) {
          const finding = chunk.length > 0 ? { bytes: chunk.length } : { error: 'EOF' };
          publishIo('recv', finding, this.tuple);
          return chunk;
        }
        await deadline.within(this.#socket.readable());
      }
    } catch (error) {
      throw this.#failure('read', error);
    }
  }

  close(): void {
    this.#socket.close();
  }

  #failure(phase: Phase, cause: unknown): GoError {
    const call = { phase, network: 'tcp', where: this.tuple, cause } as const;
    if (cause instanceof DeadlineError) return callFailed({ ...call, code: 'TIMEOUT' });
    if (!(cause instanceof SystemCallError)) throw cause;
    // Closed by this side: no system call was made.
    if (this.#socket.isClosed) return callFailed({ ...call, code: 'CLOSED' });
    publishIo(phase === 'write' ? 'send' : 'recv', { error: cause.code }, this.tuple);
    return callFailed({ ...call, code: cause.code });
  }
}
