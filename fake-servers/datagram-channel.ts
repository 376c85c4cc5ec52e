/**
 * The datagrams of one client, as the steps of its script see them. There is no connection: nothing is
 * acknowledged, and there is no FIN, no RST and no window. A datagram is read whole or not at all.
 */
import { SystemCallError } from '../kernel/socket.ts';
import type { Channel } from './channel.ts';
import { Stopped, unlessStopped } from './limit.ts';

export class DatagramChannel implements Channel {
  readonly tuple: string;
  readonly hasSentFin = false;
  bytesRead = 0;
  bytesSent = 0;
  movedAtMs = performance.now();
  readonly #sendDatagram: (bytes: Uint8Array) => Promise<void>;
  readonly #unread: Buffer[] = [];
  readonly #waiting = new Set<() => void>();
  #isClosed = false;

  /** @param sendDatagram Sends one datagram to this client. */
  constructor(tuple: string, sendDatagram: (bytes: Uint8Array) => Promise<void>) {
    this.tuple = tuple;
    this.#sendDatagram = sendDatagram;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get bytesUnread(): number {
    return this.#unread.reduce((sum, { length }) => sum + length, 0);
  }

  /** A datagram of this client has come. */
  deliver(bytes: Buffer): void {
    if (this.#isClosed) return;
    this.#unread.push(bytes);
    this.#wake();
  }

  /**
   * One datagram, which may be empty. Throws Stopped when it is longer than `bytesMax`, since the rest
   * of it could not be read later, and when the signal is aborted before; SystemCallError when closed.
   */
  async readSome(bytesMax: number, signal?: AbortSignal): Promise<Buffer> {
    const bytes = await this.#next(signal);
    if (bytes.length > bytesMax) throw new Stopped();
    this.#unread.shift();
    this.bytesRead += bytes.length;
    this.movedAtMs = performance.now();
    return bytes;
  }

  /** The beginning of the next datagram. Throws Stopped, and SystemCallError when closed. */
  async look(bytesMax: number, signal?: AbortSignal): Promise<Buffer> {
    return (await this.#next(signal)).subarray(0, bytesMax);
  }

  /** In one datagram. Throws SystemCallError, for example EMSGSIZE. */
  async send(bytes: Uint8Array): Promise<void> {
    if (this.#isClosed) throw new SystemCallError('sendto', 'EBADF');
    await this.#sendDatagram(bytes);
    this.bytesSent += bytes.length;
    this.movedAtMs = performance.now();
  }

  async acknowledged(): Promise<void> {}

  async windowClosed(): Promise<void> {
    throw new Error('UDP has no window');
  }

  discardUnread(): number {
    const bytes = this.bytesUnread;
    this.#unread.length = 0;
    this.bytesRead += bytes;
    return bytes;
  }

  halfClose(): void {
    throw new Error('UDP has no FIN');
  }

  /** Ends the script: nothing is on the wire. What the client sends from now on is dropped. */
  close(): void {
    this.#isClosed = true;
    this.#unread.length = 0;
    this.#wake();
  }

  reset(): void {
    throw new Error('UDP has no RST');
  }

  async #next(signal?: AbortSignal): Promise<Buffer> {
    for (;;) {
      if (this.#isClosed) throw new SystemCallError('recvfrom', 'EBADF');
      const [bytes] = this.#unread;
      if (bytes) return bytes;
      const arrival = new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
      });
      await unlessStopped(arrival, signal);
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
