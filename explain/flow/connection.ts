/** One TCP connection, kept up with segment by segment. What is kept of it does not grow with its bytes. */
import type { Dialogue, Note, ProtocolName, Request } from '../dialogue/dialogue.ts';
import type { Moment, Side } from '../moment.ts';
import { End, never, nothing } from './end.ts';

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

/** Shorter waits are nothing to tell of, and are not kept. Microseconds. */
export const waitUsMin = 10_000;

/** Nothing came for a time. */
export interface Wait {
  us: number;
  from: Moment;
  until: Moment;
}

/** Cleared and used again once nothing more is to be said of it: see End. */
export class Connection {
  /** Its place among the connections of the capture, from 1. */
  number: number = 0;
  /** Address and port as their bytes. */
  clientName: string = '';
  upstreamName: string = '';
  readonly client: End = new End();
  readonly upstream: End = new End();
  /** Which end is the client is guessed: its SYN is not in the capture. */
  isGuessed: boolean = false;
  first: Moment = { frame: 0, atUs: never };
  lastFrame: number = 0;
  lastAtUs: number = never;
  /** First FIN and first RST of either end, in the order in which they came. */
  breaks: readonly Break[] = nothing;
  /** While more may come of it. */
  dialogue: Dialogue | undefined = undefined;
  /** Once nothing more comes of it: what the dialogue was in, if anything was said. */
  protocol: ProtocolName | undefined = undefined;
  notes: readonly Note[] = nothing;
  requests: number = 0;
  answers: number = 0;
  /** The longest wait for an answer to begin, and for one that had begun to go on. */
  slowest: Wait | undefined = undefined;
  stalled: Wait | undefined = undefined;
  /** Times to answer, of the first few requests. Microseconds. */
  answerUs: number[] | undefined = undefined;
  lastRequestAtUs: number | undefined = undefined;
  /** The first payload that came after the other end had closed. */
  dataAfterBreak: Partial<Record<Side, Moment>> | undefined = undefined;
  /** The other end has acknowledged that. */
  isDataAfterBreakAcked: boolean = false;
  handshakeDone: Moment | undefined = undefined;
  /** Of the SYN and what answers it; undefined when it is not in the capture. Microseconds. */
  roundTripUs: number | undefined = undefined;
  /** Segments of the answer that is coming, and the most bytes of one. */
  pieces: number = 0;
  largestPiece: number = 0;
  firstPieceFrame: number = 0;
  firstPieceAtUs: number = never;
  /** The answer that came in most. */
  mostPieces: { count: number; largest: number; from: Moment; until: Moment } | undefined =
    undefined;
  /** The longest time that it had lain idle before a request that was answered. Microseconds. */
  longestServedIdleUs: number = 0;
  /** Connections to the same upstream, when that closed this one. */
  openedBefore: number = 0;
  /** Before the request that is open. */
  idleBeforeRequestUs: number = 0;

  /** Nothing more comes of it. A dialogue is several times as large as all the rest. */
  end(): void {
    this.protocol = this.dialogue?.protocol;
    this.dialogue = undefined;
  }

  clear(): void {
    this.client.clear();
    this.upstream.clear();
    this.lastFrame = 0;
    this.lastAtUs = never;
    this.breaks = nothing;
    this.protocol = undefined;
    this.notes = nothing;
    this.requests = 0;
    this.answers = 0;
    this.slowest = undefined;
    this.stalled = undefined;
    this.answerUs = undefined;
    this.lastRequestAtUs = undefined;
    this.dataAfterBreak = undefined;
    this.isDataAfterBreakAcked = false;
    this.handshakeDone = undefined;
    this.roundTripUs = undefined;
    this.pieces = 0;
    this.largestPiece = 0;
    this.firstPieceFrame = 0;
    this.firstPieceAtUs = never;
    this.mostPieces = undefined;
    this.longestServedIdleUs = 0;
    this.openedBefore = 0;
    this.idleBeforeRequestUs = 0;
  }
}

/** Told of what concerns more than one connection. */
export interface Observer {
  opened(connection: Connection): void;
  accepted(connection: Connection): void;
  broke(connection: Connection, event: Break): void;
  asked(connection: Connection, request: Request): void;
}

export const other = (side: Side): Side => (side === 'client' ? 'upstream' : 'client');

/** Where it is asked for with every segment: to look a name up takes longer than to compare it. */
export const endOf = (c: Connection, side: Side): End =>
  side === 'client' ? c.client : c.upstream;
