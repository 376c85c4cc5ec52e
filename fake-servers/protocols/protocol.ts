/**
 * Between bytes and messages: what a fake upstream must know to speak a protocol.
 *
 * A conversation never touches a socket. It is handed the client's bytes as it asks for them, and hands
 * back what to send; what is done with that (all of it, the first n bytes, twice, nothing) is the
 * script's to say. A library that wants a socket is given a `LibrarySocket`.
 */
import type { Transport } from '../../harness/event.ts';

/** The client's bytes, in order and no more of them than are asked for. */
export interface ByteSource {
  /** Exactly this many, or undefined when the client sent FIN before them. */
  readExactly(bytes: number): Promise<Buffer | undefined>;
  /** What is there: at least one byte and at most this many. Undefined when the client sent FIN. */
  readSome(bytesMax: number): Promise<Buffer | undefined>;
  /**
   * All up to and including the first occurrence of `delimiter`, or undefined when the client sent FIN
   * before it. Throws a MalformedMessage when there is none in the first `bytesMax` bytes.
   */
  readThrough(delimiter: string, bytesMax: number): Promise<Buffer | undefined>;
}

/** Bytes that no client of the protocol would send. Its message tells what was expected. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
}

/** One thing that a client said: a request, or a part of the handshake. */
export interface Message {
  bytes: Buffer;
  /**
   * Of a request: names what is asked, see `harness/keys.ts`. Undefined for what asks for nothing that
   * counts, such as a client's part of the handshake, or its goodbye.
   */
  key: string | undefined;
}

export interface Response {
  /** The answer in words, as a client of this protocol reports it. */
  answer: string;
  /** What the server sends; empty when it sends nothing. */
  bytes: Buffer;
  /** The server closes the connection after it, as the protocol has it (`Connection: close`, QUIT). */
  isLast?: boolean;
}

/** What the server and one client say to each other. */
export interface Conversation {
  /** What the server says before it is asked anything. */
  greet?(): Promise<Buffer> | Buffer;
  /**
   * Reads exactly one message and nothing after it; undefined when the client is done. Throws a
   * MalformedMessage.
   */
  read(source: ByteSource): Promise<Message | undefined>;
  /** Executes the message that was read last. Called at most once for each. */
  respond(message: Message): Promise<Response> | Response;
  /**
   * What goes on the wire for a response to a request, or for what is said unasked: called when it is
   * about to be sent, in the order of sending. Of protocols that encrypt, since a record's number is
   * part of it. The same bytes when left out.
   */
  seal?(bytes: Buffer): Promise<Buffer>;
  /** Frees what a library holds. */
  end?(): void;

  // What only some protocols can do; a protocol that has it lists it in its `powers`.

  /** The same response under an id (a sequence number) that is not the request's. */
  withWrongId?(response: Response): Response;
  /** The same response, which also says for how long a silent connection is kept; 0: no more requests. */
  announcingIdle?(response: Response, idleMs: number): Response;
  /** A response cut as the protocol allows, so that the client asks again elsewhere (DNS: TC). */
  truncated?(response: Response): Response;
  /** What a server of this protocol sends before it closes a connection that was idle too long. */
  farewell?(): Promise<Buffer> | Buffer;
  /** A message that the protocol lets a server send unasked. */
  push?(): Promise<Buffer> | Buffer;
  /** The alert that ends a TLS connection in order, RFC 8446 section 6.1. */
  closeNotify?(): Promise<Buffer> | Buffer;
}

/**
 * What a step may need of a protocol beyond answering. `reorder`: several requests may be in flight, and
 * their answers come in any order, because each carries the id of its request. `closes`: a request can ask
 * the server to end the connection.
 */
export const powers = [
  'reorder',
  'wrong-id',
  'truncate',
  'idle-limit',
  'closes',
  'farewell',
  'push',
  'close-notify',
  'certificate',
] as const;
export type Power = (typeof powers)[number];

/** Certificates that a TLS server can show; all but the first are refused by a client that verifies. */
export const certificateKinds = ['valid', 'expired', 'self-signed', 'wrong-name'] as const;
export type CertificateKind = (typeof certificateKinds)[number];

/** Whom a conversation is with. */
export interface Guest {
  /** Which accepted connection of the upstream this is, counted from 1. */
  ordinal: number;
  tuple: string;
  /** What a TLS server shows. */
  certificate: CertificateKind;
}

/** All conversations of one upstream: what is stored in one can be seen in the next. */
export interface ProtocolServer {
  converse(guest: Guest): Conversation;
  /** Frees what a library holds. Idempotent. */
  close?(): void;
}

export interface Protocol {
  name: string;
  transport: Transport;
  /** Of a protocol over UDP: what the same server speaks on its TCP port of the same number. */
  overTcp?: Protocol;
  powers: readonly Power[];
  start(): ProtocolServer;
}
