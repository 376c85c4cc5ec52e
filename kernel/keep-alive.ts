/** TCP keepalive, RFC 9293 section 3.8.4: finds out connections that the network has lost. */
import { linux } from './libc.ts';
import { setOption } from './socket.ts';

/** Probes after the first silence; fewer where the kernel's unit, a second, allows no more. */
const probesMax = 3;

/**
 * Once nothing was heard for this long, the peer is asked; when it has answered nothing for as long
 * again, the kernel ends the connection with ETIMEDOUT. Whole seconds, from 1 to 32767, tcp(7). Throws
 * SystemCallError.
 */
export function keepAlive(fd: number, seconds: number): void {
  const probeSeconds = Math.max(1, Math.floor(seconds / probesMax));
  const probes = Math.max(1, Math.floor(seconds / probeSeconds));
  setOption(fd, linux.IPPROTO_TCP, linux.TCP_KEEPIDLE, seconds);
  setOption(fd, linux.IPPROTO_TCP, linux.TCP_KEEPINTVL, probeSeconds);
  setOption(fd, linux.IPPROTO_TCP, linux.TCP_KEEPCNT, probes);
  setOption(fd, linux.SOL_SOCKET, linux.SO_KEEPALIVE, 1);
}
