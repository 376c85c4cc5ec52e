/** Requests and responses on one connection: a conversation, and what a script does with its messages. */
import { setImmediate } from 'node:timers/promises';
import type { Receipt, Unstamped, UpstreamEvent } from '../harness/event.ts';
import { digestOf } from '../harness/keys.ts';
import type { Channel } from './channel.ts';
import { Intake } from './intake.ts';
import { type Limit, noLimit, Stopped } from './limit.ts';
import type { Conversation, Message, Response } from './protocols/protocol.ts';

const servedPerTurn = 32;

export interface Request extends Message {
  key: string;
}

/** What serving came to: a limit, the client's end, or one that the protocol has put to it. */
export type Served = 'stopped' | 'client left' | 'finished';

/** A response, and to which request. */
export type Answered = Response & { key: string };

type Told = Extract<Unstamped<UpstreamEvent>, { type: 'received' | 'executed' | 'served' }>;
type WithoutIdentity<E> = E extends unknown ? Omit<E, 'source' | 'tuple' | 'ordinal'> : never;
/** What happened to a request; which connection it was is the caller's to add. */
export type Tell = (event: WithoutIdentity<Told>) => void;

export class Talk {
  readonly conversation: Conversation;
  readonly #channel: Channel;
  readonly #intake: Intake;
  readonly #tell: Tell;
  #hasGreeted = false;
  #requests = 0;
  /** Read, and neither executed nor given up. */
  #atHand: Request | undefined;
  /** Of a response that a limit cut; sent before anything else is. */
  #unsent: Buffer = Buffer.alloc(0);
  #isOver = false;

  constructor(channel: Channel, conversation: Conversation, tell: Tell) {
    this.#channel = channel;
    this.conversation = conversation;
    this.#intake = new Intake(channel);
    this.#tell = tell;
  }

  /** Whether the protocol has ended the connection: nothing more is to be said. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /**
   * The next request, once the client has said all of it. What else it says meanwhile (its part of the
   * handshake) is answered. Undefined when the client is done. Throws Stopped and MalformedMessage.
   */
  async request(limit: Limit = noLimit): Promise<Request | undefined> {
    await this.#settle(limit);
    while (!this.#atHand && !this.#isOver) {
      const message = await this.#intake.message(limit, (source) => this.conversation.read(source));
      if (!message) return undefined;
      const { key, bytes } = message;
      if (key === undefined) {
        const { bytes: answer, isLast } = await this.conversation.respond(message);
        this.#isOver = isLast === true;
        await this.#send(answer, limit);
        continue;
      }
      this.#requests += 1;
      this.#atHand = { key, bytes };
      this.#tell({ type: 'received', key, bytes: bytes.length });
    }
    return this.#atHand;
  }

  /**
   * Goes on with the handshake until the server has said something in it, and returns the segment that
   * it was; undefined when the client is done.
   */
  async handshake(): Promise<Receipt | undefined> {
    await this.#settle(noLimit);
    for (;;) {
      const message = await this.#intake.message(noLimit, (source) =>
        this.conversation.read(source),
      );
      if (!message) return undefined;
      const { bytes } = await this.conversation.respond(message);
      if (bytes.length === 0) continue;
      const relativeSeq = 1 + this.#channel.bytesSent;
      await this.#channel.send(bytes);
      return { segment: 'DATA', relativeSeq, length: bytes.length, digest: digestOf(bytes) };
    }
  }

  /** Does what the request asks for. Throws Stopped, MalformedMessage; undefined when the client is done. */
  async execute(limit: Limit = noLimit): Promise<Answered | undefined> {
    const request = await this.request(limit);
    if (!request) return undefined;
    this.#atHand = undefined;
    this.#tell({ type: 'executed', key: request.key });
    const response = await this.conversation.respond(request);
    return { ...response, key: request.key };
  }

  /** Sends a response whole. Recorded first: the client may have it before the call returns. */
  async answer(response: Answered, limit: Limit = noLimit): Promise<void> {
    this.served(response);
    this.#isOver = response.isLast === true;
    const bytes = await this.sealed(response.bytes);
    const goodbye = response.isLast ? await this.conversation.closeNotify?.() : undefined;
    await this.#send(goodbye ? Buffer.concat([bytes, goodbye]) : bytes, limit);
  }

  /** What goes on the wire for these bytes of the server; to be asked for in the order of sending. */
  async sealed(bytes: Buffer): Promise<Buffer> {
    return (await this.conversation.seal?.(bytes)) ?? bytes;
  }

  /** To be called before a response is sent whole by somebody else. */
  served({ key, answer, bytes }: Answered): void {
    this.#tell({ type: 'served', key, answer, bytes: bytes.length });
  }

  /** Answers every request until the limit is reached. */
  async serve(limit: Limit): Promise<Served> {
    try {
      for (let served = 1; ; served++) {
        const ending = await this.#serveOne(limit);
        if (ending) return ending;
        // A client that never pauses must not keep timers and others from their turn.
        if (served % servedPerTurn === 0) await setImmediate();
      }
    } catch (error) {
      if (error instanceof Stopped) return 'stopped';
      throw error;
    }
  }

  /** Undefined when another may follow. */
  async #serveOne(limit: Limit): Promise<Served | undefined> {
    if (this.#isStopped(limit)) return 'stopped';
    if (this.#isOver && this.#unsent.length === 0) return 'finished';
    const request = await this.request(limit);
    if (!request) return this.#isOver ? 'finished' : 'client left';
    if (this.#isWanted(request.key, limit)) return 'stopped';
    const response = await this.execute(limit);
    if (response) await this.answer(response, limit);
    return undefined;
  }

  #isStopped({ bytesSentMax = Number.MAX_SAFE_INTEGER, signal }: Limit): boolean {
    return signal?.aborted === true || this.#channel.bytesSent >= bytesSentMax;
  }

  #isWanted(key: string, { bytesReadMax = Number.MAX_SAFE_INTEGER, isWanted }: Limit): boolean {
    return this.#channel.bytesRead >= bytesReadMax || isWanted?.(key, this.#requests) === true;
  }

  /** The handshake, as far as it goes without the client; and what was left of the last response. */
  async #settle(limit: Limit): Promise<void> {
    if (this.#unsent.length > 0) {
      const rest = this.#unsent;
      this.#unsent = Buffer.alloc(0);
      await this.#send(rest, limit);
    }
    if (this.#hasGreeted) return;
    this.#hasGreeted = true;
    if (this.conversation.greet) await this.#send(await this.conversation.greet(), limit);
  }

  async #send(bytes: Buffer, { bytesSentMax = Number.MAX_SAFE_INTEGER }: Limit): Promise<void> {
    const allowed = bytes.subarray(0, Math.max(0, bytesSentMax - this.#channel.bytesSent));
    if (allowed.length > 0) await this.#channel.send(allowed);
    this.#unsent = bytes.subarray(allowed.length);
    if (this.#channel.bytesSent >= bytesSentMax) throw new Stopped();
  }
}
