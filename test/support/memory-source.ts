/** A client whose bytes are in memory, in the pieces in which they arrive; after them comes its FIN. */
import { type ByteSource, MalformedMessage } from '../../fake-servers/protocols/protocol.ts';

export class MemorySource implements ByteSource {
  readonly #chunks: Buffer[];

  constructor(chunks: readonly Buffer[]) {
    this.#chunks = chunks.filter(({ length }) => length > 0);
  }

  /** What nobody has asked for. */
  get unread(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  async readExactly(bytes: number): Promise<Buffer | undefined> {
    if (this.unread.length < bytes) return undefined;
    const parts: Buffer[] = [];
    for (let missing = bytes; missing > 0; ) {
      const part = (await this.readSome(missing)) ?? Buffer.alloc(0);
      missing -= part.length;
      parts.push(part);
    }
    return Buffer.concat(parts);
  }

  /** Never of two chunks. */
  async readSome(bytesMax: number): Promise<Buffer | undefined> {
    const chunk = this.#chunks.shift();
    if (!chunk) return undefined;
    if (chunk.length > bytesMax) this.#chunks.unshift(chunk.subarray(bytesMax));
    return chunk.subarray(0, bytesMax);
  }

  async readThrough(delimiter: string, bytesMax: number): Promise<Buffer | undefined> {
    const { unread } = this;
    const at = unread.indexOf(delimiter, 0, 'latin1');
    if (at !== -1 && at + delimiter.length <= bytesMax) {
      return this.readExactly(at + delimiter.length);
    }
    if (unread.length < bytesMax) return undefined;
    throw new MalformedMessage(`expected ${JSON.stringify(delimiter)} within ${bytesMax} bytes`);
  }
}
