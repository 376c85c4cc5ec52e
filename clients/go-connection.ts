/** What Go code without a DNS library does with a net.Conn: one question out, one answer back. */
import type { Deadline, Limit } from './go-deadline.ts';
import { endOfFile } from './go-errors.ts';

export interface GoConnection {
  readonly tuple: string;
  /** Sends the message and returns what comes next. Throws GoError. */
  exchange(message: Buffer, limit: Limit): Promise<Buffer>;
  /** Idempotent. */
  close(): void;
}

/** The calls of a stream that block, each until its deadline. They throw GoError. */
export interface Stream {
  /** All of the bytes. */
  write(bytes: Buffer, deadline: Deadline): Promise<void>;
  /** At most this many bytes; none at the end of file. */
  read(bytesMax: number, deadline: Deadline): Promise<Buffer>;
}

const lengthPrefixBytes = 2;

/** Length and message in two writes (weakness 10), then the answer's length and the answer. */
export async function exchangeOnStream(
  stream: Stream,
  message: Buffer,
  limit: Limit,
): Promise<Buffer> {
  const length = Buffer.alloc(lengthPrefixBytes);
  length.writeUInt16BE(message.length, 0);
  await limit((deadline) => stream.write(length, deadline));
  await limit((deadline) => stream.write(message, deadline));
  const answerLength = await limit((deadline) => readFull(stream, lengthPrefixBytes, deadline));
  return limit((deadline) => readFull(stream, answerLength.readUInt16BE(0), deadline));
}

async function readFull(stream: Stream, byteCount: number, deadline: Deadline): Promise<Buffer> {
  const bytes = Buffer.alloc(byteCount);
  let filled = 0;
  while (filled < byteCount) {
    const chunk = await stream.read(byteCount - filled, deadline);
    if (chunk.length === 0) throw endOfFile(filled);
    chunk.copy(bytes, filled);
    filled += chunk.length;
  }
  return bytes;
}
