/** Reads the fields of a PostgreSQL message. Each method throws a MalformedMessage past its end. */
import { MalformedMessage } from '../protocol.ts';

export class FieldReader {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#offset >= this.#bytes.length;
  }

  bytes(count: number): Buffer {
    const end = this.#offset + count;
    if (end > this.#bytes.length) {
      throw new MalformedMessage(`expected ${count} more bytes in the message at ${this.#offset}`);
    }
    const read = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return read;
  }

  unsigned16(): number {
    return this.bytes(2).readUInt16BE(0);
  }

  signed32(): number {
    return this.bytes(4).readInt32BE(0);
  }

  /** A text that a NUL ends. */
  text(): string {
    const end = this.#bytes.indexOf(0, this.#offset);
    if (end < 0) throw new MalformedMessage('expected a text that a NUL ends');
    const text = this.bytes(end - this.#offset).toString();
    this.#offset += 1;
    return text;
  }

  /** A count of two bytes, then as many. */
  list<T>(readOne: () => T): T[] {
    const count = this.unsigned16();
    const all: T[] = [];
    while (all.length < count) all.push(readOne());
    return all;
  }

  /** Throws a MalformedMessage when there is something left. */
  expectEnd(): void {
    if (!this.isAtEnd) {
      throw new MalformedMessage(`expected the message to end at ${this.#offset}`);
    }
  }
}
