/** A query as it goes over a stream, and the test whether a message is its answer. */
import { type DecodedPacket, decode, encode, RECURSION_DESIRED, type RecordType } from 'dns-packet';

const prefixBytes = 2;

/** The length, then the message, RFC 7858 section 3.3. */
export function framedQuery(id: number, name: string, type: string): Buffer {
  const questions = [{ name, type: type as RecordType }];
  const message = encode({ type: 'query', id, flags: RECURSION_DESIRED, questions });
  const prefix = Buffer.alloc(prefixBytes);
  prefix.writeUInt16BE(message.length, 0);
  return Buffer.concat([prefix, message]);
}

/** The first whole message and what follows it; undefined while it is not whole. */
export function firstMessage(bytes: Buffer): { message: Buffer; rest: Buffer } | undefined {
  if (bytes.length < prefixBytes) return undefined;
  const end = prefixBytes + bytes.readUInt16BE(0);
  if (bytes.length < end) return undefined;
  return { message: bytes.subarray(prefixBytes, end), rest: bytes.subarray(end) };
}

/** The answer in words; undefined when the message is no answer to this query (RFC 5452 section 9.1). */
export function answerIn(
  message: Buffer,
  { id, name, type }: { id: number; name: string; type: string },
): string | undefined {
  const packet = decoded(message);
  const question = packet?.questions?.[0];
  const isMine =
    packet?.type === 'response' &&
    packet.id === id &&
    question !== undefined &&
    canonical(question.name) === canonical(name) &&
    question.type === type;
  if (!isMine) return undefined;
  const words = (packet.answers ?? []).flatMap((a) => ('data' in a ? [text(a.data)] : []));
  if (words.length > 0) return words.join(' ');
  const { rcode } = packet as DecodedPacket & { rcode: string };
  return rcode === 'NOERROR' ? 'NODATA' : rcode;
}

/** Without regard to case (RFC 4343) and to the dot at the end. */
function canonical(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

function text(data: unknown): string {
  if (typeof data === 'string') return data;
  if (Buffer.isBuffer(data)) return data.toString();
  return Array.isArray(data) ? data.map(text).join('') : JSON.stringify(data);
}

function decoded(message: Buffer): DecodedPacket | undefined {
  try {
    const packet = decode(message);
    // The decoder pads what lies beyond the end with nothing instead of failing.
    return decode.bytes > message.length ? undefined : packet;
  } catch {
    // dns-packet throws on what is no whole message.
    return undefined;
  }
}
