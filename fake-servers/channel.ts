/**
 * One accepted connection under exact control. The only place that sends a FIN or an RST.
 *
 * What a script counts on is counted here: bytes read and sent, and that what was sent has been
 * acknowledged before the connection is broken, so that "after n bytes" holds on the wire.
 */
import { setImmediate, setTimeout } from 'node:timers/promises';
import type { TcpSocket } from '../kernel/tcp-socket.ts';

/** Enough for an acknowledgement that is not delayed. */
const looksAtOnce = 20;

export class Channel {
  readonly #socket: TcpSocket;
  bytesRead = 0;
  bytesSent = 0;
  hasSentFin = false;

  constructor(socket: TcpSocket) {
    this.#socket = socket;
  }

  get tuple(): string {
    return this.#socket.tuple;
  }

  get isClosed(): boolean {
    return this.#socket.isClosed;
  }

  get bytesUnread(): number {
    return this.#socket.bytesUnread();
  }

  /** Exactly this many bytes, or undefined when the client sent FIN before them. */
  async readExactly(bytes: number): Promise<Buffer | undefined> {
    const parts: Buffer[] = [];
    for (let missing = bytes; missing > 0; ) {
      const part = await this.#socket.recv(missing);
      if (part.length === 0) return undefined;
      this.bytesRead += part.length;
      missing -= part.length;
      parts.push(part);
    }
    return Buffer.concat(parts);
  }

  /** What is there, at least one byte; undefined when the client sent FIN. */
  async readSome(bytesMax: number): Promise<Buffer | undefined> {
    const bytes = await this.#socket.recv(bytesMax);
    this.bytesRead += bytes.length;
    return bytes.length === 0 ? undefined : bytes;
  }

  async send(bytes: Uint8Array): Promise<void> {
    for (let offset = 0; offset < bytes.length; ) {
      const sent = await this.#socket.send(bytes.subarray(offset));
      offset += sent;
      this.bytesSent += sent;
    }
  }

  /**
   * Resolves when the client's kernel has acknowledged all that was sent: at once and in the same
   * tick when it already has. There is no event for it, so the queue is looked at again: on each turn
   * of the event loop at first, then once a millisecond, since a delayed acknowledgement takes 40 of
   * them. Resolves too when the connection is dead; throws SystemCallError when it was closed here.
   */
  async acknowledged(): Promise<void> {
    for (let looks = 0; this.#socket.bytesUnacknowledged() > 0; looks++) {
      const found = this.#socket.peek();
      if (found !== 'nothing' && found !== 'data' && found !== 'EOF') return;
      await (looks < looksAtOnce ? setImmediate() : setTimeout(1));
    }
  }

  halfClose(): void {
    this.#socket.halfClose();
    this.hasSentFin = true;
  }

  close(): void {
    this.#socket.close();
  }

  reset(): void {
    this.#socket.reset();
  }
}
