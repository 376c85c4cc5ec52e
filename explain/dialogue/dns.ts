/** DNS over TCP (RFC 1035 section 4.2.2, RFC 7766) and over UDP. */
import type { Moment, Side } from '../moment.ts';
import { type Dialogue, type Listener, owedMax, type Request } from './dialogue.ts';
import { type DnsMessage, dnsMessage, looksLikeDnsQuery } from './dns-message.ts';
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

/** A class, because a capture may hold a hundred thousand. */
class DnsDialogue implements Dialogue {
  readonly protocol = 'dns';
  private readonly isStream: boolean;
  private readonly listener: Listener;
  private readonly open = new Map<number, Request>();
  /** Answered a moment ago: what comes once more is told apart from what was never asked. */
  private readonly closed = new Map<number, string>();
  private list: readonly Request[] | undefined;
  /** More was asked at once than is remembered. */
  private isBeyond = false;
  private now: Moment = { frame: 0, atUs: 0 };
  private readonly client = this.readerOf('client');
  private readonly upstream = this.readerOf('upstream');

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
    const isTooShort = end - start < prefixLength + headerLength;
    if (from === 'upstream' && isTooShort && this.open.size === 0 && !this.upstream.isInside()) {
      this.listener.note('unasked-data', `${end - start} bytes that nobody asked for`, at);
    }
    (from === 'client' ? this.client : this.upstream).take(bytes, start, end);
  }

  owed(): readonly Request[] {
    this.list ??= [...this.open.values()];
    return this.list;
  }

  isInside(side: Side): boolean {
    return (side === 'client' ? this.client : this.upstream).isInside();
  }

  isOpening(): boolean {
    return false;
  }

  mayClose(): boolean {
    return false;
  }

  private readerOf(from: Side): MessageReader {
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
    const message = dnsMessage(bytes, at, end);
    if (from === 'client') {
      if (message && !message.isResponse) this.onQuery(message);
    } else if (message?.isResponse) this.onResponse(message);
    else {
      const what = message
        ? 'a query from the upstream'
        : `${end - at} bytes that are no DNS message`;
      this.listener.note(this.open.size > 0 ? 'malformed-answer' : 'unasked-data', what, this.now);
    }
  }

  private onQuery({ id, key }: DnsMessage): void {
    if (this.open.size >= owedMax) {
      this.isBeyond = true;
      return;
    }
    const request = { key, ...this.now };
    this.open.set(id, request);
    this.list = undefined;
    this.listener.asked(request);
  }

  private onResponse(message: DnsMessage): void {
    const { id, key } = message;
    const request = this.open.get(id);
    // A server that makes nothing of a message repeats no question.
    if (!request || (key !== '' && request.key !== key)) {
      this.onStray(message);
      return;
    }
    if (message.isTruncated && !this.isStream) {
      this.listener.note('truncated-answer', `${key}, id ${id}`, this.now);
    }
    this.open.delete(id);
    this.list = undefined;
    this.closed.delete(id);
    this.closed.set(id, key);
    if (this.closed.size > owedMax) this.closed.delete(this.closed.keys().next().value as number);
    this.listener.answered(this.now);
  }

  private onStray({ id, key }: DnsMessage): void {
    // It may answer one of those that are not remembered.
    if (this.isBeyond) return;
    const isAgain = this.closed.get(id) === key;
    const kind = this.open.size > 0 && !isAgain ? 'mismatched-answer' : 'unasked-data';
    const what = isAgain ? 'answered once more' : 'an answer to nothing asked';
    this.listener.note(kind, `${what}: ${key || 'no question'}, id ${id}`, this.now);
  }
}
