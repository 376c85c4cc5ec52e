/** A conversation of another protocol, carried on under TLS. */
import type { ServerCertificate } from '../../certificates.ts';
import {
  type ByteSource,
  type Conversation,
  MalformedMessage,
  type Message,
  type Response,
} from '../protocol.ts';
import { isHeader, readRecord } from './record.ts';
import { TlsSession } from './session.ts';

const none = Buffer.alloc(0);
const starved = Symbol('starved');

export class TlsDialogue {
  readonly #inner: Conversation;
  readonly #certificate: () => Promise<ServerCertificate>;
  #session: TlsSession | undefined;
  /** Records of the message that is being read, as far as they were handed to TLS. */
  #records: Buffer[] = [];
  /** What TLS has said since a response was made. */
  #said: Buffer = none;
  /** Goes on from record to record until the inner message is whole. */
  #reading: Promise<Message | undefined> | undefined;
  /** The inner message that was read last; undefined when what was read concerns TLS alone. */
  #asked: Message | undefined;
  #hasGreeted = false;
  #isOver = false;

  constructor(inner: Conversation, certificate: () => Promise<ServerCertificate>) {
    this.#inner = inner;
    this.#certificate = certificate;
  }

  /**
   * The records of one message. A record may hold more than one: those after the first are returned by
   * later calls, have no bytes, and take nothing from the source.
   */
  async read(source: ByteSource): Promise<Message | undefined> {
    this.#session ??= new TlsSession(await this.#certificate());
    const session = this.#session;
    // A read that was broken off in the middle begins anew, and so does its source.
    for (const { length } of this.#records) await source.readExactly(length);
    for (;;) {
      const message = await this.#atHand(session);
      if (message !== starved) return message;
      const record = await readRecord(source);
      if (!record) return undefined;
      if (await this.#concernsTlsAlone(session, record)) return this.#whole();
    }
  }

  /**
   * To what was read last: in the clear to a request, since it is encrypted when it is sent; as it goes
   * on the wire to what has no key.
   */
  async respond(): Promise<Response> {
    const asked = this.#asked;
    this.#asked = undefined;
    if (asked?.key !== undefined) return this.#inner.respond(asked);
    const response = asked ? await this.#inner.respond(asked) : await this.#handshake();
    const bytes = await this.encrypt(response.bytes);
    const goodbye = response.isLast ? await this.closeNotify() : none;
    return { ...response, bytes: Buffer.concat([bytes, goodbye]) };
  }

  /** What goes on the wire for these bytes, and all that TLS has to say before. */
  async encrypt(plaintext: Buffer): Promise<Buffer> {
    const before = this.#said;
    this.#said = none;
    return Buffer.concat([before, (await this.#session?.encrypt(plaintext)) ?? none]);
  }

  async closeNotify(): Promise<Buffer> {
    return (await this.#session?.closeNotify()) ?? none;
  }

  end(): void {
    this.#session?.destroy();
  }

  /** What there is to return without another record. */
  async #atHand(session: TlsSession): Promise<Message | undefined | typeof starved> {
    if (session.failure) throw new MalformedMessage(`TLS: ${session.failure}`);
    const message = session.isEstablished ? await this.#innerMessage(session) : starved;
    if (message !== starved) return message && this.#whole(message);
    if (!session.hasClientEnded) return starved;
    return this.#isOver ? undefined : this.#whole();
  }

  async #innerMessage({ inbox }: TlsSession): Promise<Message | undefined | typeof starved> {
    this.#reading ??= this.#inner.read(inbox);
    // It may fail when nobody waits for it any more.
    this.#reading.catch(() => {});
    const outcome = await Promise.race([
      this.#reading,
      inbox.starved().then((): typeof starved => starved),
    ]);
    if (outcome !== starved) this.#reading = undefined;
    return outcome;
  }

  /** Hands over a record. Of one that TLS cannot bear, this is so when it has an alert to send for it. */
  async #concernsTlsAlone(session: TlsSession, record: Buffer): Promise<boolean> {
    const textBytesBefore = session.inbox.bytesAdded;
    this.#records.push(record);
    this.#said = Buffer.concat([this.#said, await session.feed(record)]);
    if (session.failure) return this.#said.length > 0;
    if (!isHeader(record)) {
      throw new MalformedMessage(`TLS: expected a record, got ${record.toString('hex')}`);
    }
    return session.inbox.bytesAdded === textBytesBefore && !session.hasClientEnded;
  }

  #whole(inner?: Message): Message {
    const bytes = Buffer.concat(this.#records);
    this.#records = [];
    this.#asked = inner;
    return { key: inner?.key, bytes };
  }

  /** To a part of the handshake, or to the client's close_notify. */
  async #handshake(): Promise<Response> {
    const session = this.#session;
    this.#isOver = session?.hasClientEnded === true;
    if (this.#isOver) return { answer: 'close_notify', bytes: none, isLast: true };
    if (!session?.isEstablished || session.failure || this.#hasGreeted)
      return { answer: 'handshake', bytes: none };
    this.#hasGreeted = true;
    return { answer: 'handshake', bytes: (await this.#inner.greet?.()) ?? none };
  }
}
