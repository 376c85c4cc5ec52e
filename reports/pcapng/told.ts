/** Which events are told beside their packet, and how. Pure. */
import type { ClientEvent, UpstreamEvent } from '../../harness/event.ts';
import type { ReceiptResult } from '../../harness/result.ts';
import { connectionNumber, type Timeline } from '../../harness/timeline.ts';
import { phraseOf } from '../html/ladder/words.ts';
import { type Placed, tupleOf, type Unseen } from './placing.ts';

/** Not what the packet says itself, nor what goes without saying. */
export function isTold({ event, packet }: Placed, receipts: readonly ReceiptResult[]): boolean {
  switch (event.source) {
    case 'workload':
      return event.type !== 'step';
    case 'client':
      return isToldOfClient(event);
    case 'upstream':
      if (event.type === 'served') return !packet.messages.some(isText);
      return event.type === 'fired' ? !isProved(event, receipts) : isToldOfUpstream(event);
    case 'syscalls':
      return isFailure(event);
    case 'sockets':
      return event.state !== 'ESTABLISHED';
    case 'resources':
      return false;
  }
}

/** Bytes in quotes are no words: a reader of packets has them before the eyes. */
export const isText = (message: string) => !message.startsWith('"');

/** Then the receipt is told at the packet that proves it. */
function isProved(
  { text, tuple }: Extract<UpstreamEvent, { type: 'fired' }>,
  receipts: readonly ReceiptResult[],
): boolean {
  return receipts.some(
    (receipt) => receipt.frame !== null && receipt.step === text && receipt.tuple === tuple,
  );
}

function isToldOfClient(event: ClientEvent): boolean {
  switch (event.type) {
    case 'io':
      return isFailure(event);
    case 'log':
      return event.level === 'WARN' || event.level === 'ERROR';
    case 'checkout':
    case 'probe':
    case 'stale':
    case 'retry':
    case 'repool':
    case 'destroy':
      return true;
    case 'dial':
    case 'connected':
    case 'stats':
      return false;
  }
}

function isToldOfUpstream({ type }: UpstreamEvent): boolean {
  switch (type) {
    case 'listening':
    case 'filler':
    case 'accepted':
    case 'executed':
    case 'peer-eof':
      return false;
    case 'listener':
    case 'received':
    case 'served':
    case 'fired':
    case 'unfired':
    case 'unreached':
    case 'malformed':
    case 'log':
    case 'failed':
    case 'peer-error':
      return true;
  }
}

/** Not that there was nothing to do yet. */
const isFailure = (event: Extract<Unseen, { error?: string | undefined }>) =>
  event.error !== undefined && phraseOf(event).tone === 'bad';

/** `#1 client +0.360 ms: recv: EOF`, counted from the packet. */
export function toldLine(timeline: Timeline, { event, packet }: Placed): string {
  const tuple = tupleOf(event);
  const number = tuple === undefined ? undefined : connectionNumber(timeline, tuple);
  const on = number === undefined ? '' : `#${number} `;
  return `${on}${whoOf(event)} ${offsetText(event.atUs - packet.atUs)}: ${phraseOf(event).text}`;
}

function offsetText(afterUs: number): string {
  const sign = afterUs < 0 ? '-' : '+';
  return `${sign}${(Math.abs(afterUs) / 1000).toFixed(3)} ms`;
}

function whoOf(event: Unseen): string {
  switch (event.source) {
    case 'workload':
      return 'caller';
    case 'client':
    case 'resources':
      return 'client';
    case 'upstream':
      return 'upstream';
    case 'syscalls':
      return event.side ?? 'client';
    case 'sockets':
      return `${event.side}'s kernel`;
  }
}
