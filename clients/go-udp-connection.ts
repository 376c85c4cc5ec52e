/** A UDP socket as Go's connected net.UDPConn: what comes next is taken for the answer. */
import { type Address, connectionTuple, formatAddress } from '../kernel/address.ts';
import { SystemCallError } from '../kernel/socket.ts';
import { UdpSocket } from '../kernel/udp-socket.ts';
import { publish, publishIo } from './events.ts';
import type { GoConnection } from './go-connection.ts';
import { type Deadline, DeadlineError, type Limit } from './go-deadline.ts';
import { callFailed, type GoError } from './go-errors.ts';

export class GoUdpConnection implements GoConnection {
  readonly #socket: UdpSocket;
  readonly tuple: string;

  private constructor(socket: UdpSocket, target: Address) {
    this.#socket = socket;
    this.tuple = connectionTuple(socket.address, target);
  }

  /** Sends nothing. Throws GoError. */
  static dial(target: Address): GoUdpConnection {
    publish({ source: 'client', type: 'dial' });
    try {
      const connection = new GoUdpConnection(UdpSocket.connect(target), target);
      publishIo('connect', { bytes: 0 }, connection.tuple);
      publish({ source: 'client', type: 'connected', tuple: connection.tuple });
      return connection;
    } catch (cause) {
      if (!(cause instanceof SystemCallError)) throw cause;
      const { code } = cause;
      publishIo('connect', { error: code });
      throw callFailed({
        phase: 'dial',
        network: 'udp',
        where: formatAddress(target),
        code,
        cause,
      });
    }
  }

  async exchange(message: Buffer, limit: Limit): Promise<Buffer> {
    await limit((deadline) => this.#write(message, deadline));
    return limit((deadline) => this.#read(deadline));
  }

  close(): void {
    this.#socket.close();
  }

  async #write(message: Buffer, deadline: Deadline): Promise<void> {
    try {
      deadline.throwIfPast();
      await deadline.within(this.#socket.send(message));
      publishIo('send', { bytes: message.length }, this.tuple);
    } catch (error) {
      throw this.#failure('write', error);
    }
  }

  async #read(deadline: Deadline): Promise<Buffer> {
    try {
      for (;;) {
        deadline.throwIfPast();
        const datagram = this.#socket.recvNow();
        if (datagram) {
          publishIo('recv', { bytes: datagram.bytes.length }, this.tuple);
          return datagram.bytes;
        }
        await deadline.within(this.#socket.readable());
      }
    } catch (error) {
      throw this.#failure('read', error);
    }
  }

  #failure(phase: 'write' | 'read', cause: unknown): GoError {
    const call = { phase, network: 'udp', where: this.tuple, cause } as const;
    if (cause instanceof DeadlineError) return callFailed({ ...call, code: 'TIMEOUT' });
    if (!(cause instanceof SystemCallError)) throw cause;
    // Closed by this side: no system call was made.
    if (this.#socket.isClosed) return callFailed({ ...call, code: 'CLOSED' });
    publishIo(phase === 'write' ? 'send' : 'recv', { error: cause.code }, this.tuple);
    return callFailed({ ...call, code: cause.code });
  }
}
