/** One connection as Go's net.Conn is used by the pool before its fix: plain, blocking, unwatched. */
import { SystemCallError } from '../../kernel/socket.ts';
import type { TcpSocket } from '../../kernel/tcp-socket.ts';
import { publishIo } from '../events.ts';
import { type Deadline, DeadlineError } from './deadline.ts';
import { goEof, goError, type NaivePoolError, type Phase } from './errors.ts';

const lengthPrefixBytes = 2;

export class NaiveConnection {
  readonly #socket: TcpSocket;

  constructor(socket: TcpSocket) {
    this.#socket = socket;
  }

  get tuple(): string {
    return this.#socket.tuple;
  }

  /** Length and message in two sends, then the answer's length and the answer. */
  async exchange(message: Buffer, deadline: Deadline): Promise<Buffer> {
    const length = Buffer.alloc(lengthPrefixBytes);
    length.writeUInt16BE(message.length, 0);
    await this.#write(length, deadline);
    await this.#write(message, deadline);
    const answerLength = await this.#readFull(lengthPrefixBytes, deadline);
    return this.#readFull(answerLength.readUInt16BE(0), deadline);
  }

  close(): void {
    this.#socket.close();
  }

  async #write(bytes: Buffer, deadline: Deadline): Promise<void> {
    let rest = bytes;
    while (rest.length > 0) {
      try {
        const sent = await deadline.within(this.#socket.send(rest));
        publishIo('send', { bytes: sent }, this.tuple);
        rest = rest.subarray(sent);
      } catch (error) {
        throw this.#failure('write', error);
      }
    }
  }

  async #readFull(byteCount: number, deadline: Deadline): Promise<Buffer> {
    const bytes = Buffer.alloc(byteCount);
    let filled = 0;
    while (filled < byteCount) {
      const chunk = await this.#read(byteCount - filled, deadline);
      if (chunk.length === 0) {
        publishIo('recv', { error: 'EOF' }, this.tuple);
        throw goEof(filled);
      }
      publishIo('recv', { bytes: chunk.length }, this.tuple);
      chunk.copy(bytes, filled);
      filled += chunk.length;
    }
    return bytes;
  }

  /** Waits for readiness, not for a read: one left over from before would take the next answer. */
  async #read(bytesMax: number, deadline: Deadline): Promise<Buffer> {
    try {
      for (;;) {
        const chunk = this.#socket.recvNow(bytesMax);
        if (chunk) return chunk;
        await deadline.within(this.#socket.readable());
      }
    } catch (error) {
      throw this.#failure('read', error);
    }
  }

  #failure(phase: Phase, error: unknown): NaivePoolError {
    if (error instanceof DeadlineError) return goError(phase, this.tuple, 'TIMEOUT', error);
    if (!(error instanceof SystemCallError)) throw error;
    // Closed by this side: no system call was made.
    if (this.#socket.isClosed) return goError(phase, this.tuple, 'CLOSED', error);
    publishIo(phase === 'write' ? 'send' : 'recv', { error: error.code }, this.tuple);
    return goError(phase, this.tuple, error.code, error);
  }
}
