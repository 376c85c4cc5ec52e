/** DNS requests as bytes, and answers in words. Of what makes an answer belong, only the id is ever checked. */
import {
  type DecodedPacket,
  decode,
  encode,
  type Packet,
  RECURSION_DESIRED,
  type RecordType,
} from 'dns-packet';
import type { Operation } from '../harness/event.ts';
import { GoError } from './go-errors.ts';

export type DnsRequest = Packet;
export type DnsAnswer = DecodedPacket & { rcode?: string };

/** RFC 2136 section 1.3, in its place in the flags. */
const updateFlags = 5 << 11;
const updateTtlSeconds = 60;

const idMask = 0xffff;

export function queryFor(name: string, type: string): DnsRequest {
  const question = { name, type: type.toUpperCase() as RecordType };
  return { flags: RECURSION_DESIRED, questions: [question] };
}

/** Adds an A record, RFC 2136. */
export function updateOf(name: string, data: string): DnsRequest {
  return {
    flags: updateFlags,
    questions: [{ name, type: 'SOA' }],
    authorities: [{ name, type: 'A', ttl: updateTtlSeconds, data }],
  };
}

/** Throws GoError with code `UNSUPPORTED`. */
export function requestFor(operation: Operation): DnsRequest {
  switch (operation.kind) {
    case 'query':
      return queryFor(operation.name, operation.type);
    case 'update':
      return updateOf(operation.name, operation.data);
    default: {
      const message = `this client can only query and update, got "${operation.kind}"`;
      throw new GoError('UNSUPPORTED', message);
    }
  }
}

/** @param id Only its lower 16 bits count, here and in `decodeAnswer`. */
export function encodeRequest(request: DnsRequest, id: number): Buffer {
  return encode({ ...request, type: 'query', id: id & idMask });
}

/**
 * @param id Which the answer must have; any will do when it is left out.
 * Throws GoError with code `PROTOCOL` or `ID_MISMATCH`.
 */
export function decodeAnswer(message: Buffer, id?: number): DnsAnswer {
  const answer = decoded(message);
  if (id === undefined || answer.id === (id & idMask)) return answer;
  const text = `dns: id mismatch: request=${id & idMask}, response=${answer.id}`;
  throw new GoError('ID_MISMATCH', text);
}

function decoded(message: Buffer): DnsAnswer {
  try {
    return decode(message);
  } catch (cause) {
    throw new GoError('PROTOCOL', 'unpack failed: not a DNS message', { cause });
  }
}

/** The data joined by a space; without any, the rcode, or `NODATA` for a query that has none. */
export function inWords(
  operation: Operation,
  { answers = [], rcode = 'NOERROR' }: DnsAnswer,
): string {
  if (operation.kind === 'update') return rcode;
  const words = answers.flatMap((answer) => ('data' in answer ? [text(answer.data)] : []));
  if (words.length > 0) return words.join(' ');
  return rcode === 'NOERROR' ? 'NODATA' : rcode;
}

function text(data: unknown): string {
  if (typeof data === 'string') return data;
  if (Buffer.isBuffer(data)) return data.toString();
  if (Array.isArray(data)) return data.map(text).join('');
  return JSON.stringify(data);
}
