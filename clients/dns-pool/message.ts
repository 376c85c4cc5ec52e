/** One request as bytes, and the test whether a message is its answer. */
import { isIPv4 } from 'node:net';
import {
  type DecodedPacket,
  decode,
  encode,
  type Packet,
  RECURSION_DESIRED,
  type RecordType,
} from 'dns-packet';
import { DnsPoolError } from './errors.ts';
import { frame, lengthPrefixBytes } from './frames.ts';

export interface Question {
  /** With or without the dot at its end. */
  name: string;
  /** The record type by its name, such as `A`. Any case. */
  type: string;
}

/** An A record to be added (RFC 2136). The zone it is added to is the one named like it. */
export interface Update {
  /** With or without the dot at its end. */
  name: string;
  /** The IPv4 address. */
  data: string;
}

/** An answer as `dns-packet` decodes it. `rcode` is a name, such as `NOERROR` or `NXDOMAIN`. */
export type DnsAnswer = DecodedPacket & { rcode?: string };

export interface EncodedRequest {
  /** For error messages. */
  text: string;
  /** Length prefix and message. Its id is 0 until `writeId`. */
  frame: Buffer;
  /** The question section, where an update has its zone. An answer repeats it. */
  question: Buffer;
  /** False when executing it twice may differ from once: it may be sent again only if unsent. */
  isResendable: boolean;
}

const headerBytes = 12;
const typeAndClassBytes = 4;
const labelBytesMax = 63;
const nameBytesMax = 255;
const responseFlag = 0x8000;
const opcodeShift = 11;
const opcodeMask = 0xf;
/** RFC 1035 section 4.1.1 and RFC 2136 section 1.3. */
const opcodes = { query: 0, update: 5 } as const;
/** An update must say a time to live. Short, so that a record does not outlast a test in a cache. */
const updateTtlSeconds = 60;

/** Throws DnsPoolError of class `invalid-query` when RFC 1035 section 2.3.4 has no room for it. */
export function encodeQuery({ name, type }: Question): EncodedRequest {
  checkName(name);
  if (typeof type !== 'string' || type === '') throw invalid(`no record type: ${String(type)}`);
  const query = encodeRequest(`${name} ${type.toUpperCase()}`, opcodes.query, {
    flags: RECURSION_DESIRED,
    // The package's list of names is open: it also takes UNKNOWN_<number>. Checked just below.
    questions: [{ name, type: type.toUpperCase() as RecordType }],
  });
  const typeNumber = query.question.readUInt16BE(query.question.length - typeAndClassBytes);
  if (typeNumber === 0) throw invalid(`expected a record type such as A or AAAA, got "${type}"`);
  return query;
}

/** Throws DnsPoolError of class `invalid-query` for a name or an address that DNS has no room for. */
export function encodeUpdate({ name, data }: Update): EncodedRequest {
  checkName(name);
  if (typeof data !== 'string' || !isIPv4(data)) {
    throw invalid(`expected an IPv4 address such as 192.0.2.1, got "${String(data)}"`);
  }
  return encodeRequest(`update ${name} A ${data}`, opcodes.update, {
    // RFC 2136 sections 2.3 and 2.5: the zone takes the place of the question, with type SOA, and
    // what is to be added that of the authorities.
    questions: [{ name, type: 'SOA' }],
    authorities: [{ name, type: 'A', ttl: updateTtlSeconds, data }],
  });
}

function encodeRequest(
  text: string,
  opcode: number,
  { flags = 0, questions = [], authorities = [] }: Packet,
): EncodedRequest {
  const header: Packet = { type: 'query', id: 0, flags: flags | (opcode << opcodeShift) };
  return {
    text,
    frame: frame(encode({ ...header, questions, authorities })),
    question: encode({ ...header, questions }).subarray(headerBytes),
    isResendable: opcode === opcodes.query,
  };
}

export function writeId({ frame: bytes }: EncodedRequest, id: number): void {
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
 * this request: wrong id, opcode or question (RFC 7766 section 7), no response, or not DNS.
 */
export function decodeAnswer(request: EncodedRequest, message: Buffer): DnsAnswer {
  if (message.length < headerBytes) {
    throw mismatch(request, `a message of ${message.length} bytes, shorter than a DNS header`);
  }
  const sent = request.frame.subarray(lengthPrefixBytes);
  const [wantedId, id] = [sent.readUInt16BE(0), message.readUInt16BE(0)];
  if (id !== wantedId) throw mismatch(request, `id ${id} where ${wantedId} was sent`);
  if ((message.readUInt16BE(2) & responseFlag) === 0) throw mismatch(request, 'a request');
  const [wantedOpcode, opcode] = [opcodeOf(sent), opcodeOf(message)];
  if (opcode !== wantedOpcode) {
    throw mismatch(request, `opcode ${opcode} where ${wantedOpcode} was sent`);
  }
  if (!hasQuestionOf(request, message)) throw mismatch(request, 'an answer to another question');
  const answer = decodeOrFail(request, message);
  // The decoder pads what lies beyond the end with nothing instead of failing.
  if (decode.bytes > message.length) throw mismatch(request, 'a message cut short');
  return answer;
}

function opcodeOf(message: Buffer): number {
  return (message.readUInt16BE(2) >> opcodeShift) & opcodeMask;
}

function decodeOrFail(request: EncodedRequest, message: Buffer): DnsAnswer {
  try {
    return decode(message);
  } catch (cause) {
    throw mismatch(request, 'a message that cannot be decoded', cause);
  }
}

/**
 * Compared as bytes: labels may hold dots and bytes that are no text, which decoding would blur.
 * RFC 7766 section 7 asks for a match only if there is a question; a server that could not read the
 * query has none to repeat, so its error without one is taken. To an update RFC 2136 section 3.8 lets
 * it answer with the header alone, whatever the result.
 */
function hasQuestionOf({ question }: EncodedRequest, message: Buffer): boolean {
  const questionCount = message.readUInt16BE(4);
  if (questionCount === 0) {
    const isError = (message.readUInt16BE(2) & 0xf) !== 0;
    const isBareAllowed = isError || opcodeOf(message) === opcodes.update;
    return isBareAllowed && message.readUInt16BE(6) === 0;
  }
  const repeated = message.subarray(headerBytes, headerBytes + question.length);
  if (questionCount !== 1 || repeated.length < question.length) return false;
  const nameEnd = question.length - typeAndClassBytes;
  for (let i = 0; i < nameEnd; i++) {
    if (lowerCase(question[i]) !== lowerCase(repeated[i])) return false;
  }
  return question.compare(repeated, nameEnd, question.length, nameEnd) === 0;
}

/** Names are compared without regard to ASCII case, RFC 4343. A label's length is below 'A'. */
function lowerCase(byte = 0): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

function mismatch(request: EncodedRequest, got: string, cause?: unknown): DnsPoolError {
  const message = `expected the answer to ${request.text}, got ${got}`;
  return new DnsPoolError('protocol', 'PROTOCOL', message, { cause });
}
