/** The client's sockets below the pool, to be tampered with. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { linux, setsockoptCall } from '../../../kernel/libc.ts';

/** Hands over the client's sockets as they connect, before the pool hears of it. */
export function watchSockets(
  t: { teardown(run: () => void): void },
  connected: (socket: Socket) => void,
): void {
  const watch = (message: unknown) => {
    const { socket } = message as { socket: Socket };
    socket.once('connect', () => connected(socket));
  };
  subscribe('net.client.socket', watch);
  t.teardown(() => {
    unsubscribe('net.client.socket', watch);
  });
}

export function descriptor(socket: Socket): number {
  return Reflect.get(Reflect.get(socket, '_handle'), 'fd');
}

/** From now on the pool cannot probe it. */
export function hideDescriptor(socket: Socket): void {
  Object.defineProperty(Reflect.get(socket, '_handle'), 'fd', { value: undefined });
}

/** SO_SNDBUF of socket(7) and <asm-generic/socket.h>. */
const sendBufferOption = 7;

/** As small as the kernel lets it be, so that an upstream that does not read is soon felt. */
export function limitSendBuffer(socket: Socket): void {
  setsockoptCall(descriptor(socket), linux.SOL_SOCKET, sendBufferOption, Buffer.alloc(4), 4);
}
