/** The client's bytes as a protocol reads them, from chunks that a test has or a socket hands out. */
import { type ByteSource, MalformedMessage } from '../../fake-servers/protocols/protocol.ts';

export interface TestByteSource extends ByteSource {
  /** What has come and was not read. */
  unread(): Buffer;
  /** That, and all chunks to come. */
  rest(): Promise<Buffer>;
}

/** The end of the chunks is the client's FIN. */
export function byteSource(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): TestByteSource {
  const iterator = (async function* () {
    yield* chunks;
  })();
  let pending = Buffer.alloc(0);

  const more = async (): Promise<boolean> => {
    const next = await iterator.next();
    if (next.done) return false;
    pending = Buffer.concat([pending, next.value]);
    return true;
  };
  const taken = (bytes: number): Buffer => {
    const part = pending.subarray(0, bytes);
    pending = pending.subarray(bytes);
    return part;
  };

  return {
    async readExactly(bytes) {
      while (pending.length < bytes) if (!(await more())) return undefined;
      return taken(bytes);
    },
    async readSome(bytesMax) {
      while (pending.length === 0) if (!(await more())) return undefined;
      return taken(bytesMax);
    },
    async readThrough(delimiter, bytesMax) {
      for (;;) {
        const at = pending.subarray(0, bytesMax).indexOf(delimiter, 0, 'latin1');
        if (at >= 0) return taken(at + Buffer.byteLength(delimiter, 'latin1'));
        if (pending.length >= bytesMax) {
          throw new MalformedMessage(
            `expected ${JSON.stringify(delimiter)} in the first ${bytesMax} bytes`,
          );
        }
        if (!(await more())) return undefined;
      }
    },
    unread: () => pending,
    async rest() {
      while (await more());
      return taken(pending.length);
    },
  };
}
