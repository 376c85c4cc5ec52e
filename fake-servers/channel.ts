/**
 * One accepted connection under exact control, as the steps of its script see it, and over TCP. The only
 * place that sends a FIN or an RST.
 *
 * What a script counts on is counted here: bytes read and sent, and that what was sent has been
 * acknowledged before the connection is broken, so that "after n bytes" holds on the wire.
 */
import { setImmediate, setTimeout } from 'node:timers/promises';
import type { TcpSocket } from '../kernel/tcp-socket.ts';
import type { ByteEnd } from './forward.ts';
import { unlessStopped } from './limit.ts';

/** Enough for an acknowledgement that is not delayed. */
const looksAtOnce = 20;

/** What a script is played on: a TCP connection, or the datagrams of one client. */
export interface Channel {
  /** `client->upstream`. */
  readonly tuple: string;
  readonly isClosed: boolean;
  readonly bytesRead: number;
  readonly bytesSent: number;
  readonly bytesUnread: number;
  readonly hasSentFin: boolean;
  /** When bytes were read or sent last, or else accepted, on the clock of `performance.now()`. */
  readonly movedAtMs: number;
  /**
   * What is there; undefined when the client sent FIN. Throws Stopped when the signal is aborted before:
   * then nothing was taken.
   */
  readSome(bytesMax: number, signal?: AbortSignal): Promise<Buffer | undefined>;
  /** What is there and stays there; none when the client sent FIN. Throws Stopped. */
  look(bytesMax: number, signal?: AbortSignal): Promise<Buffer>;
  send(bytes: Uint8Array): Promise<void>;
  /** Resolves when the client's kernel has acknowledged all that was sent, where there is such a thing. */
  acknowledged(): Promise<void>;
  /** Resolves when the client may send nothing more. Throws when the signal is aborted. */
  windowClosed(signal: AbortSignal): Promise<void>;
  /** Takes all that is unread. Returns how many bytes they were. */
  discardUnread(): number;
  halfClose(): void;
  close(): void;
  reset(): void;
}

/** Of a connection whose window is opened again. */
const receiveBufferBytes = 65_536;

export class TcpChannel implements Channel {
  readonly #socket: TcpSocket;
  /** Whether its receive buffer was made as small as can be. */
  #isShut = false;
  bytesRead = 0;
  bytesSent = 0;
  hasSentFin = false;
  /** When bytes were read or sent last, or else accepted, on the clock of `performance.now()`. */
  movedAtMs = performance.now();

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

  /**
   * What is there, at least one byte; undefined when the client sent FIN. Throws Stopped when the
   * signal is aborted before: then nothing was taken.
   */
  async readSome(bytesMax: number, signal?: AbortSignal): Promise<Buffer | undefined> {
    for (;;) {
      const bytes = this.#socket.recvNow(bytesMax);
      if (bytes) {
        this.bytesRead += bytes.length;
        this.movedAtMs = performance.now();
        return bytes.length === 0 ? undefined : bytes;
      }
      await unlessStopped(this.#socket.readable(), signal);
    }
  }

  /** What is there and stays there, at least one byte; none when the client sent FIN. Throws Stopped. */
  async look(bytesMax: number, signal?: AbortSignal): Promise<Buffer> {
    for (;;) {
      const bytes = this.#socket.lookNow(bytesMax);
      if (bytes) return bytes;
      await unlessStopped(this.#socket.readable(), signal);
    }
  }

  async send(bytes: Uint8Array): Promise<void> {
    for (let offset = 0; offset < bytes.length; ) {
      const sent = await this.#socket.send(bytes.subarray(offset));
      offset += sent;
      this.bytesSent += sent;
      this.movedAtMs = performance.now();
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

  /**
   * Resolves when the client may send nothing more, because nobody reads. There is no event for it, so
   * the window is looked at once a millisecond. Throws when the signal is aborted.
   */
  async windowClosed(signal: AbortSignal): Promise<void> {
    while (this.#socket.receiveWindowBytes() > 0) await setTimeout(1, undefined, { signal });
    // Used up is not yet closed: the acknowledgement that is put off would say that there is room again.
    this.#socket.setReceiveBuffer(1);
    this.#isShut = true;
    this.#socket.acknowledgeNow();
  }

  /** Takes all that is unread from the kernel. Returns how many bytes they were. */
  discardUnread(): number {
    if (this.#isShut) this.#socket.setReceiveBuffer(receiveBufferBytes);
    this.#isShut = false;
    let bytes = 0;
    for (;;) {
      const part = this.#socket.recvNow(65_536);
      if (!part || part.length === 0) return bytes;
      bytes += part.length;
      this.bytesRead += part.length;
    }
  }

  halfClose(): void {
    this.#socket.halfClose();
    this.hasSentFin = true;
  }

  /** The socket for whoever forwards its bytes: they are counted here as all others are. */
  get end(): ByteEnd {
    const socket = this.#socket;
    const counted = (bytes: number, direction: 'bytesRead' | 'bytesSent') => {
      if (bytes === 0) return;
      this[direction] += bytes;
      this.movedAtMs = performance.now();
    };
    return {
      get isClosed() {
        return socket.isClosed;
      },
      recvInto: (bytes, bytesMax, flags) => {
        const received = socket.recvInto(bytes, bytesMax, flags);
        counted(received ?? 0, 'bytesRead');
        return received;
      },
      sendNow: (bytes, length) => {
        const sent = socket.sendNow(bytes, length);
        counted(sent ?? 0, 'bytesSent');
        return sent;
      },
      watch: (watcher) => socket.watch(watcher),
      halfClose: () => this.halfClose(),
      reset: () => this.reset(),
    };
  }

  close(): void {
    this.#socket.close();
  }

  reset(): void {
    this.#socket.reset();
  }
}
