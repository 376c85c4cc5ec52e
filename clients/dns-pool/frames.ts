/** DNS messages on a byte stream: two bytes of length before each, RFC 1035 section 4.2.2. */

export const lengthPrefixBytes = 2;
const messageBytesMax = 65_535;

/** Length and message in one buffer, to be handed over in one write: RFC 7766 section 8. */
export function frame(message: Buffer): Buffer {
  if (message.length > messageBytesMax) {
    throw new RangeError(`a message has at most ${messageBytesMax} bytes, got ${message.length}`);
  }
  const bytes = Buffer.allocUnsafe(lengthPrefixBytes + message.length);
  bytes.writeUInt16BE(message.length, 0);
  message.copy(bytes, lengthPrefixBytes);
  return bytes;
}

/** Cuts a byte stream into messages, however the stream was chopped on its way. */
export class FrameReader {
  #pending: Buffer = Buffer.alloc(0);

  /** Bytes received that do not make a whole message yet. */
  get bytesPending(): number {
    return this.#pending.length;
  }

  /** Keeps these bytes and returns the messages they complete, without their length. */
  push(chunk: Buffer): Buffer[] {
    let rest = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const messages: Buffer[] = [];
    while (rest.length >= lengthPrefixBytes) {
      const end = lengthPrefixBytes + rest.readUInt16BE(0);
      if (rest.length < end) break;
      messages.push(rest.subarray(lengthPrefixBytes, end));
      rest = rest.subarray(end);
    }
    this.#pending = rest;
    return messages;
  }
}
