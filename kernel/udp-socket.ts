/**
 * A UDP socket whose every system call can be seen: what was asked, what the kernel answered (udp(7)).
 */
import { type Address, decodeAddress, encodeAddress, sockaddrLength } from './address.ts';
import { closeDescriptor } from './descriptors.ts';
import { connectCall, errnoName, linux, recvFromCall, sendToCall, setsockoptCall } from './libc.ts';
import { whenReady } from './reactor.ts';
import { bindTo, localAddress, openSocket, SystemCallError, uint32 } from './socket.ts';

/** The largest length that the header of UDP can name, RFC 768. */
const datagramBytesMax = 65_535;

export interface Datagram {
  /** May be empty: a datagram need not carry anything. */
  bytes: Buffer;
  from: Address;
}

export class UdpSocket {
  readonly fd: number;
  readonly address: Address;
  #isClosed = false;

  private constructor(fd: number) {
    this.fd = fd;
    this.address = localAddress(fd);
  }

  /**
   * Takes datagrams of everybody. Port 0 lets the kernel choose.
   * @param receiveBufferBytes Room for datagrams that wait to be read, of which each takes some 800 bytes
   *   at least; as much of it as net.core.rmem_max allows, socket(7). The kernel's choice when left out.
   * Throws SystemCallError.
   */
  static bind(
    wanted: Address,
    { receiveBufferBytes }: { receiveBufferBytes?: number } = {},
  ): UdpSocket {
    return opened((fd) => {
      bindTo(fd, wanted);
      if (receiveBufferBytes !== undefined) makeRoom(fd, receiveBufferBytes);
      return new UdpSocket(fd);
    });
  }

  /**
   * Takes datagrams of the target only, and is told when the target's port is closed: a call after that
   * fails with ECONNREFUSED. Nothing is sent. Throws SystemCallError.
   */
  static connect(target: Address): UdpSocket {
    return opened((fd) => {
      connectTo(fd, target);
      return new UdpSocket(fd);
    });
  }

  /**
   * Holds a port that is closed for everybody: what is sent to it is answered by ICMP port unreachable,
   * because the socket is connected to itself and takes datagrams of nobody else. Throws SystemCallError.
   */
  static closedPort(wanted: Address): UdpSocket {
    const socket = UdpSocket.bind(wanted);
    try {
      connectTo(socket.fd, socket.address);
      return socket;
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * One sendto(2). Without `to`, to the target it is connected to. Waits only while the kernel's buffer
   * is full. Throws SystemCallError; ECONNREFUSED is about a datagram before, and this one is not sent.
   */
  async send(bytes: Uint8Array, to?: Address): Promise<void> {
    const address = to ? encodeAddress(to) : null;
    const addressLength = to ? sockaddrLength : 0;
    const flags = linux.MSG_NOSIGNAL | linux.MSG_DONTWAIT;
    for (;;) {
      const fd = this.#open('sendto');
      if (Number(sendToCall(fd, bytes, bytes.length, flags, address, addressLength)) >= 0) return;
      const error = errnoName();
      if (error !== 'EAGAIN') throw new SystemCallError('sendto', error);
      await whenReady(fd, 'writable');
    }
  }

  /** The datagram that waits longest, or undefined. Throws SystemCallError. */
  recvNow(): Datagram | undefined {
    const peer = Buffer.alloc(sockaddrLength);
    const peerLength = uint32(sockaddrLength);
    const fd = this.#open('recvfrom');
    const received = Number(
      recvFromCall(fd, scratch, datagramBytesMax, linux.MSG_DONTWAIT, peer, peerLength),
    );
    if (received >= 0) {
      return { bytes: Buffer.from(scratch.subarray(0, received)), from: decodeAddress(peer) };
    }
    const error = errnoName();
    if (error !== 'EAGAIN') throw new SystemCallError('recvfrom', error);
    return undefined;
  }

  /** Resolves when there is a datagram to read or an error to report, or when it is closed. */
  readable(): Promise<void> {
    return whenReady(this.#open('epoll'), 'readable');
  }

  /** Yields each datagram until the socket is closed. Throws SystemCallError. */
  async *datagrams(): AsyncGenerator<Datagram> {
    while (!this.#isClosed) {
      const datagram = this.recvNow();
      if (datagram) yield datagram;
      else await this.readable();
    }
  }

  /** Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeDescriptor(this.fd);
  }

  #open(call: string): number {
    if (this.#isClosed) throw new SystemCallError(call, 'EBADF');
    return this.fd;
  }
}

/** Beyond net.core.rmem_max only with CAP_NET_ADMIN of the machine. */
function makeRoom(fd: number, bytes: number): void {
  for (const option of [linux.SO_RCVBUFFORCE, linux.SO_RCVBUF]) {
    if (setsockoptCall(fd, linux.SOL_SOCKET, option, uint32(bytes), 4) !== -1) return;
  }
}

/** Filled and copied from within one call, so one is enough for all sockets. */
const scratch = Buffer.alloc(datagramBytesMax);

/** Leaves no descriptor behind when what is done with it throws. */
function opened<T>(use: (fd: number) => T): T {
  const fd = openSocket(linux.SOCK_DGRAM);
  try {
    return use(fd);
  } catch (error) {
    closeDescriptor(fd);
    throw error;
  }
}

function connectTo(fd: number, target: Address): void {
  if (connectCall(fd, encodeAddress(target), sockaddrLength) === -1) {
    throw new SystemCallError('connect', errnoName());
  }
}
