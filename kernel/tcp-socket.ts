/**
 * A TCP socket whose every system call can be seen: what was asked, what the kernel answered.
 *
 * Nothing is read or written that the caller did not ask for, and nothing is buffered in between, so
 * what is unread stays unread in the kernel. RFC 9293 section 3.6 tells close from abort by it.
 */
import { type Address, connectionTuple, encodeAddress, sockaddrLength } from './address.ts';
import { closeDescriptor } from './descriptors.ts';
import {
  connectCall,
  errnoName,
  getsockoptCall,
  ioctlCall,
  linux,
  recvCall,
  sendCall,
  shutdownCall,
} from './libc.ts';
import { type PeekResult, peek } from './peek.ts';
import { forgetDescriptor, type Watcher, watchDescriptor, whenReady } from './reactor.ts';
import {
  localAddress,
  openSocket,
  SystemCallError,
  setOption,
  takeError,
  uint32,
} from './socket.ts';

/** Of `tcpi_rcv_wnd` in struct tcp_info, include/uapi/linux/tcp.h. */
const receiveWindowOffset = 232;

export class TcpSocket {
  readonly fd: number;
  /** `client->upstream`, whichever side this is. */
  readonly tuple: string;
  #isClosed = false;

  constructor(fd: number, tuple: string) {
    this.fd = fd;
    this.tuple = tuple;
    setOption(fd, linux.IPPROTO_TCP, linux.TCP_NODELAY, 1);
  }

  /**
   * Resolves when the handshake is done.
   * @param onBegun Told the connection's name when it has begun, `client->upstream`.
   * Throws SystemCallError, for example with ECONNREFUSED, or
   * with ECANCELED when the signal is aborted before; then the descriptor is closed again.
   */
  static async connect(
    target: Address,
    { signal, onBegun }: { signal?: AbortSignal; onBegun?: (tuple: string) => void } = {},
  ): Promise<TcpSocket> {
    if (signal?.aborted) throw new SystemCallError('connect', 'ECANCELED');
    const fd = openSocket(linux.SOCK_STREAM);
    try {
      await shakeHands(fd, target, signal, onBegun);
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
    setOption(this.#open('setsockopt'), linux.SOL_SOCKET, linux.SO_RCVBUF, bytes);
  }

  /** Sends an acknowledgement that the kernel puts off, TCP_QUICKACK of tcp(7). */
  acknowledgeNow(): void {
    setOption(this.#open('setsockopt'), linux.IPPROTO_TCP, linux.TCP_QUICKACK, 1);
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
    setOption(this.fd, linux.SOL_SOCKET, linux.SO_LINGER, lingerZero);
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
async function shakeHands(
  fd: number,
  target: Address,
  signal?: AbortSignal,
  onBegun?: (tuple: string) => void,
): Promise<void> {
  if (connectCall(fd, encodeAddress(target), sockaddrLength) === 0) return;
  const error = errnoName();
  if (error !== 'EINPROGRESS') throw new SystemCallError('connect', error);
  onBegun?.(connectionTuple(localAddress(fd), target));
  // Only wakes: whoever waits closes the descriptor, so nobody else can get its number before.
  const wake = () => forgetDescriptor(fd);
  signal?.addEventListener('abort', wake, { once: true });
  try {
    await whenReady(fd, 'writable');
  } finally {
    signal?.removeEventListener('abort', wake);
  }
  if (signal?.aborted) return;
  const failure = takeError(fd);
  if (failure !== undefined) throw new SystemCallError('connect', failure);
}
