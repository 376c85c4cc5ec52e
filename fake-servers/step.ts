/**
 * What a fake upstream can do on one connection, as data: a script is a list of these, played in
 * order. The script is the timeline of the upstream.
 */
import type { Receipt } from '../harness/event.ts';

export type Step =
  | { kind: 'answer'; count: number | 'all' }
  | { kind: 'read'; bytes: number }
  | { kind: 'send-response'; bytes: number }
  | { kind: 'send'; text: string }
  | { kind: 'half-close' }
  | { kind: 'close' }
  | { kind: 'reset' }
  | { kind: 'until-idle'; ms: number }
  | { kind: 'until-gate'; gate: string };

/** Answers this many requests, one after the other. */
export const answer = (count: number): Step => ({
  kind: 'answer',
  count: whole('answer', count, 1),
});

/** Answers every request until the client closes. */
export const answerAll = (): Step => ({ kind: 'answer', count: 'all' });

/** Reads exactly this many bytes and leaves whatever follows unread in the kernel. */
export const read = (bytes: number): Step => ({ kind: 'read', bytes: whole('read', bytes, 1) });

/** Reads one request and sends only the first bytes of its response; with 0, nothing of it. */
export const sendResponse = (bytes: number): Step => ({
  kind: 'send-response',
  bytes: whole('sendResponse', bytes, 0),
});

/** Sends these bytes (UTF-8) that nobody asked for. */
export const send = (text: string): Step => {
  if (text === '') throw new TypeError('send: expected at least one character, got none');
  return { kind: 'send', text };
};

/** shutdown(SHUT_WR): sends FIN and goes on reading. */
export const halfClose = (): Step => ({ kind: 'half-close' });

/** close(2): FIN, or RST when the client's bytes are still unread (RFC 1122 section 4.2.2.13). */
export const close = (): Step => ({ kind: 'close' });

/** RST at once, by close(2) with a zero SO_LINGER. */
export const reset = (): Step => ({ kind: 'reset' });

/** Waits until nothing was received for this long. */
export const untilIdle = ({ ms }: { ms: number }): Step => ({
  kind: 'until-idle',
  ms: whole('untilIdle', ms, 1, msMax),
});

/** Waits until the workload opens the gate of this name. */
export const untilGate = (gate: string): Step => {
  if (gate === '') throw new TypeError('untilGate: expected the name of a gate, got none');
  return { kind: 'until-gate', gate };
};

/** Timers of the runtime are 32 bits wide; a longer one would fire at once. */
const msMax = 2 ** 31 - 1;

function whole(step: string, value: number, min: number, max = Number.MAX_SAFE_INTEGER): number {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  const upTo = max === Number.MAX_SAFE_INTEGER ? '' : ` and at most ${max}`;
  throw new RangeError(`${step}: expected a whole number of at least ${min}${upTo}, got ${value}`);
}

/** The step in words. */
export function explain(step: Step): string {
  switch (step.kind) {
    case 'answer':
      return step.count === 'all'
        ? 'answer every request'
        : `answer ${count(step.count, 'request')}`;
    case 'read':
      return `read exactly ${count(step.bytes, 'byte')} and leave the rest unread`;
    case 'send-response':
      return step.bytes === 0
        ? 'read a request and send nothing of its response'
        : `read a request and send the first ${count(step.bytes, 'byte')} of its response`;
    case 'send':
      return `send ${JSON.stringify(step.text)} unasked`;
    case 'half-close':
      return 'half-close (FIN, go on reading)';
    case 'close':
      return 'close';
    case 'reset':
      return 'reset (RST)';
    case 'until-idle':
      return `wait until idle for ${step.ms} ms`;
    case 'until-gate':
      return `wait for the gate "${step.gate}"`;
  }
}

/** Whether the step breaks the connection or the protocol, so that the control run leaves it out. */
export function isFault(step: Step): boolean {
  switch (step.kind) {
    case 'send-response':
    case 'send':
    case 'half-close':
    case 'close':
    case 'reset':
      return true;
    case 'answer':
    case 'read':
    case 'until-idle':
    case 'until-gate':
      return false;
  }
}

/** Whether nothing can follow, because the connection is gone. */
export function endsConnection(step: Step): boolean {
  return step.kind === 'close' || step.kind === 'reset';
}

/** A connection as it is when a step is about to be played. */
export interface Progress {
  bytesSent: number;
  bytesUnread: number;
  hasSentFin: boolean;
}

/**
 * The segment that proves the step, as it must appear on the wire. Undefined for steps that promise
 * nothing (a wait, a read, a truncated response of no bytes).
 */
export function receiptOf(step: Step, progress: Progress): Receipt | undefined {
  const { bytesSent, bytesUnread, hasSentFin } = progress;
  const relativeSeq = 1 + bytesSent;
  // A FIN takes a sequence number of its own, RFC 9293 section 3.4.
  const reset: Receipt = {
    segment: 'RST',
    relativeSeq: relativeSeq + Number(hasSentFin),
    length: 0,
  };
  switch (step.kind) {
    case 'half-close':
      return { segment: 'FIN', relativeSeq, length: 0 };
    case 'close':
      if (bytesUnread > 0) return reset;
      // The FIN of a half-close before it was the last segment there is to send.
      return hasSentFin ? undefined : { segment: 'FIN', relativeSeq, length: 0 };
    case 'reset':
      return reset;
    case 'send':
      return { segment: 'DATA', relativeSeq, length: Buffer.byteLength(step.text) };
    case 'send-response':
      return step.bytes === 0 ? undefined : { segment: 'DATA', relativeSeq, length: step.bytes };
    case 'answer':
    case 'read':
    case 'until-idle':
    case 'until-gate':
      return undefined;
  }
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
