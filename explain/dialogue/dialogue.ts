/** What both ends of a connection say to each other, request by request, in a protocol that is known. */
import type { Moment, Side } from '../moment.ts';

export const protocolNames = [
  'dns',
  'http',
  'mysql',
  'postgres',
  'redis',
  'tls',
  'unknown',
] as const;
export type ProtocolName = (typeof protocolNames)[number];

/** Something about messages that no header of TCP tells. */
export type NoteKind =
  /** The upstream sends what nobody has asked for. */
  | 'unasked-data'
  /** An answer that belongs to no request that is open. */
  | 'mismatched-answer'
  /** Bytes that are no message of the protocol. */
  | 'malformed-answer'
  /** DNS over UDP with the TC bit: the rest is to be fetched over TCP, RFC 2181 section 9. */
  | 'truncated-answer'
  /** The upstream says that it is about to close. */
  | 'farewell'
  /** A TLS alert that can be read, or a handshake that did not come to its end. */
  | 'tls-failure';

export interface Note extends Moment {
  kind: NoteKind;
  text: string;
}

/** A request that has come whole. */
export interface Request extends Moment {
  /** Two requests that ask for the same have the same key. Empty where it is not known, or of no interest. */
  key: string;
}

export interface Listener {
  note(kind: NoteKind, text: string, at: Moment): void;
  asked(request: Request): void;
  answered(at: Moment): void;
}

export interface Dialogue {
  readonly protocol: ProtocolName;
  /**
   * Bytes of one side, in order and without holes.
   * @param at Is filled anew for the next bytes.
   */
  take(from: Side, bytes: Buffer, start: number, end: number, at: Moment): void;
  /** Requests that have come whole, and whose answer has not. The oldest comes first. */
  owed(): readonly Request[];
  /** Part of a message has come, the rest has not. */
  isInside(side: Side): boolean;
  /** Before the first request can be made: a handshake or a login is under way. */
  isOpening(): boolean;
  /** Whether the upstream's closing ends an answer, or was agreed upon. */
  mayClose(): boolean;
}

/** More are not remembered: what keeps on asking without answers has long been told. */
export const owedMax = 1000;
export const keyLengthMax = 200;
