/** How far an upstream goes on serving before its script takes over again. */

export interface Limit {
  /** Bytes read from the client since the connection was accepted; not one more is read. */
  bytesReadMax?: number;
  /** Bytes sent to it since then; not one more is sent. */
  bytesSentMax?: number;
  /** Stops when this is aborted. */
  signal?: AbortSignal;
  /** Stops before a request of this key, or the nth one, is executed: it stays at hand. */
  isWanted?: (key: string, ordinal: number) => boolean;
}

export const noLimit: Limit = {};

/** The limit was reached in the middle of a read. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** Resolves like the promise, unless the signal is aborted before: then it throws Stopped. */
export async function unlessStopped<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return promise;
  let stop = () => {};
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(new Stopped());
  });
  if (signal.aborted) throw new Stopped();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([promise, stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
