/** Header and question of a DNS message, RFC 1035 section 4.1: what tells which answer belongs to which query. */

const headerLength = 12;
const responseBit = 0x80;
const truncatedBit = 0x02;
const opcodeNotify = 4;
const opcodeUpdate = 5;
const labelLengthMax = 63;
const nameLengthMax = 255;
const dot = 0x2e;
/** Holds the longest name that is read, with what stands before and after it. */
const textMax = 512;

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

/** Names may come back in other letters, RFC 4343. */
const inLowerCase = Uint8Array.from({ length: 256 }, (_, code) =>
  String.fromCharCode(code).toLowerCase().charCodeAt(0),
);

/**
 * Is filled anew with each message, as a packet is. The text of the question is kept as bytes: to tell whether
 * an answer repeats it takes no string.
 */
export class DnsMessage {
  id: number = 0;
  isResponse: boolean = false;
  isTruncated: boolean = false;
  private readonly text: Buffer = Buffer.alloc(textMax);
  private length: number = 0;

  /** False for what is no DNS message with one question, or none. */
  read(bytes: Buffer, at: number, end: number): boolean {
    if (end - at < headerLength) return false;
    const flags = bytes[at + 2] as number;
    const questions = u16(bytes, at + 4);
    if (questions > 1) return false;
    this.id = u16(bytes, at);
    this.isResponse = (flags & responseBit) !== 0;
    this.isTruncated = (flags & truncatedBit) !== 0;
    this.length = 0;
    if (questions === 0) return true;
    if (opcodeOf(flags) === opcodeUpdate) this.add('update ');
    return this.readQuestion(bytes, at + headerLength, end);
  }

  hasQuestion(): boolean {
    return this.length > 0;
  }

  /** What is asked, without the id: `a.example A`. Empty when there is no question. */
  key(): string {
    return this.text.toString('latin1', 0, this.length);
  }

  /** Whether this is the key of the message. */
  isKey(key: string): boolean {
    const { length, text } = this;
    if (key.length !== length) return false;
    for (let at = 0; at < length; at++) {
      if (key.charCodeAt(at) !== text[at]) return false;
    }
    return true;
  }

  private readQuestion(bytes: Buffer, at: number, end: number): boolean {
    const nameAt = this.length;
    const typeAt = this.readName(bytes, at, end);
    if (typeAt === -1 || typeAt + 4 > end) return false;
    if (this.length === nameAt) this.add('.');
    this.add(' ');
    this.add(typeName(u16(bytes, typeAt)));
    return true;
  }

  /** Where it ends; -1 when it is none, or is compressed. */
  private readName(bytes: Buffer, from: number, end: number): number {
    const { text } = this;
    const nameAt = this.length;
    let to = nameAt;
    let at = from;
    while (at < end) {
      const length = bytes[at] as number;
      at += 1;
      const labelEnd = at + length;
      if (length > labelLengthMax || to - nameAt > nameLengthMax || labelEnd > end) return -1;
      if (length === 0) {
        this.length = to;
        return at;
      }
      if (to > nameAt) text[to++] = dot;
      for (; at < labelEnd; at++) text[to++] = inLowerCase[bytes[at] as number] as number;
    }
    return -1;
  }

  private add(word: string): void {
    for (let at = 0; at < word.length; at++) this.text[this.length++] = word.charCodeAt(at);
  }
}

const opcodeOf = (flags: number) => (flags >> 3) & 0x0f;

const u16 = (bytes: Buffer, at: number) => ((bytes[at] as number) << 8) | (bytes[at + 1] as number);

const first = new DnsMessage();

/** A query, a notification or an update with one question, as a client sends it first. */
export function looksLikeDnsQuery(bytes: Buffer, at: number, end: number): boolean {
  if (!first.read(bytes, at, end) || first.isResponse || !first.hasQuestion()) return false;
  const opcode = opcodeOf(bytes[at + 2] as number);
  const isKnown = opcode === 0 || opcode === opcodeNotify || opcode === opcodeUpdate;
  return isKnown && u16(bytes, at + 6) <= 1;
}
