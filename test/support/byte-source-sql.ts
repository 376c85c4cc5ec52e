/** Bytes of a client that are all there, in the chunks in which they arrive. */
import { type ByteSource, MalformedMessage } from '../../fake-servers/protocols/protocol.ts';

export interface MemorySource extends ByteSource {
  /** What nobody has asked for yet. */
  left(): Buffer;
}

/** After the last chunk the client has sent FIN. */
export function memorySource(chunks: readonly Uint8Array[]): MemorySource {
  const waiting = [...chunks];
  let buffered = Buffer.alloc(0);
  const pull = () => {
    const chunk = waiting.shift();
    if (chunk) buffered = Buffer.concat([buffered, chunk]);
    return chunk !== undefined;
  };
  const taken = (count: number) => {
    const bytes = buffered.subarray(0, count);
    buffered = buffered.subarray(count);
    return bytes;
  };
  return {
    async readExactly(bytes) {
      while (buffered.length < bytes) if (!pull()) return undefined;
      return taken(bytes);
    },
    async readSome(bytesMax) {
      while (buffered.length === 0) if (!pull()) return undefined;
      return taken(Math.min(bytesMax, buffered.length));
    },
    async readThrough(delimiter, bytesMax) {
      for (;;) {
        const at = buffered.indexOf(delimiter);
        if (at >= 0 && at + delimiter.length <= bytesMax) return taken(at + delimiter.length);
        if (buffered.length >= bytesMax) throw new MalformedMessage(`expected ${delimiter}`);
        if (!pull()) return undefined;
      }
    },
    left: () => Buffer.concat([buffered, ...waiting]),
  };
}

/** The bytes cut at these offsets. */
export function cutAt(bytes: Buffer, offsets: readonly number[]): Buffer[] {
  const cuts = [
    ...new Set([0, ...offsets.map((offset) => offset % (bytes.length + 1)), bytes.length]),
  ];
  cuts.sort((a, b) => a - b);
  return cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end));
}
