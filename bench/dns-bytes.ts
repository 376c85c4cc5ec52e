/**
 * Just as much DNS as a fake upstream needs that has to be fast: a query of type A, and its answer with
 * one address. RFC 1035 sections 4.1 and 4.2.2.
 */

const prefixBytes = 2;
const headerBytes = 12;
const typeAndClassBytes = 4;
/** A pointer to the name in the question, type A, class IN, 60 seconds to live, 4 bytes of data. */
const recordHead = Buffer.from('c00c00010001' + '0000003c' + '0004', 'hex');
/** Response, recursion desired and available, no error; one question, one answer, nothing else. */
const flagsAndCounts = Buffer.from('81800001000100000000', 'hex');

export interface Query {
  id: number;
  name: string;
  /** Length prefix and message. */
  frameBytes: number;
  /** Name, type and class. */
  question: Buffer;
}

/** The query that begins at this offset; undefined when it is not there to its end. */
export function queryAt(bytes: Buffer, offset: number): Query | undefined {
  if (bytes.length < offset + prefixBytes) return undefined;
  const frameBytes = prefixBytes + bytes.readUInt16BE(offset);
  if (bytes.length < offset + frameBytes) return undefined;
  const questionAt = offset + prefixBytes + headerBytes;
  const labels: string[] = [];
  let at = questionAt;
  for (let length = bytes[at] ?? 0; length > 0; length = bytes[at] ?? 0) {
    labels.push(bytes.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return {
    id: bytes.readUInt16BE(offset + prefixBytes),
    name: labels.join('.'),
    frameBytes,
    question: bytes.subarray(questionAt, at + 1 + typeAndClassBytes),
  };
}

/** The answer, with its length before it. Another id than the query's is a fault. */
export function answerTo({ question, name, id }: Query, answeredId = id): Buffer {
  const messageBytes = headerBytes + question.length + recordHead.length + 4;
  const frame = Buffer.allocUnsafe(prefixBytes + messageBytes);
  frame.writeUInt16BE(messageBytes, 0);
  frame.writeUInt16BE(answeredId, 2);
  frame.set(flagsAndCounts, 4);
  frame.set(question, prefixBytes + headerBytes);
  frame.set(recordHead, frame.length - 4 - recordHead.length);
  frame.writeUInt32BE(addressNumberOf(name), frame.length - 4);
  return frame;
}

const network10 = 10 << 24;

/** Names are `q<number>.<anything>`: each number up to 2^24 has an address of its own. */
export function nameOf(number: number): string {
  return `q${number}.storm`;
}

function addressNumberOf(name: string): number {
  const number = Number.parseInt(name.slice(1), 10);
  return (network10 | (number & 0xffffff)) >>> 0;
}

export function addressOf(name: string): string {
  const address = addressNumberOf(name);
  return [24, 16, 8, 0].map((bits) => (address >>> bits) & 0xff).join('.');
}
