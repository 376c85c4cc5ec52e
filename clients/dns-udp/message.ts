/** A query as a datagram, and the test whether a datagram is its answer. */
import { decode, encode, RECURSION_DESIRED, type RecordType } from 'dns-packet';

export interface Query {
  /** Its id is 0 until `withId`. */
  bytes: Buffer;
  /** The question section, which an answer repeats. */
  question: Buffer;
}

/** What an answer says: data in words, or that the whole answer can only be had over TCP. */
export type Answer = { words: string } | { isTruncated: true };

const headerBytes = 12;
const typeAndClassBytes = 4;
const labelBytesMax = 63;
const nameBytesMax = 255;
/** QR and opcode, RFC 1035 section 4.1.1: a response to a standard query. */
const kindMask = 0xf800;
const responseToQuery = 0x8000;
const truncatedFlag = 0x0200;

/** Throws a RangeError for a name or a type that DNS has no room for, RFC 1035 section 2.3.4. */
export function encodeQuery(name: string, type: string): Query {
  checkName(name);
  const bytes = encode({
    type: 'query',
    id: 0,
    flags: RECURSION_DESIRED,
    // The package's list of names is open. Checked just below.
    questions: [{ name, type: type.toUpperCase() as RecordType }],
  });
  const question = bytes.subarray(headerBytes);
  if (question.readUInt16BE(question.length - typeAndClassBytes) === 0) {
    throw new RangeError(`expected a record type such as A or AAAA, got "${type}"`);
  }
  return { bytes, question };
}

export function withId({ bytes }: Query, id: number): Buffer {
  const message = Buffer.from(bytes);
  message.writeUInt16BE(id, 0);
  return message;
}

/** The id of a message; undefined for what is too short to have one. */
export function idOf(message: Buffer): number | undefined {
  return message.length < headerBytes ? undefined : message.readUInt16BE(0);
}

/**
 * The answer to this query; undefined for whatever else a datagram of the same id may be: no response,
 * an answer to another question (RFC 5452 section 9.1), or what cannot be decoded.
 */
export function answerTo({ question }: Query, message: Buffer): Answer | undefined {
  if (message.length < headerBytes) return undefined;
  const flags = message.readUInt16BE(2);
  if ((flags & kindMask) !== responseToQuery || !repeats(question, message)) return undefined;
  if (flags & truncatedFlag) return { isTruncated: true };
  try {
    const { answers = [], rcode = 'NOERROR' } = decode(message) as Decoded;
    // The decoder pads what lies beyond the end with nothing instead of failing.
    if (decode.bytes > message.length) return undefined;
    const data = answers.flatMap((answer) => ('data' in answer ? [inWords(answer.data)] : []));
    return { words: data.join(' ') || (rcode === 'NOERROR' ? 'NODATA' : rcode) };
  } catch {
    // dns-packet throws on what is no DNS message.
    return undefined;
  }
}

/** The decoder tells the rcode by name; its types do not. */
type Decoded = ReturnType<typeof decode> & { rcode?: string };

/** Only an error may come without the question: from a server that could not read it. */
function repeats(question: Buffer, message: Buffer): boolean {
  const questionCount = message.readUInt16BE(4);
  if (questionCount === 0) {
    const isError = (message.readUInt16BE(2) & 0xf) !== 0;
    return isError && message.readUInt16BE(6) === 0;
  }
  if (questionCount !== 1) return false;
  const repeated = message.subarray(headerBytes, headerBytes + question.length);
  const nameEnd = question.length - typeAndClassBytes;
  return (
    lowerCase(repeated.subarray(0, nameEnd)).equals(lowerCase(question.subarray(0, nameEnd))) &&
    repeated.subarray(nameEnd).equals(question.subarray(nameEnd))
  );
}

/** Names are compared without regard to ASCII case, RFC 4343. A label's length is below 'A'. */
function lowerCase(bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte)));
}

function inWords(data: unknown): string {
  if (typeof data === 'string') return data;
  if (Buffer.isBuffer(data)) return data.toString();
  return Array.isArray(data) ? data.map(inWords).join('') : JSON.stringify(data);
}

function checkName(name: string): void {
  if (name === '.') return;
  const labels = (name.endsWith('.') ? name.slice(0, -1) : name).split('.');
  const sizes = labels.map((label) => Buffer.byteLength(label));
  const wrong = sizes.find((size) => size === 0 || size > labelBytesMax);
  if (wrong !== undefined) {
    throw new RangeError(`expected labels of 1 to ${labelBytesMax} bytes, got one of ${wrong}`);
  }
  const nameBytes = sizes.reduce((sum, size) => sum + 1 + size, 1);
  if (nameBytes > nameBytesMax) {
    throw new RangeError(`expected a name of at most ${nameBytesMax} bytes, got ${nameBytes}`);
  }
}
