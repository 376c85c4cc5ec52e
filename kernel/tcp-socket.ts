/**
 * A TCP socket whose every system call can be seen: what was asked, what the kernel answered.
 *
 * Nothing is read or written that the caller did not ask for, and nothing is buffered in between, so
 * what is unread stays unread in the kernel. RFC 9293 section 3.6 tells close from abort by it.
 */
import {
  type Address,
  connectionTuple,
  decodeAddress,
  encodeAddress,
  sockaddrLength,
} from './address.ts';
import { closeDescriptor, descriptorFreed, isExhausted } from './descriptors.ts';
import {
  acceptCall,
  bindCall,
  closeCall,
  connectCall,
  errnoName,
  getsocknameCall,
  getsockoptCall,
  ioctlCall,
  linux,
  listenCall,
  nameOfErrno,
  recvCall,
  sendCall,
  setsockoptCall,
  shutdownCall,
  socketCall,
} from './libc.ts';
import { type PeekResult, peek } from './peek.ts';
import { forgetDescriptor, type Watcher, watchDescriptor, whenReady } from './reactor.ts';

/** A system call that failed. `code` is the errno name. */
export class SystemCallError extends Error {
  readonly call: string;
  readonly code: string;

  constructor(call: string, code: string) {
    super(`${call}: ${code}`);
    this.name = 'SystemCallError';
    this.call = call;
    this.code = code;
  }
}

/** Of `tcpi_rcv_wnd` in struct tcp_info, include/uapi/linux/tcp.h. */
const receiveWindowOffset = 232;

const nonBlocking = linux.SOCK_NONBLOCK | linux.SOCK_CLOEXEC;

function openSocket(): number {
  const fd = socketCall(linux.AF_INET, linux.SOCK_STREAM | nonBlocking, 0);
  if (fd === -1) throw new SystemCallError('socket', errnoName());
  return fd;
}

function localAddress(fd: number): Address {
  const bytes = Buffer.alloc(sockaddrLength);
  const length = uint32(sockaddrLength);
  if (getsocknameCall(fd, bytes, length) === -1) {
    throw new SystemCallError('getsockname', errnoName());
  }
  return decodeAddress(bytes);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value, 0);
  return bytes;
}

export class TcpSocket {
  readonly fd: number;
  /** `client->upstream`, whichever side this is. */
  readonly tuple: string;
  #isClosed = false;

  constructor(fd: number, tuple: string) {
    this.fd = fd;
    this.tuple = tuple;
    setsockoptCall(fd, linux.IPPROTO_TCP, linux.TCP_NODELAY, uint32(1), 4);
  }

  /**
   * Resolves when the handshake is done. Throws SystemCallError, for example with ECONNREFUSED, or
   * with ECANCELED when the signal is aborted before; then the descriptor is closed again.
   */
  static async connect(
    target: Address,
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<TcpSocket> {
    if (signal?.aborted) throw new SystemCallError('connect', 'ECANCELED');
    const fd = openSocket();
    try {
      await shakeHands(fd, target, signal);
      if (signal?.aborted) throw new SystemCallError('connect', 'ECANCELED');
      return new TcpSocket(fd, connectionTuple(localAddress(fd), target));
    } catch (error) {
      closeDescriptor(fd);
      throw error;
    }
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** One send(2). Returns how many bytes the kernel took. Waits only while its buffer is full. */
  async send(bytes: Uint8Array): Promise<number> {
    for (;;) {
      const sent = this.sendNow(bytes);
      if (sent !== undefined) return sent;
      await whenReady(this.fd, 'writable');
    }
  }

  /** As `send`, of the first `length` bytes, but undefined when there is no room yet. */
  sendNow(bytes: Uint8Array, length = bytes.length): number | undefined {
    const sent = Number(
      sendCall(this.#open('send'), bytes, length, linux.MSG_NOSIGNAL | linux.MSG_DONTWAIT),
    );
    if (sent >= 0) return sent;
    const error = errnoName();
    if (error !== 'EAGAIN') throw new SystemCallError('send', error);
    return undefined;
  }

  /** One recv(2) of at most this many bytes. An empty buffer is end of file. */
  async recv(bytesMax: number): Promise<Buffer> {
    for (;;) {
      const bytes = this.recvNow(bytesMax);
      if (bytes) return bytes;
      await whenReady(this.fd, 'readable');
    }
  }

  /** As `recv`, but undefined when there is nothing to read yet. */
  recvNow(bytesMax: number): Buffer | undefined {
    return this.#receive(bytesMax, linux.MSG_DONTWAIT);
  }

  /** As `recvNow`, and what is returned can be read again. */
  lookNow(bytesMax: number): Buffer | undefined {
    return this.#receive(bytesMax, linux.MSG_DONTWAIT | linux.MSG_PEEK);
  }

  /**
   * As `recvNow`, but into the beginning of a buffer that the caller has: how many bytes came, 0 for
   * end of file, undefined when there is nothing to read yet.
   */
  recvInto(
    bytes: Uint8Array,
    bytesMax: number,
    flags: number = linux.MSG_DONTWAIT,
  ): number | undefined {
    const received = Number(recvCall(this.#open('recv'), bytes, bytesMax, flags));
    if (received >= 0) return received;
    const error = errnoName();
    if (error !== 'EAGAIN') throw new SystemCallError('recv', error);
    return undefined;
  }

  peek(): PeekResult {
    return peek(this.#open('peek'));
  }

  /** Resolves when there is something to read, an end of file or an error; reads nothing. */
  readable(): Promise<void> {
    return whenReady(this.#open('epoll'), 'readable');
  }

  /** See `watchDescriptor`. While it lasts, `send`, `recv` and `readable` may not have to wait. */
  watch(watcher: Watcher): () => void {
    return watchDescriptor(this.#open('epoll'), watcher);
  }

  /** Received and not yet read, FIONREAD of tcp(7). */
  bytesUnread(): number {
    return this.#queueLength(linux.FIONREAD);
  }

  /** Sent and not yet acknowledged, SIOCOUTQ of tcp(7). */
  bytesUnacknowledged(): number {
    return this.#queueLength(linux.SIOCOUTQ);
  }

  /** SO_RCVBUF of socket(7), which the kernel doubles, and keeps above a minimum of its own. */
  setReceiveBuffer(bytes: number): void {
    setsockoptCall(this.#open('setsockopt'), linux.SOL_SOCKET, linux.SO_RCVBUF, uint32(bytes), 4);
  }

  /** Sends an acknowledgement that the kernel puts off, TCP_QUICKACK of tcp(7). */
  acknowledgeNow(): void {
    setsockoptCall(this.#open('setsockopt'), linux.IPPROTO_TCP, linux.TCP_QUICKACK, uint32(1), 4);
  }

  /**
   * How much of the window that was advertised last is not used up, `tcpi_rcv_wnd` of tcp(7). Throws an
   * Error on a kernel before 6.2.
   */
  receiveWindowBytes(): number {
    const info = Buffer.alloc(receiveWindowOffset + 4);
    const length = uint32(info.length);
    if (getsockoptCall(this.#open('getsockopt'), linux.IPPROTO_TCP, linux.TCP_INFO, info, length)) {
      throw new SystemCallError('getsockopt', errnoName());
    }
    if (length.readUInt32LE(0) < info.length) {
      throw new Error('this kernel does not tell its receive window; Linux 6.2 or newer does');
    }
    return info.readUInt32LE(receiveWindowOffset);
  }

  /** shutdown(SHUT_WR): FIN is sent, reading goes on. */
  halfClose(): void {
    if (shutdownCall(this.#open('shutdown'), linux.SHUT_WR) === -1) {
      throw new SystemCallError('shutdown', errnoName());
    }
  }

  /** close(2): FIN, or RST when bytes are unread, RFC 1122 section 4.2.2.13. Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeDescriptor(this.fd);
  }

  /** close(2) with SO_LINGER of zero: RST at once, whatever is unread or unsent. Idempotent. */
  reset(): void {
    if (this.#isClosed) return;
    const lingerZero = Buffer.alloc(8);
    lingerZero.writeInt32LE(1, 0);
    setsockoptCall(this.fd, linux.SOL_SOCKET, linux.SO_LINGER, lingerZero, 8);
    this.close();
  }

  #receive(bytesMax: number, flags: number): Buffer | undefined {
    const bytes = Buffer.alloc(bytesMax);
    const received = this.recvInto(bytes, bytesMax, flags);
    return received === undefined ? undefined : bytes.subarray(0, received);
  }

  #open(call: string): number {
    if (this.#isClosed) throw new SystemCallError(call, 'EBADF');
    return this.fd;
  }

  #queueLength(request: number): number {
    const length = Buffer.alloc(4);
    if (ioctlCall(this.#open('ioctl'), request, length) === -1) {
      throw new SystemCallError('ioctl', errnoName());
    }
    return length.readInt32LE(0);
  }
}

/** Returns early when the signal is aborted. */
async function shakeHands(fd: number, target: Address, signal?: AbortSignal): Promise<void> {
  if (connectCall(fd, encodeAddress(target), sockaddrLength) === 0) return;
  const error = errnoName();
  if (error !== 'EINPROGRESS') throw new SystemCallError('connect', error);
  // Only wakes: whoever waits closes the descriptor, so nobody else can get its number before.
  const wake = () => forgetDescriptor(fd);
  signal?.addEventListener('abort', wake, { once: true });
  try {
    await whenReady(fd, 'writable');
  } finally {
    signal?.removeEventListener('abort', wake);
  }
  if (signal?.aborted) return;
  const pending = Buffer.alloc(4);
  getsockoptCall(fd, linux.SOL_SOCKET, linux.SO_ERROR, pending, uint32(4));
  const failure = pending.readInt32LE(0);
  if (failure !== 0) throw new SystemCallError('connect', nameOfErrno(failure));
}

const backlogDefault = 128;

export interface ListenerOptions {
  /** Connections that may wait to be accepted, listen(2). */
  backlog?: number;
  receiveBufferBytes?: number;
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
    const { backlog = backlogDefault, receiveBufferBytes, isListening = true } = options;
    this.#fd = openSocket();
    try {
      if (bindCall(this.#fd, encodeAddress(wanted), sockaddrLength) === -1) {
        throw new SystemCallError('bind', errnoName());
      }
      if (receiveBufferBytes !== undefined) {
        setsockoptCall(this.#fd, linux.SOL_SOCKET, linux.SO_RCVBUF, uint32(receiveBufferBytes), 4);
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
