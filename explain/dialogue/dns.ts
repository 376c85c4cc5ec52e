/** DNS over TCP (RFC 1035 section 4.2.2, RFC 7766) and over UDP. */
import { decode } from 'dns-packet';
import type { Moment, Side } from '../moment.ts';
import { type Dialogue, keyLengthMax, type Listener, owedMax, type Request } from './dialogue.ts';
import { messageReader } from './reader.ts';

const headerLength = 12;
const prefixLength = 2;
const responseBit = 0x80;
const truncatedBit = 0x02;
const opcodeUpdate = 5;

/** A query with one question, as a client sends it first. */
export function looksLikeDnsQuery(bytes: Buffer, at: number, end: number): boolean {
  if (end - at < headerLength + 5) return false;
  const isQuery = ((bytes[at + 2] as number) & responseBit) === 0;
  // Standard query, notify or update; no answers; a count of questions that anybody sends.
  const opcode = ((bytes[at + 2] as number) >> 3) & 0x0f;
  const questions = bytes.readUInt16BE(at + 4);
  const answers = bytes.readUInt16BE(at + 6);
  const isKnown = opcode === 0 || opcode === 4 || opcode === opcodeUpdate;
  return (
    isQuery && isKnown && questions === 1 && answers <= 1 && nameEnds(bytes, at + headerLength, end)
  );
}

function nameEnds(bytes: Buffer, from: number, end: number): boolean {
  let at = from;
  while (at < end) {
    const length = bytes[at] as number;
    if (length === 0) return at + 5 <= end;
    if (length > 63) return false;
    at += length + 1;
  }
  return false;
}

export function looksLikeDnsOverTcp(bytes: Buffer, at: number, end: number): boolean {
  if (end - at < prefixLength + headerLength) return false;
  const length = bytes.readUInt16BE(at);
  const messageEnd = Math.min(end, at + prefixLength + length);
  return length >= headerLength + 5 && looksLikeDnsQuery(bytes, at + prefixLength, messageEnd);
}

/** What asks and answers alike: the header's id, and the question. */
interface Message {
  id: number;
  isResponse: boolean;
  isTruncated: boolean;
  /** Without the id. Empty when it has no question. */
  key: string;
  text: string;
}

function parse(bytes: Buffer, at: number, end: number): Message | undefined {
  try {
    const packet = decode(bytes.subarray(at, end));
    const flags = bytes[at + 2] as number;
    const question = packet.questions?.[0];
    const isUpdate = ((flags >> 3) & 0x0f) === opcodeUpdate;
    // Names may come back in other letters, RFC 4343.
    const asked = question ? `${question.name.toLowerCase()} ${question.type}` : '';
    return {
      id: bytes.readUInt16BE(at),
      isResponse: (flags & responseBit) !== 0,
      isTruncated: (flags & truncatedBit) !== 0,
      key: isUpdate && asked ? `update ${asked}` : asked,
      text: `${isUpdate ? 'update ' : ''}${asked || 'no question'}, id ${bytes.readUInt16BE(at)}`,
    };
  } catch {
    return undefined;
  }
}

export function dnsDialogue(isStream: boolean, listener: Listener): Dialogue {
  const open = new Map<number, Request>();
  /** Answered a moment ago: what comes once more is told apart from what was never asked. */
  const closed = new Map<number, string>();
  let list: readonly Request[] | undefined = [];
  let now: Moment = { frame: 0, atUs: 0 };

  const onQuery = ({ id, key }: Message) => {
    if (open.size >= owedMax) return;
    const request = { key: key.slice(0, keyLengthMax), ...now };
    open.set(id, request);
    list = undefined;
    listener.asked(request);
  };
  const onResponse = ({ id, key, text, isTruncated }: Message) => {
    const request = open.get(id);
    // A server that makes nothing of a message repeats no question.
    const isMine = request !== undefined && (key === '' || request.key === key);
    if (!isMine) {
      const isAgain = closed.get(id) === key;
      const kind = open.size > 0 && !isAgain ? 'mismatched-answer' : 'unasked-data';
      listener.note(
        kind,
        `${isAgain ? 'answered once more' : 'an answer to nothing asked'}: ${text}`,
        now,
      );
      return;
    }
    if (isTruncated && !isStream) listener.note('truncated-answer', text, now);
    open.delete(id);
    list = undefined;
    closed.delete(id);
    closed.set(id, key);
    if (closed.size > owedMax) closed.delete(closed.keys().next().value as number);
    listener.answered(now);
  };
  const onMessage = (from: Side, bytes: Buffer, at: number, end: number) => {
    const message = parse(bytes, at, end);
    if (message === undefined) {
      if (from === 'client') return;
      const what = `${end - at} bytes that are no DNS message`;
      listener.note(open.size > 0 ? 'malformed-answer' : 'unasked-data', what, now);
    } else if (from === 'client') {
      if (!message.isResponse) onQuery(message);
    } else if (message.isResponse) onResponse(message);
    else listener.note('malformed-answer', `a query from the upstream: ${message.text}`, now);
  };

  const readerOf = (from: Side) =>
    messageReader({
      headLength: prefixLength,
      lengthOf: (bytes, at) => prefixLength + bytes.readUInt16BE(at),
      onMessage: (bytes, at, length) =>
        onMessage(from, bytes, at + prefixLength, Math.min(bytes.length, at + length)),
      onBroken: () => {},
    });
  const readers = { client: readerOf('client'), upstream: readerOf('upstream') };

  return {
    protocol: 'dns',
    take(from, bytes, start, end, at) {
      now = { frame: at.frame, atUs: at.atUs };
      if (!isStream) onMessage(from, bytes, start, end);
      else {
        if (from === 'upstream' && open.size === 0 && !readers.upstream.isInside()) {
          const isAnswer = end - start >= prefixLength + headerLength;
          if (!isAnswer)
            listener.note('unasked-data', `${end - start} bytes that nobody asked for`, now);
        }
        readers[from].take(bytes, start, end);
      }
    },
    owed() {
      list ??= [...open.values()];
      return list;
    },
    isInside: (side) => readers[side].isInside(),
    isOpening: () => false,
    mayClose: () => false,
  };
}
