/** Between bytes and messages: what an upstream must know to answer in a protocol. */
import type { Channel } from '../channel.ts';

export interface Request {
  /** Names what is asked, the same for every sender and every repetition. */
  key: string;
  bytes: Buffer;
}

export interface Response {
  /** The answer in words, as a client of this protocol reports it. */
  answer: string;
  bytes: Buffer;
}

export interface Protocol {
  name: string;
  /** Reads exactly one request and nothing after it; undefined when the client is done. */
  readRequest(channel: Channel): Promise<Request | undefined>;
  respond(request: Request): Response;
}
