/** What a client said under TLS, decrypted: bytes that come in pieces, read as a conversation asks. */
import { type ByteSource, MalformedMessage } from '../protocol.ts';

export class Inbox implements ByteSource {
  /** Of all time. */
  bytesAdded = 0;
  #held: Buffer = Buffer.alloc(0);
  #hasEnded = false;
  /** Set while a read waits for more. */
  #resume: (() => void) | undefined;
  #onStarved: (() => void) | undefined;

  add(bytes: Buffer): void {
    this.bytesAdded += bytes.length;
    this.#held = Buffer.concat([this.#held, bytes]);
    this.#wake();
  }

  /** A read that waits for more finds the end. */
  end(): void {
    this.#hasEnded = true;
    this.#wake();
  }

  /** Resolves when a read waits for more than there is. */
  async starved(): Promise<void> {
    if (this.#resume) return;
    await new Promise<void>((resolve) => {
      this.#onStarved = resolve;
    });
  }

  async readExactly(bytes: number): Promise<Buffer | undefined> {
    while (this.#held.length < bytes) if (!(await this.#more())) return undefined;
    return this.#use(bytes);
  }

  async readSome(bytesMax: number): Promise<Buffer | undefined> {
    while (this.#held.length === 0) if (!(await this.#more())) return undefined;
    return this.#use(Math.min(bytesMax, this.#held.length));
  }

  async readThrough(delimiter: string, bytesMax: number): Promise<Buffer | undefined> {
    for (;;) {
      const at = this.#held.indexOf(delimiter, 0, 'latin1');
      if (at !== -1 && at + delimiter.length <= bytesMax) return this.#use(at + delimiter.length);
      if (this.#held.length >= bytesMax) {
        throw new MalformedMessage(
          `expected ${JSON.stringify(delimiter)} within ${bytesMax} bytes, got ${this.#held.length} bytes without it`,
        );
      }
      if (!(await this.#more())) return undefined;
    }
  }

  #use(bytes: number): Buffer {
    const used = this.#held.subarray(0, bytes);
    this.#held = this.#held.subarray(bytes);
    return used;
  }

  /** False at the end. */
  async #more(): Promise<boolean> {
    if (this.#hasEnded) return false;
    await new Promise<void>((resolve) => {
      this.#resume = resolve;
      this.#onStarved?.();
      this.#onStarved = undefined;
    });
    return true;
  }

  #wake(): void {
    const resume = this.#resume;
    this.#resume = undefined;
    resume?.();
  }
}
