/** One end of a TCP connection, as its segments show it. */
import type { Moment } from '../moment.ts';

/** A FIN or RST. */
export interface Termination extends Moment {
  relativeSeq: number;
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

/**
 * Places are kept as plain numbers where they change with every segment: an object for each of millions would
 * be garbage. Frame 0 is none.
 */
export interface End {
  /** What relative numbers count from; one before the first byte. */
  base: number;
  isBaseKnown: boolean;
  /** After the last byte that it has sent. */
  nextSeq: number;
  /** The highest number that it has acknowledged. */
  acked: number;
  hasAcked: boolean;
  segments: number;
  /** Of payload, each byte counted once. */
  bytes: number;
  lastFrame: number;
  lastAtUs: number;
  firstDataFrame: number;
  lastDataFrame: number;
  lastDataAtUs: number;
  syns: readonly Moment[];
  fin: Termination | undefined;
  rst: Termination | undefined;
  retransmissions: number;
  zeroWindows: readonly ZeroWindow[];
  /** The oldest of what the other end has not acknowledged, and its last repeat. */
  unackedFrame: number;
  unackedAtUs: number;
  unackedLast: Moment | undefined;
  unackedRepeats: number;
  /** Keep-alives that nothing has come back for yet. */
  probe: Silence | undefined;
  /** The longest silence of the other end that was broken at last. */
  longestSilence: Silence | undefined;

  // What it takes to tell a retransmission from a segment that was late.
  nextSeqAtUs: number;
  duplicateAcks: number;
  lastAckAtUs: number;
  /** Up to where its bytes have been handed to the dialogue. */
  readTo: number;
}

/** Is 0, and tells the engine that the times which follow are no small integers: none has to be moved then. */
export const never = -0;

export const nothing: readonly never[] = [];

export function newEnd(): End {
  return {
    base: 0,
    isBaseKnown: false,
    nextSeq: 0,
    acked: 0,
    hasAcked: false,
    segments: 0,
    bytes: 0,
    lastFrame: 0,
    lastAtUs: never,
    firstDataFrame: 0,
    lastDataFrame: 0,
    lastDataAtUs: never,
    syns: nothing,
    fin: undefined,
    rst: undefined,
    retransmissions: 0,
    zeroWindows: nothing,
    unackedFrame: 0,
    unackedAtUs: never,
    unackedLast: undefined,
    unackedRepeats: 0,
    probe: undefined,
    longestSilence: undefined,
    nextSeqAtUs: never,
    duplicateAcks: 0,
    lastAckAtUs: never,
    readTo: 0,
  };
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
