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
import { forgetDescriptor, whenReady } from './reactor.ts';

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
      forgetDescriptor(fd);
      closeCall(fd);
      throw error;
    }
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** One send(2). Returns how many bytes the kernel took. Waits only while its buffer is full. */
  async send(bytes: Uint8Array): Promise<number> {
    for (;;) {
      const sent = Number(
        sendCall(this.#open('send'), bytes, bytes.length, linux.MSG_NOSIGNAL | linux.MSG_DONTWAIT),
      );
      if (sent >= 0) return sent;
      const error = errnoName();
      if (error !== 'EAGAIN') throw new SystemCallError('send', error);
      await whenReady(this.fd, 'writable');
    }
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
    const bytes = Buffer.alloc(bytesMax);
    const received = Number(recvCall(this.#open('recv'), bytes, bytesMax, linux.MSG_DONTWAIT));
    if (received >= 0) return bytes.subarray(0, received);
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

  /** Received and not yet read, FIONREAD of tcp(7). */
  bytesUnread(): number {
    return this.#queueLength(linux.FIONREAD);
  }

  /** Sent and not yet acknowledged, SIOCOUTQ of tcp(7). */
  bytesUnacknowledged(): number {
    return this.#queueLength(linux.SIOCOUTQ);
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
    forgetDescriptor(this.fd);
    closeCall(this.fd);
  }

  /** close(2) with SO_LINGER of zero: RST at once, whatever is unread or unsent. Idempotent. */
  reset(): void {
    if (this.#isClosed) return;
    const lingerZero = Buffer.alloc(8);
    lingerZero.writeInt32LE(1, 0);
    setsockoptCall(this.fd, linux.SOL_SOCKET, linux.SO_LINGER, lingerZero, 8);
    this.close();
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

/** A listening socket that hands out what it accepts. */
export class TcpListener {
  readonly address: Address;
  readonly #fd: number;
  #isClosed = false;

  /** Port 0 lets the kernel choose; `address` tells which. Throws SystemCallError. */
  constructor(wanted: Address, backlog = 128) {
    this.#fd = openSocket();
    const fail = (call: string): never => {
      const error = errnoName();
      closeCall(this.#fd);
      throw new SystemCallError(call, error);
    };
    if (bindCall(this.#fd, encodeAddress(wanted), sockaddrLength) === -1) fail('bind');
    if (listenCall(this.#fd, backlog) === -1) fail('listen');
    this.address = localAddress(this.#fd);
  }

  /** Yields each connection in the order in which the kernel completed its handshake. */
  async *connections(): AsyncGenerator<TcpSocket> {
    const peer = Buffer.alloc(sockaddrLength);
    while (!this.#isClosed) {
      const fd = acceptCall(this.#fd, peer, uint32(sockaddrLength), nonBlocking);
      if (fd !== -1) {
        yield new TcpSocket(fd, connectionTuple(decodeAddress(peer), this.address));
        continue;
      }
      const error = errnoName();
      // A connection that was reset before it was accepted is not this listener's failure.
      if (error === 'ECONNABORTED') continue;
      if (error !== 'EAGAIN') throw new SystemCallError('accept4', error);
      await whenReady(this.#fd, 'readable');
    }
  }

  /** Idempotent. Connections already accepted stay. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    forgetDescriptor(this.#fd);
    closeCall(this.#fd);
  }
}
