/**
 * A socket that is none: what a server library runs on when its bytes pass through a script.
 *
 * The library sees an ordinary stream; what it is fed comes from the client's messages, and what it
 * writes is kept until it is taken.
 */
import { Duplex } from 'node:stream';

export class LibrarySocket extends Duplex {
  readonly #written: Buffer[] = [];
  #onWritten: (() => void) | undefined;

  constructor() {
    super({ allowHalfOpen: true, autoDestroy: true });
  }

  /** Libraries name their peer in logs. */
  readonly remoteAddress = '127.0.0.1';
  readonly remotePort = 0;
  setTimeout(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }

  /** Hands the library bytes of the client. */
  feed(bytes: Uint8Array): void {
    this.push(bytes);
  }

  /** All that the library has written since it was asked last. */
  takeWritten(): Buffer {
    return Buffer.concat(this.#written.splice(0));
  }

  /** Resolves when what the library has written satisfies the condition, or when it has ended. */
  async until(isEnough: (written: Buffer) => boolean): Promise<void> {
    while (!this.writableFinished && !this.destroyed) {
      if (isEnough(Buffer.concat(this.#written))) return;
      await new Promise<void>((resolve) => {
        this.#onWritten = resolve;
      });
    }
  }

  override _read(): void {}

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#written.push(bytes);
    done();
    this.#wake();
  }

  override _final(done: () => void): void {
    done();
    setImmediate(() => this.#wake());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    done(error);
    this.#wake();
  }

  #wake(): void {
    const wake = this.#onWritten;
    this.#onWritten = undefined;
    wake?.();
  }
}
