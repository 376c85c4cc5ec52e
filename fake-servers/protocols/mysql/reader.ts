/** Reads the fields of a MySQL packet. Each method throws a MalformedMessage past the packet's end. */
import { MalformedMessage } from '../protocol.ts';

export class PacketReader {
  readonly #bytes: Buffer;
  #offset: number;

  constructor(bytes: Buffer, offsetBytes = 0) {
    this.#bytes = bytes;
    this.#offset = offsetBytes;
  }

  get isAtEnd(): boolean {
    return this.#offset >= this.#bytes.length;
  }

  bytes(count: number): Buffer {
    const end = this.#offset + count;
    if (end > this.#bytes.length) {
      throw new MalformedMessage(`expected ${count} more bytes in the packet at ${this.#offset}`);
    }
    const read = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return read;
  }

  rest(): Buffer {
    return this.bytes(this.#bytes.length - this.#offset);
  }

  /** An integer of 1 to 6 bytes. */
  unsigned(bytes: number): number {
    return this.bytes(bytes).readUIntLE(0, bytes);
  }

  /** A length-encoded integer, protocol::LengthEncodedInteger. */
  lengthEncoded(): number {
    const first = this.unsigned(1);
    if (first < 0xfb) return first;
    if (first === 0xfc) return this.unsigned(2);
    if (first === 0xfd) return this.unsigned(3);
    if (first === 0xfe) return Number(this.bytes(8).readBigUInt64LE(0));
    throw new MalformedMessage(`expected a length, got 0x${first.toString(16)}`);
  }

  lengthEncodedBytes(): Buffer {
    return this.bytes(this.lengthEncoded());
  }

  /** A text that a NUL ends, or the packet. */
  nulTerminated(): string {
    const end = this.#bytes.indexOf(0, this.#offset);
    if (end < 0) return this.rest().toString();
    const text = this.bytes(end - this.#offset).toString();
    this.#offset += 1;
    return text;
  }
}
