/** connect(2) that can be given up, which the kernel's own patience of minutes makes necessary. */
import {
  type Address,
  connectionTuple,
  decodeAddress,
  encodeAddress,
  sockaddrLength,
} from '../../kernel/address.ts';
import {
  closeCall,
  connectCall,
  errnoName,
  getsocknameCall,
  getsockoptCall,
  linux,
  nameOfErrno,
  socketCall,
} from '../../kernel/libc.ts';
import { forgetDescriptor, whenReady } from '../../kernel/reactor.ts';
import { SystemCallError, TcpSocket } from '../../kernel/tcp-socket.ts';

export interface Dial {
  /** Rejects with SystemCallError; ECANCELED after `giveUp`. */
  done: Promise<TcpSocket>;
  /** Closes the descriptor unless the connection is made already. */
  giveUp(): void;
}

/** Throws SystemCallError when the kernel has no socket to give. */
export function dial(target: Address): Dial {
  const fd = socketCall(
    linux.AF_INET,
    linux.SOCK_STREAM | linux.SOCK_NONBLOCK | linux.SOCK_CLOEXEC,
    0,
  );
  if (fd === -1) throw new SystemCallError('socket', errnoName());
  const attempt: Attempt = { fd, isSettled: false };
  return {
    done: finish(attempt, target),
    giveUp: () => {
      if (!attempt.isSettled) abandon(attempt);
    },
  };
}

interface Attempt {
  fd: number;
  isSettled: boolean;
}

async function finish(attempt: Attempt, target: Address): Promise<TcpSocket> {
  const { fd } = attempt;
  if (connectCall(fd, encodeAddress(target), sockaddrLength) === -1) {
    const error = errnoName();
    if (error !== 'EINPROGRESS') return refuse(attempt, error);
    await whenReady(fd, 'writable');
    if (attempt.isSettled) throw new SystemCallError('connect', 'ECANCELED');
    const pending = Buffer.alloc(4);
    getsockoptCall(fd, linux.SOL_SOCKET, linux.SO_ERROR, pending, lengthOf(4));
    if (pending.readInt32LE(0) !== 0) return refuse(attempt, nameOfErrno(pending.readInt32LE(0)));
  }
  const local = Buffer.alloc(sockaddrLength);
  if (getsocknameCall(fd, local, lengthOf(sockaddrLength)) === -1) {
    return refuse(attempt, errnoName());
  }
  attempt.isSettled = true;
  return new TcpSocket(fd, connectionTuple(decodeAddress(local), target));
}

function refuse(attempt: Attempt, error: string): never {
  abandon(attempt);
  throw new SystemCallError('connect', error);
}

function abandon(attempt: Attempt): void {
  attempt.isSettled = true;
  forgetDescriptor(attempt.fd);
  closeCall(attempt.fd);
}

function lengthOf(byteCount: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(byteCount, 0);
  return bytes;
}
