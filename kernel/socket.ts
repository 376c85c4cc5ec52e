/** What all sockets of the kernel have in common, socket(7). */
import { type Address, decodeAddress, encodeAddress, sockaddrLength } from './address.ts';
import {
  bindCall,
  errnoName,
  getsocknameCall,
  getsockoptCall,
  linux,
  nameOfErrno,
  setsockoptCall,
  socketCall,
} from './libc.ts';

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

/** Of every descriptor that is made here: nothing blocks, and no child inherits it. */
export const nonBlocking = linux.SOCK_NONBLOCK | linux.SOCK_CLOEXEC;

/** @param type SOCK_STREAM or SOCK_DGRAM. Throws SystemCallError. */
export function openSocket(type: number): number {
  const fd = socketCall(linux.AF_INET, type | nonBlocking, 0);
  if (fd === -1) throw new SystemCallError('socket', errnoName());
  return fd;
}

/** Port 0 lets the kernel choose. Throws SystemCallError. */
export function bindTo(fd: number, address: Address): void {
  if (bindCall(fd, encodeAddress(address), sockaddrLength) === -1) {
    throw new SystemCallError('bind', errnoName());
  }
}

/** Throws SystemCallError. */
export function localAddress(fd: number): Address {
  const bytes = Buffer.alloc(sockaddrLength);
  if (getsocknameCall(fd, bytes, uint32(sockaddrLength)) === -1) {
    throw new SystemCallError('getsockname', errnoName());
  }
  return decodeAddress(bytes);
}

/** setsockopt(2). @param value A number of 32 bits, or a structure. Throws SystemCallError. */
export function setOption(fd: number, level: number, name: number, value: number | Buffer): void {
  const bytes = typeof value === 'number' ? uint32(value) : value;
  if (setsockoptCall(fd, level, name, bytes, bytes.length) === -1) {
    throw new SystemCallError('setsockopt', errnoName());
  }
}

/** The error that waits at the socket, SO_ERROR of socket(7), by its name; undefined when there is none. */
export function takeError(fd: number): string | undefined {
  const errno = Buffer.alloc(4);
  getsockoptCall(fd, linux.SOL_SOCKET, linux.SO_ERROR, errno, uint32(errno.length));
  const number = errno.readInt32LE(0);
  return number === 0 ? undefined : nameOfErrno(number);
}

/** As the kernel takes numbers and lengths by address. */
export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value, 0);
  return bytes;
}
