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
import { lengthPrefixBytes } from './frames.ts';

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
  text: () => string;
  /** Length prefix and message. Its id is 0 until `frameWithId`. */
  frame: Buffer;
  /** Where the question section ends in the frame, which has the zone of an update. An answer repeats it. */
  questionEnd: number;
  /** False when executing it twice may differ from once: it may be sent again only if unsent. */
  isResendable: boolean;
}

const headerBytes = 12;
const questionCountOffset = 4;
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
/** Room for a question and a record, each with the longest name there is. */
const requestBytesMax = 1024;
const questionStart = lengthPrefixBytes + headerBytes;
const scratch = Buffer.alloc(requestBytesMax);

/** Throws DnsPoolError of class `invalid-query` when RFC 1035 section 2.3.4 has no room for it. */
export function encodeQuery({ name, type }: Question): EncodedRequest {
  checkName(name);
  if (typeof type !== 'string' || type === '') throw invalid(`no record type: ${String(type)}`);
  const query = encodeRequest(() => `${name} ${type.toUpperCase()}`, opcodes.query, {
    flags: RECURSION_DESIRED,
    // The package's list of names is open: it also takes UNKNOWN_<number>. Checked just below.
    questions: [{ name, type: type.toUpperCase() as RecordType }],
  });
  const typeNumber = query.frame.readUInt16BE(query.questionEnd - typeAndClassBytes);
  if (typeNumber === 0) throw invalid(`expected a record type such as A or AAAA, got "${type}"`);
  return query;
}

/** Throws DnsPoolError of class `invalid-query` for a name or an address that DNS has no room for. */
export function encodeUpdate({ name, data }: Update): EncodedRequest {
  checkName(name);
  if (typeof data !== 'string' || !isIPv4(data)) {
    throw invalid(`expected an IPv4 address such as 192.0.2.1, got "${String(data)}"`);
  }
  return encodeRequest(() => `update ${name} A ${data}`, opcodes.update, {
    // RFC 2136 sections 2.3 and 2.5: the zone takes the place of the question, with type SOA, and
    // what is to be added that of the authorities.
    questions: [{ name, type: 'SOA' }],
    authorities: [{ name, type: 'A', ttl: updateTtlSeconds, data }],
  });
}

function encodeRequest(
  text: () => string,
  opcode: number,
  { flags = 0, questions = [], authorities = [] }: Packet,
): EncodedRequest {
  const packet: Packet = {
    type: 'query',
    id: 0,
    flags: flags | (opcode << opcodeShift),
    questions,
    authorities,
  };
  // Into memory that is there already: what the package allocates by itself is dear to collect.
  encode(packet, scratch, lengthPrefixBytes);
  const framed = Buffer.allocUnsafe(lengthPrefixBytes + encode.bytes);
  scratch.copy(framed);
  framed.writeUInt16BE(encode.bytes, 0);
  return {
    text,
    frame: framed,
    questionEnd: questionEndOf(framed),
    isResendable: opcode === opcodes.query,
  };
}

/** Encoded here without compression, the name ends at its empty label. */
function questionEndOf(framed: Buffer): number {
  let at = questionStart;
  for (let length = framed[at] ?? 0; length > 0; length = framed[at] ?? 0) at += 1 + length;
  return at + 1 + typeAndClassBytes;
}

/** Length prefix and message under this id. The same memory each time, as one id is in use at a time. */
export function frameWithId({ frame: bytes }: EncodedRequest, id: number): Buffer {
  bytes.writeUInt16BE(id, lengthPrefixBytes);
  return bytes;
}

/** One pass, because it is made for each request: the bytes of each label, and of all of them. */
function checkName(name: string): void {
  if (typeof name !== 'string') throw invalid(`expected a name, got ${typeof name}`);
  if (name === '.') return;
  const end = name.endsWith('.') ? name.length - 1 : name.length;
  let nameBytes = 1;
  for (let start = 0; start <= end; ) {
    const dot = name.indexOf('.', start);
    const labelEnd = dot === -1 ? end : dot;
    const labelBytes = Buffer.byteLength(name.slice(start, labelEnd));
    if (labelBytes === 0 || labelBytes > labelBytesMax) {
      throw invalid(
        `expected labels of 1 to ${labelBytesMax} bytes, got one of ${labelBytes} in "${name}"`,
      );
    }
    nameBytes += 1 + labelBytes;
    start = labelEnd + 1;
  }
  if (nameBytes > nameBytesMax) {
    throw invalid(`expected a name of at most ${nameBytesMax} bytes, got ${nameBytes}`);
  }
}

function invalid(message: string): DnsPoolError {
  return new DnsPoolError('invalid-query', 'INVALID_QUERY', message, { isUnsent: true });
}

/** The id of a message; undefined for what is too short to have one. */
export function idOf(message: Buffer): number | undefined {
  return message.length < headerBytes ? undefined : message.readUInt16BE(0);
}

/** Whether the message repeats the question of this request, under whatever id. A bare error does not. */
export function isAbout(request: EncodedRequest, message: Buffer): boolean {
  if (message.length < headerBytes || message.readUInt16BE(questionCountOffset) === 0) return false;
  return hasQuestionOf(request, message);
}

/**
 * The decoded answer. Throws DnsPoolError of class `protocol` when the message, which has the id of
 * this request, is not its answer: wrong opcode or question (RFC 7766 section 7), no response, or not DNS.
 */
export function decodeAnswer(request: EncodedRequest, message: Buffer): DnsAnswer {
  if ((message.readUInt16BE(2) & responseFlag) === 0) throw mismatch(request, 'a request');
  const wantedOpcode = opcodeOf(request.frame, lengthPrefixBytes);
  const opcode = opcodeOf(message, 0);
  if (opcode !== wantedOpcode) {
    throw mismatch(request, `opcode ${opcode} where ${wantedOpcode} was sent`);
  }
  if (!hasQuestionOf(request, message)) throw mismatch(request, 'an answer to another question');
  const answer = decodeOrFail(request, message);
  // The decoder pads what lies beyond the end with nothing instead of failing.
  if (decode.bytes > message.length) throw mismatch(request, 'a message cut short');
  return answer;
}

function opcodeOf(bytes: Buffer, messageStart: number): number {
  return (bytes.readUInt16BE(messageStart + 2) >> opcodeShift) & opcodeMask;
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
function hasQuestionOf({ frame, questionEnd }: EncodedRequest, message: Buffer): boolean {
  const questionCount = message.readUInt16BE(questionCountOffset);
  if (questionCount === 0) {
    const isError = (message.readUInt16BE(2) & 0xf) !== 0;
    const isBareAllowed = isError || opcodeOf(message, 0) === opcodes.update;
    return isBareAllowed && message.readUInt16BE(6) === 0;
  }
  if (questionCount !== 1 || message.length < questionEnd - lengthPrefixBytes) return false;
  const nameEnd = questionEnd - typeAndClassBytes;
  for (let at = questionStart; at < questionEnd; at++) {
    const [asked, repeated] = [frame[at], message[at - lengthPrefixBytes]];
    if (asked === repeated) continue;
    if (at >= nameEnd || lowerCase(asked) !== lowerCase(repeated)) return false;
  }
  return true;
}

/** Names are compared without regard to ASCII case, RFC 4343. A label's length is below 'A'. */
function lowerCase(byte = 0): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

export function mismatch(request: EncodedRequest, got: string, cause?: unknown): DnsPoolError {
  const message = `expected the answer to ${request.text()}, got ${got}`;
  return new DnsPoolError('protocol', 'PROTOCOL', message, { cause });
}
