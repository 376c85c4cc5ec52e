/** DNS over TCP (RFC 1035 section 4.2.2, RFC 7766) and over UDP. */
import type { Moment, Side } from '../moment.ts';
import { type Answered, AnsweredLately } from './answered.ts';
import { type Dialogue, type Listener, type NoteKind, owedMax, type Request } from './dialogue.ts';
import { DnsMessage, looksLikeDnsQuery } from './dns-message.ts';
import { MessageReader } from './reader.ts';

const prefixLength = 2;
const headerLength = 12;

export function looksLikeDnsOverTcp(bytes: Buffer, at: number, end: number): boolean {
  if (end - at < prefixLength + headerLength) return false;
  const messageEnd = at + prefixLength + bytes.readUInt16BE(at);
  return looksLikeDnsQuery(bytes, at + prefixLength, Math.min(end, messageEnd));
}

export function dnsDialogue(isStream: boolean, listener: Listener): Dialogue {
  return new DnsDialogue(isStream, listener);
}

interface Query extends Request, Answered {}

const message = new DnsMessage();

/** A class, because a capture may hold a hundred thousand. */
class DnsDialogue implements Dialogue {
  readonly protocol = 'dns';
  private readonly isStream: boolean;
  private readonly listener: Listener;
  /** Hardly ever more than one: a list is searched sooner than a map is made. */
  private readonly open: Query[] = [];
  private readonly answered = new AnsweredLately();
  /** More was asked at once than is remembered. */
  private isBeyond = false;
  private now: Moment = { frame: 0, atUs: 0 };
  /** Made when a message comes in pieces. */
  private client: MessageReader | undefined;
  private upstream: MessageReader | undefined;

  constructor(isStream: boolean, listener: Listener) {
    this.isStream = isStream;
    this.listener = listener;
  }

  take(from: Side, bytes: Buffer, start: number, end: number, at: Moment): void {
    this.now = at;
    if (!this.isStream) {
      this.onMessage(from, bytes, start, end);
      return;
    }
    const isInside = this.isInside(from);
    const isTooShort = end - start < prefixLength + headerLength;
    if (from === 'upstream' && isTooShort && this.open.length === 0 && !isInside) {
      this.note('unasked-data', `${end - start} bytes that nobody asked for`);
    }
    const restAt = isInside ? start : this.takeWhole(from, bytes, start, end);
    if (restAt < end) this.readerOf(from).take(bytes, restAt, end);
  }

  owed(): readonly Request[] {
    return this.open;
  }

  isInside(side: Side): boolean {
    return (side === 'client' ? this.client : this.upstream)?.isInside() ?? false;
  }

  isOpening(): boolean {
    return false;
  }

  mayClose(): boolean {
    return false;
  }

  /** Most messages are whole in one segment. Where the one begins that is not. */
  private takeWhole(from: Side, bytes: Buffer, start: number, end: number): number {
    let at = start;
    while (end - at >= prefixLength) {
      const next = at + prefixLength + bytes.readUInt16BE(at);
      if (next > end) return at;
      this.onMessage(from, bytes, at + prefixLength, next);
      at = next;
    }
    return at;
  }

  private readerOf(from: Side): MessageReader {
    if (from === 'client') this.client ??= this.makeReader(from);
    else this.upstream ??= this.makeReader(from);
    return (from === 'client' ? this.client : this.upstream) as MessageReader;
  }

  private makeReader(from: Side): MessageReader {
    return new MessageReader({
      headLength: prefixLength,
      lengthOf: (bytes, at) => prefixLength + bytes.readUInt16BE(at),
      onMessage: (bytes, at, length) =>
        this.onMessage(from, bytes, at + prefixLength, Math.min(bytes.length, at + length)),
      // Any two bytes are a length.
      onBroken: () => {},
    });
  }

  private onMessage(from: Side, bytes: Buffer, at: number, end: number): void {
    const isMessage = message.read(bytes, at, end);
    if (from === 'client') {
      if (isMessage && !message.isResponse) this.onQuery();
    } else if (isMessage && message.isResponse) this.onResponse();
    else {
      const what = isMessage
        ? 'a query from the upstream'
        : `${end - at} bytes that are no DNS message`;
      this.note(this.open.length > 0 ? 'malformed-answer' : 'unasked-data', what);
    }
  }

  private onQuery(): void {
    const { open, now } = this;
    if (open.length >= owedMax) {
      this.isBeyond = true;
      return;
    }
    const { frame, atUs } = now;
    const query: Query = { key: message.key(), frame, atUs, id: message.id, before: undefined };
    const place = this.placeOf(query.id);
    if (place === -1) open.push(query);
    else open[place] = query;
    this.listener.asked(query);
  }

  private onResponse(): void {
    const { id } = message;
    const place = this.placeOf(id);
    const query = place === -1 ? undefined : this.open[place];
    const isKey = query !== undefined && message.isKey(query.key);
    // A server that makes nothing of a message repeats no question.
    if (!query || (message.hasQuestion() && !isKey)) {
      this.onStray();
      return;
    }
    if (message.isTruncated && !this.isStream) {
      this.note('truncated-answer', `${message.key()}, id ${id}`);
    }
    if (this.open.length === 1) this.open.pop();
    else this.open.splice(place, 1);
    this.answered.add(isKey ? query : { id, key: '', before: undefined });
    this.listener.answered(this.now);
  }

  private onStray(): void {
    // It may answer one of those that are not remembered.
    if (this.isBeyond) return;
    const { id } = message;
    const key = message.key();
    const isAgain = this.answered.keyOf(id) === key;
    const kind = this.open.length > 0 && !isAgain ? 'mismatched-answer' : 'unasked-data';
    const what = isAgain ? 'answered once more' : 'an answer to nothing asked';
    this.note(kind, `${what}: ${key || 'no question'}, id ${id}`);
  }

  /** -1 when no query with this id is open. */
  private placeOf(id: number): number {
    const { open } = this;
    let place = open.length - 1;
    while (place >= 0 && open[place]?.id !== id) place -= 1;
    return place;
  }

  private note(kind: NoteKind, text: string): void {
    this.listener.note(kind, text, this.now);
  }
}
