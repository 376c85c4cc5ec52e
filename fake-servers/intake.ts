/** The client's bytes as a conversation asks for them; not one is taken from the kernel before. */
import type { Channel } from './channel.ts';
import { type Limit, noLimit, Stopped } from './limit.ts';
import { type ByteSource, MalformedMessage } from './protocols/protocol.ts';

const none = Buffer.alloc(0);

export class Intake implements ByteSource {
  readonly #channel: Channel;
  /** Taken from the kernel and not yet part of a message that was read to its end. */
  #held: Buffer = none;
  /** How much of it the message that is being read has used. */
  #used = 0;
  #limit: Limit = noLimit;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /**
   * Runs the reading of one message. Throws Stopped when the limit ends it; what was taken by then is
   * kept and read again by the next.
   */
  async message<T>(limit: Limit, read: (source: ByteSource) => Promise<T>): Promise<T> {
    this.#limit = limit;
    this.#used = 0;
    const message = await read(this);
    this.#held = this.#held.subarray(this.#used);
    return message;
  }

  async readExactly(bytes: number): Promise<Buffer | undefined> {
    while (this.#rest().length < bytes) {
      if (!(await this.#take(bytes - this.#rest().length))) return undefined;
    }
    return this.#use(bytes);
  }

  async readSome(bytesMax: number): Promise<Buffer | undefined> {
    if (this.#rest().length === 0 && !(await this.#take(bytesMax))) return undefined;
    return this.#use(Math.min(bytesMax, this.#rest().length));
  }

  async readThrough(delimiter: string, bytesMax: number): Promise<Buffer | undefined> {
    for (;;) {
      const rest = this.#rest();
      const at = rest.indexOf(delimiter, 0, 'latin1');
      if (at !== -1 && at + delimiter.length <= bytesMax) return this.#use(at + delimiter.length);
      if (rest.length >= bytesMax) {
        throw new MalformedMessage(
          `expected ${JSON.stringify(delimiter)} within ${bytesMax} bytes, got ${rest.length} bytes without it`,
        );
      }
      const ahead = await this.#channel.look(bytesMax - rest.length, this.#limit.signal);
      const end = Buffer.concat([rest, ahead]).indexOf(delimiter, 0, 'latin1');
      const wanted = end === -1 ? ahead.length : end + delimiter.length - rest.length;
      if (!(await this.#take(Math.max(1, wanted)))) return undefined;
    }
  }

  #rest(): Buffer {
    return this.#held.subarray(this.#used);
  }

  #use(bytes: number): Buffer {
    const used = this.#rest().subarray(0, bytes);
    this.#used += bytes;
    return used;
  }

  /** At least one byte more; false when the client sent FIN. */
  async #take(bytesMax: number): Promise<boolean> {
    const { bytesReadMax = Number.MAX_SAFE_INTEGER, signal } = this.#limit;
    const allowed = Math.min(bytesMax, bytesReadMax - this.#channel.bytesRead);
    if (allowed <= 0) throw new Stopped();
    const bytes = await this.#channel.readSome(allowed, signal);
    if (!bytes) return false;
    this.#held = Buffer.concat([this.#held, bytes]);
    return true;
  }
}
