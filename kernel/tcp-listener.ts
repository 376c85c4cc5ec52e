/** A TCP socket that listens, listen(2) and accept(2). */
import { type Address, connectionTuple, decodeAddress, sockaddrLength } from './address.ts';
import { closeDescriptor, descriptorFreed, isExhausted } from './descriptors.ts';
import { acceptCall, closeCall, errnoName, linux, listenCall } from './libc.ts';
import { whenReady } from './reactor.ts';
import {
  bindTo,
  localAddress,
  nonBlocking,
  openSocket,
  SystemCallError,
  setOption,
  uint32,
} from './socket.ts';
import { TcpSocket } from './tcp-socket.ts';

const backlogDefault = 128;

export interface ListenerOptions {
  /** Connections that may wait to be accepted, listen(2). */
  backlog?: number;
  receiveBufferBytes?: number;
  /** What a segment of a client may hold, tcp(7); a client's send buffer is made to fit it. */
  maxSegmentBytes?: number;
  /** False: only bound, so that connections are refused until `listen` is called. */
  isListening?: boolean;
}

/** A listening socket that hands out what it accepts. */
export class TcpListener {
  readonly address: Address;
  readonly #fd: number;
  #isClosed = false;

  /**
   * Bound, and listening unless told otherwise. Port 0 lets the kernel choose; `address` tells which.
   * @param receiveBufferBytes Of the connections it accepts, socket(7); the kernel's choice when left out.
   * Throws SystemCallError.
   */
  constructor(wanted: Address, options: ListenerOptions = {}) {
    const { backlog = backlogDefault, isListening = true } = options;
    const { receiveBufferBytes, maxSegmentBytes } = options;
    this.#fd = openSocket(linux.SOCK_STREAM);
    try {
      bindTo(this.#fd, wanted);
      if (receiveBufferBytes !== undefined) {
        setOption(this.#fd, linux.SOL_SOCKET, linux.SO_RCVBUF, receiveBufferBytes);
      }
      if (maxSegmentBytes !== undefined) {
        setOption(this.#fd, linux.IPPROTO_TCP, linux.TCP_MAXSEG, maxSegmentBytes);
      }
      if (isListening) this.listen({ backlog });
      this.address = localAddress(this.#fd);
    } catch (error) {
      closeCall(this.#fd);
      throw error;
    }
  }

  /** listen(2); again with another backlog when it listens already. Throws SystemCallError. */
  listen({ backlog = backlogDefault }: { backlog?: number } = {}): void {
    if (listenCall(this.#fd, backlog) === -1) throw new SystemCallError('listen', errnoName());
  }

  /** The connection that waits longest, or undefined. Throws SystemCallError. */
  acceptNow(): TcpSocket | undefined {
    const peer = Buffer.alloc(sockaddrLength);
    for (;;) {
      const fd = acceptCall(this.#fd, peer, uint32(sockaddrLength), nonBlocking);
      if (fd !== -1) return new TcpSocket(fd, connectionTuple(decodeAddress(peer), this.address));
      const error = errnoName();
      // A connection that was reset before it was accepted is not this listener's failure.
      if (error === 'ECONNABORTED') continue;
      if (error !== 'EAGAIN') throw new SystemCallError('accept4', error);
      return undefined;
    }
  }

  /**
   * Yields each connection in the order in which the kernel completed its handshake. While the process
   * has no descriptor left (EMFILE) connections stay in the kernel's queue.
   */
  async *connections(): AsyncGenerator<TcpSocket> {
    while (!this.#isClosed) {
      try {
        const socket = this.acceptNow();
        if (socket) yield socket;
        else await whenReady(this.#fd, 'readable');
      } catch (error) {
        if (!(error instanceof SystemCallError) || !isExhausted(error.code)) throw error;
        await descriptorFreed();
      }
    }
  }

  /** Idempotent. Connections already accepted stay. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeDescriptor(this.#fd);
  }
}
