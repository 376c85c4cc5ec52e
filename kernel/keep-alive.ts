/** TCP keepalive, RFC 9293 section 3.8.4: finds out connections that the network has lost. */
import { linux, setsockoptCall } from './libc.ts';
import { uint32 } from './socket.ts';

/** Probes after the first silence; fewer where the kernel's unit, a second, allows no more. */
const probesMax = 3;

/**
 * Once nothing was heard for this long, the peer is asked; when it has answered nothing for as long
 * again, the kernel ends the connection with ETIMEDOUT. Whole seconds, at least 1.
 */
export function keepAlive(fd: number, seconds: number): void {
  const probeSeconds = Math.max(1, Math.floor(seconds / probesMax));
  const probes = Math.max(1, Math.floor(seconds / probeSeconds));
  const set = (level: number, name: number, value: number) =>
    setsockoptCall(fd, level, name, uint32(value), 4);
  set(linux.IPPROTO_TCP, linux.TCP_KEEPIDLE, seconds);
  set(linux.IPPROTO_TCP, linux.TCP_KEEPINTVL, probeSeconds);
  set(linux.IPPROTO_TCP, linux.TCP_KEEPCNT, probes);
  set(linux.SOL_SOCKET, linux.SO_KEEPALIVE, 1);
}
