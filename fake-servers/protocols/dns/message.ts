/** DNS messages as a fake upstream answers them, whatever carries them (RFC 1035, RFC 2136). */
import { createHash } from 'node:crypto';
import {
  type Answer,
  AUTHORITATIVE_ANSWER,
  decode,
  encode,
  type OptAnswer,
  type Packet,
} from 'dns-packet';
import { queryKey, updateKey } from '../../../harness/keys.ts';

/** A message to send, and its answer in words. */
export interface DnsResponse {
  answer: string;
  message: Buffer;
}

const ttlSeconds = 60;
/** RFC 1035 section 4.1.1: the server could not interpret the query. */
const formatError = 1;
/** RFC 2136 section 1.3: the zone section is where a query has its question. */
const opcodeUpdate = 5;
/** TC, RFC 1035 section 4.1.1. */
const truncatedBit = 0x0200;
const opcodeOf = ({ flags = 0 }: Packet) => (flags >> 11) & 0x0f;

/** Names what a message asks; the bytes themselves when it is none. */
export function keyOfMessage(bytes: Buffer): string {
  const packet = parse(bytes);
  const question = packet?.questions?.[0];
  if (packet && question && opcodeOf(packet) === opcodeUpdate) return updateKey(question.name);
  return question ? queryKey(question.name, question.type) : `malformed ${bytes.toString('hex')}`;
}

function parse(bytes: Buffer): Packet | undefined {
  try {
    const packet = decode(bytes);
    // The parser keeps names as text with dots; labels of other bytes cannot be sent back.
    const sentBack = encode({ type: 'query', questions: packet.questions ?? [] }).subarray(12, -2);
    return bytes.subarray(12, 12 + sentBack.length).equals(sentBack) ? packet : undefined;
  } catch {
    // dns-packet throws on anything that is not a whole message; the client is told FORMERR.
    return undefined;
  }
}

export function respondTo(bytes: Buffer): DnsResponse {
  const query = parse(bytes);
  const question = query?.questions?.[0];
  if (!query || !question) {
    const id = bytes.length >= 2 ? bytes.readUInt16BE(0) : 0;
    return encoded({ type: 'response', id, flags: formatError }, 'FORMERR');
  }
  if (opcodeOf(query) === opcodeUpdate) {
    // Without the sections after the zone, RFC 2136 section 3.8: they may not fit uncompressed.
    const { id = 0, flags = 0 } = query;
    return encoded({ type: 'response', id, flags, questions: [question] }, 'NOERROR');
  }
  const answers = answersTo(question.name, question.type);
  const response: Packet = {
    type: 'response',
    id: query.id ?? 0,
    flags: AUTHORITATIVE_ANSWER,
    questions: [question],
    answers,
  };
  const data = answers.map((a) => ('data' in a ? String(a.data) : ''));
  // RFC 2308 section 2.2: the name is there, and has nothing of this type.
  return encoded(response, data.length === 0 ? 'NODATA' : data.join(' '));
}

/** Each name has addresses of its own, so that an answer to another query is seen to be wrong. */
function answersTo(name: string, type: string): Answer[] {
  const digest = createHash('sha256').update(name.toLowerCase()).digest();
  if (type === 'A') {
    return [{ type, name, ttl: ttlSeconds, data: `10.${digest.subarray(0, 3).join('.')}` }];
  }
  if (type === 'AAAA') {
    const groups = digest.subarray(0, 6).toString('hex').match(/.{4}/g) ?? [];
    const data = `fd00::${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}`;
    return [{ type, name, ttl: ttlSeconds, data }];
  }
  return [];
}

function encoded(packet: Packet, answer: string): DnsResponse {
  return { answer, message: encode(packet) };
}

/** The same response under another id, RFC 1035 section 4.1.1. */
export function withOtherId(message: Buffer): Buffer {
  const altered = Buffer.from(message);
  altered.writeUInt16BE((message.readUInt16BE(0) + 1) & 0xffff, 0);
  return altered;
}

/** With the TC bit and without answers, as RFC 2181 section 9 has it. */
export function truncatedMessage(message: Buffer): Buffer {
  const { id = 0, flags = 0, questions = [] } = decode(message);
  return encode({ type: 'response', id, flags: flags | truncatedBit, questions });
}

/** RFC 7828 section 3.1. */
const keepaliveCode = 11;
const keepaliveUnitMs = 100;
const keepaliveUnitsMax = 0xffff;

/** With an OPT record that grants this idle timeout, RFC 7828 section 3.3.2. */
export function withKeepalive(message: Buffer, idleMs: number): Buffer {
  const { additionals = [], ...packet } = decode(message);
  // The library has no way of its own to encode a timeout of 0.
  const data = Buffer.alloc(2);
  data.writeUInt16BE(Math.min(Math.floor(idleMs / keepaliveUnitMs), keepaliveUnitsMax));
  const opt: OptAnswer = {
    type: 'OPT',
    name: '.',
    udpPayloadSize: 1232,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    options: [{ code: keepaliveCode, data }],
  };
  return encode({ ...packet, additionals: [...additionals, opt] });
}
