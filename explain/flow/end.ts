/** One end of a TCP connection, as its segments show it. */
import type { Moment } from '../moment.ts';

/** A FIN or RST. */
export interface Termination extends Moment {
  relativeSeq: number;
  /** It acknowledges a FIN of the other end. */
  isAnswer: boolean;
}

/** A time in which this end took no more bytes. */
export interface ZeroWindow {
  from: Moment;
  until: Moment | undefined;
  /** How often the other end asked whether there is room. */
  probes: number;
}

/** What was sent and not answered. */
export interface Silence {
  /** When it was first sent. */
  first: Moment;
  last: Moment;
  /** How often it was sent again. */
  repeats: number;
}

/** Is 0, and tells the engine that the times which follow are no small integers: none has to be moved then. */
export const never = -0;

export const nothing: readonly never[] = [];

/** Holds no room for others: most of these lists have one element or two, and there are very many. */
export function withOneMore<T>(list: readonly T[], one: T): readonly T[] {
  if (list.length === 0) return [one];
  return list.length === 1 ? [list[0] as T, one] : [...list, one];
}

/**
 * Places are kept as plain numbers where they change with every segment: an object for each of millions would
 * be garbage; for the same reason an end is cleared and used again. Frame 0 is none.
 */
export class End {
  /** What relative numbers count from; one before the first byte. */
  base: number = 0;
  isBaseKnown: boolean = false;
  /** After the last byte that it has sent. */
  nextSeq: number = 0;
  /** The highest number that it has acknowledged. */
  acked: number = 0;
  hasAcked: boolean = false;
  segments: number = 0;
  /** Of payload, each byte counted once. */
  bytes: number = 0;
  lastFrame: number = 0;
  lastAtUs: number = never;
  firstDataFrame: number = 0;
  lastDataFrame: number = 0;
  lastDataAtUs: number = never;
  syns: readonly Moment[] = nothing;
  fin: Termination | undefined = undefined;
  rst: Termination | undefined = undefined;
  retransmissions: number = 0;
  zeroWindows: readonly ZeroWindow[] = nothing;
  /** The oldest of what the other end has not acknowledged, and its last repeat. */
  unackedFrame: number = 0;
  unackedAtUs: number = never;
  unackedLast: Moment | undefined = undefined;
  unackedRepeats: number = 0;
  /** Keep-alives that nothing has come back for yet. */
  probe: Silence | undefined = undefined;
  /** The longest silence of the other end that was broken at last. */
  longestSilence: Silence | undefined = undefined;
  // What it takes to tell a retransmission from a segment that was late.
  nextSeqAtUs: number = never;
  duplicateAcks: number = 0;
  lastAckAtUs: number = never;
  /** Up to where its bytes have been handed to the dialogue. */
  readTo: number = 0;

  clear(): void {
    this.base = 0;
    this.isBaseKnown = false;
    this.nextSeq = 0;
    this.acked = 0;
    this.hasAcked = false;
    this.segments = 0;
    this.bytes = 0;
    this.lastFrame = 0;
    this.lastAtUs = never;
    this.firstDataFrame = 0;
    this.lastDataFrame = 0;
    this.lastDataAtUs = never;
    this.syns = nothing;
    this.fin = undefined;
    this.rst = undefined;
    this.retransmissions = 0;
    this.zeroWindows = nothing;
    this.unackedFrame = 0;
    this.unackedAtUs = never;
    this.unackedLast = undefined;
    this.unackedRepeats = 0;
    this.probe = undefined;
    this.longestSilence = undefined;
    this.nextSeqAtUs = never;
    this.duplicateAcks = 0;
    this.lastAckAtUs = never;
    this.readTo = 0;
  }
}

/** What has not been acknowledged, if anything. */
export function unacknowledged(end: End): Silence | undefined {
  if (end.unackedFrame === 0) return undefined;
  const first = { frame: end.unackedFrame, atUs: end.unackedAtUs };
  return { first, last: end.unackedLast ?? first, repeats: end.unackedRepeats };
}

/** Undefined when it has sent no payload. */
export function lastData(end: End): Moment | undefined {
  if (end.lastDataFrame === 0) return undefined;
  return { frame: end.lastDataFrame, atUs: end.lastDataAtUs };
}
