/** DNS messages on a byte stream: two bytes of length before each, RFC 1035 section 4.2.2. */

export const lengthPrefixBytes = 2;

const nothing: Buffer = Buffer.alloc(0);

/** Cuts a byte stream into messages, however the stream was chopped on its way. */
export class FrameReader {
  #pending = nothing;

  /** Bytes received that do not make a whole message yet. */
  get bytesPending(): number {
    return this.#pending.length;
  }

  /** Keeps these bytes and returns the messages they complete, without their length. */
  push(chunk: Buffer): Buffer[] {
    const bytes = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const messages: Buffer[] = [];
    let start = 0;
    while (bytes.length - start >= lengthPrefixBytes) {
      const end = start + lengthPrefixBytes + bytes.readUInt16BE(start);
      if (bytes.length < end) break;
      messages.push(bytes.subarray(start + lengthPrefixBytes, end));
      start = end;
    }
    this.#pending = start === bytes.length ? nothing : bytes.subarray(start);
    return messages;
  }
}
