/** One query as bytes, and the test whether a message is its answer. */
import { type DecodedPacket, decode, encode, RECURSION_DESIRED, type RecordType } from 'dns-packet';
import { DnsPoolError } from './errors.ts';
import { frame, lengthPrefixBytes } from './frames.ts';

export interface Question {
  /** With or without the dot at its end. */
  name: string;
  /** The record type by its name, such as `A`. Any case. */
  type: string;
}

/** An answer as `dns-packet` decodes it. `rcode` is a name, such as `NOERROR` or `NXDOMAIN`. */
export type DnsAnswer = DecodedPacket & { rcode?: string };

export interface EncodedQuery {
  /** For error messages. */
  text: string;
  /** Length prefix and message. Its id is 0 until `writeId`. */
  frame: Buffer;
}

const headerBytes = 12;
const typeAndClassBytes = 4;
const labelBytesMax = 63;
const nameBytesMax = 255;
const responseFlag = 0x8000;

/** Throws DnsPoolError of class `invalid-query` when RFC 1035 section 2.3.4 has no room for it. */
export function encodeQuery({ name, type }: Question): EncodedQuery {
  checkName(name);
  if (typeof type !== 'string' || type === '') throw invalid(`no record type: ${String(type)}`);
  const text = `${name} ${type.toUpperCase()}`;
  const message = encode({
    type: 'query',
    id: 0,
    flags: RECURSION_DESIRED,
    // The package's list of names is open: it also takes UNKNOWN_<number>. Checked just below.
    questions: [{ name, type: type.toUpperCase() as RecordType }],
  });
  const typeNumber = message.readUInt16BE(message.length - typeAndClassBytes);
  if (typeNumber === 0) throw invalid(`expected a record type such as A or AAAA, got "${type}"`);
  return { text, frame: frame(message) };
}

export function writeId({ frame: bytes }: EncodedQuery, id: number): void {
  bytes.writeUInt16BE(id, lengthPrefixBytes);
}

function checkName(name: string): void {
  if (typeof name !== 'string') throw invalid(`expected a name, got ${typeof name}`);
  if (name === '.') return;
  const labels = (name.endsWith('.') ? name.slice(0, -1) : name).split('.');
  let nameBytes = 1;
  for (const label of labels) {
    const labelBytes = Buffer.byteLength(label);
    if (labelBytes === 0 || labelBytes > labelBytesMax) {
      throw invalid(
        `expected labels of 1 to ${labelBytesMax} bytes, got one of ${labelBytes} in "${name}"`,
      );
    }
    nameBytes += 1 + labelBytes;
  }
  if (nameBytes > nameBytesMax) {
    throw invalid(`expected a name of at most ${nameBytesMax} bytes, got ${nameBytes}`);
  }
}

function invalid(message: string): DnsPoolError {
  return new DnsPoolError('invalid-query', 'INVALID_QUERY', message, { isUnsent: true });
}

/**
 * The decoded answer. Throws DnsPoolError of class `protocol` when the message is not the answer to
 * this query: wrong id, wrong question (RFC 7766 section 7), no response, or not DNS.
 */
export function decodeAnswer(query: EncodedQuery, message: Buffer): DnsAnswer {
  if (message.length < headerBytes) {
    throw mismatch(query, `a message of ${message.length} bytes, shorter than a DNS header`);
  }
  const sent = query.frame.subarray(lengthPrefixBytes);
  const [wantedId, id] = [sent.readUInt16BE(0), message.readUInt16BE(0)];
  if (id !== wantedId) throw mismatch(query, `id ${id} where ${wantedId} was sent`);
  if ((message.readUInt16BE(2) & responseFlag) === 0) throw mismatch(query, 'a query');
  if (!hasQuestionOf(sent, message)) throw mismatch(query, 'an answer to another question');
  const answer = decodeOrFail(query, message);
  // The decoder pads what lies beyond the end with nothing instead of failing.
  if (decode.bytes > message.length) throw mismatch(query, 'a message cut short');
  return answer;
}

function decodeOrFail(query: EncodedQuery, message: Buffer): DnsAnswer {
  try {
    return decode(message);
  } catch (cause) {
    throw mismatch(query, 'a message that cannot be decoded', cause);
  }
}

/**
 * Compared as bytes: labels may hold dots and bytes that are no text, which decoding would blur.
 * RFC 7766 section 7 asks for a match only if there is a question; a server that could not read the
 * query has none to repeat, so its error without one is taken.
 */
function hasQuestionOf(sent: Buffer, message: Buffer): boolean {
  const questionCount = message.readUInt16BE(4);
  if (questionCount === 0) {
    const isError = (message.readUInt16BE(2) & 0xf) !== 0;
    return isError && message.readUInt16BE(6) === 0;
  }
  if (questionCount !== 1 || message.length < sent.length) return false;
  const nameEnd = sent.length - typeAndClassBytes;
  for (let i = headerBytes; i < nameEnd; i++) {
    if (lowerCase(sent[i]) !== lowerCase(message[i])) return false;
  }
  return sent.compare(message, nameEnd, sent.length, nameEnd) === 0;
}

/** Names are compared without regard to ASCII case, RFC 4343. A label's length is below 'A'. */
function lowerCase(byte = 0): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

function mismatch(query: EncodedQuery, got: string, cause?: unknown): DnsPoolError {
  const message = `expected the answer to ${query.text}, got ${got}`;
  return new DnsPoolError('protocol', 'PROTOCOL', message, { cause });
}
