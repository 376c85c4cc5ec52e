/** Header and question of a DNS message, RFC 1035 section 4.1: what tells which answer belongs to which query. */

export interface DnsMessage {
  id: number;
  isResponse: boolean;
  isTruncated: boolean;
  /** What is asked, without the id: `a.example A`. Empty when there is no question. */
  key: string;
}

const headerLength = 12;
const responseBit = 0x80;
const truncatedBit = 0x02;
const opcodeNotify = 4;
const opcodeUpdate = 5;
const labelLengthMax = 63;
const nameLengthMax = 255;

/** The types that people ask for; others have a number, RFC 3597. */
const typeNames: ReadonlyMap<number, string> = new Map([
  [1, 'A'],
  [2, 'NS'],
  [5, 'CNAME'],
  [6, 'SOA'],
  [12, 'PTR'],
  [15, 'MX'],
  [16, 'TXT'],
  [28, 'AAAA'],
  [33, 'SRV'],
  [65, 'HTTPS'],
  [255, 'ANY'],
]);

const typeName = (type: number) => typeNames.get(type) ?? `TYPE${type}`;

/** Undefined for what is no DNS message with one question, or none. */
export function dnsMessage(bytes: Buffer, at: number, end: number): DnsMessage | undefined {
  if (end - at < headerLength) return undefined;
  const flags = bytes.readUInt8(at + 2);
  const questions = bytes.readUInt16BE(at + 4);
  const key = questions === 0 ? '' : questionAt(bytes, at + headerLength, end);
  if (questions > 1 || key === undefined) return undefined;
  const isUpdate = opcodeOf(flags) === opcodeUpdate;
  return {
    id: bytes.readUInt16BE(at),
    isResponse: (flags & responseBit) !== 0,
    isTruncated: (flags & truncatedBit) !== 0,
    key: isUpdate && key !== '' ? `update ${key}` : key,
  };
}

const opcodeOf = (flags: number) => (flags >> 3) & 0x0f;

/** Names may come back in other letters, RFC 4343. */
function questionAt(bytes: Buffer, from: number, end: number): string | undefined {
  let at = from;
  let name = '';
  for (;;) {
    const length = at < end ? bytes.readUInt8(at) : labelLengthMax + 1;
    if (length > labelLengthMax || name.length > nameLengthMax) return undefined;
    at += 1;
    if (length === 0) break;
    if (at + length > end) return undefined;
    name += `${name && '.'}${bytes.toString('latin1', at, at + length)}`;
    at += length;
  }
  if (at + 4 > end) return undefined;
  return `${name.toLowerCase() || '.'} ${typeName(bytes.readUInt16BE(at))}`;
}

/** A query, a notification or an update with one question, as a client sends it first. */
export function looksLikeDnsQuery(bytes: Buffer, at: number, end: number): boolean {
  const message = dnsMessage(bytes, at, end);
  if (!message || message.isResponse || message.key === '') return false;
  const opcode = opcodeOf(bytes.readUInt8(at + 2));
  const isKnown = opcode === 0 || opcode === opcodeNotify || opcode === opcodeUpdate;
  return isKnown && bytes.readUInt16BE(at + 6) <= 1;
}
