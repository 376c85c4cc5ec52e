/** Brings up the loopback interface of a fresh network namespace, netdevice(7). */
import { closeCall, errnoName, ioctlCall, linux, socketCall } from './libc.ts';

const ifreqLength = 40;
const flagsOffset = 16;

/** Does nothing when it is up already. Throws an Error when it may not. */
export function bringUpLoopback(): void {
  const fd = socketCall(linux.AF_INET, linux.SOCK_DGRAM | linux.SOCK_CLOEXEC, 0);
  if (fd === -1) throw new Error(`socket: ${errnoName()}`);
  try {
    const request = Buffer.alloc(ifreqLength);
    request.write('lo', 0, 'latin1');
    if (ioctlCall(fd, linux.SIOCGIFFLAGS, request) === -1) throw new Error(`lo: ${errnoName()}`);
    const flags = request.readInt16LE(flagsOffset);
    if (flags & linux.IFF_UP) return;
    request.writeInt16LE(flags | linux.IFF_UP, flagsOffset);
    if (ioctlCall(fd, linux.SIOCSIFFLAGS, request) === -1) {
      throw new Error(`the loopback interface cannot be brought up: ${errnoName()}`);
    }
  } finally {
    closeCall(fd);
  }
}
