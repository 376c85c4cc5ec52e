/** One TCP connection, kept up with segment by segment. What is kept of it does not grow with its bytes. */
import type { Dialogue, Note, Request } from '../dialogue/dialogue.ts';
import type { Moment, Side } from '../moment.ts';
import type { End } from './end.ts';

/** How things stood when an end first sent a FIN or a RST. */
export interface Break extends Moment {
  by: Side;
  flag: 'FIN' | 'RST';
  relativeSeq: number;
  /** Requests that were open. */
  owed: readonly Request[];
  isInRequest: boolean;
  isInAnswer: boolean;
  /** A handshake or a login was under way. */
  isOpening: boolean;
  /** The protocol lets the upstream close here. */
  isAgreed: boolean;
  /** Since bytes last went either way, or since it was opened. Microseconds. */
  idleUs: number;
  requests: number;
}

/** Nothing came for a time. */
export interface Wait {
  us: number;
  from: Moment;
  until: Moment;
}

export interface Connection {
  /** Its place among the connections of the capture, from 1. */
  number: number;
  /** Address and port as their bytes. */
  clientName: string;
  upstreamName: string;
  client: End;
  upstream: End;
  /** Which end is the client is guessed: its SYN is not in the capture. */
  isGuessed: boolean;
  first: Moment;
  lastFrame: number;
  lastAtUs: number;
  /** First FIN and first RST of either end, in the order in which they came. */
  breaks: readonly Break[];
  dialogue: Dialogue | undefined;
  notes: readonly Note[];
  requests: number;
  answers: number;
  /** The longest wait for an answer to begin, and for one that had begun to go on. */
  slowest: Wait | undefined;
  stalled: Wait | undefined;
  /** Times to answer, of the first few requests. Microseconds. */
  answerUs: readonly number[];
  lastRequest: Moment | undefined;
  /** The first payload that came after the other end had closed. */
  dataAfterBreak: Partial<Record<Side, Moment>> | undefined;
  /** The other end has acknowledged that. */
  isDataAfterBreakAcked: boolean;
  handshakeDone: Moment | undefined;
  /** Of the SYN and what answers it; undefined when it is not in the capture. Microseconds. */
  roundTripUs: number | undefined;
  /** Segments of the answer that is coming, and the most bytes of one. */
  pieces: number;
  largestPiece: number;
  firstPiece: Moment | undefined;
  /** The answer that came in most. */
  mostPieces: { count: number; largest: number; from: Moment; until: Moment } | undefined;
  /** The longest time that it had lain idle before a request that was answered. Microseconds. */
  longestServedIdleUs: number;
  /** Connections to the same upstream, when that closed this one. */
  openedBefore: number;
  /** Before the request that is open. */
  idleBeforeRequestUs: number;
}

/** Told of what concerns more than one connection. */
export interface Observer {
  opened(connection: Connection): void;
  accepted(connection: Connection): void;
  broke(connection: Connection, event: Break): void;
  asked(connection: Connection, request: Request): void;
}

export const other = (side: Side): Side => (side === 'client' ? 'upstream' : 'client');
