/** The one place that looks below Node's public interface. */
import type { Socket } from 'node:net';

/**
 * The file descriptor of a connected socket, for the stale probe. Undefined when there is none to be
 * had: closed, not connected yet, or a runtime that hides it. Whoever asks must do without then.
 */
export function descriptorOf(socket: Socket): number | undefined {
  const handle: unknown = Reflect.get(socket, '_handle');
  if (typeof handle !== 'object' || handle === null) return undefined;
  const fd: unknown = Reflect.get(handle, 'fd');
  return typeof fd === 'number' && fd >= 0 ? fd : undefined;
}
