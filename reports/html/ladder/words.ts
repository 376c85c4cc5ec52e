/** An event in words, and how loudly a diagram says it. */
import type {
  ClientEvent,
  Event,
  Operation,
  UpstreamEvent,
  WireEvent,
} from '../../../harness/event.ts';
import { printable } from '../../text/printable.ts';
import { durationText } from '../../words.ts';

/**
 * `quiet`: shown for completeness. `plain`: the course of things. `good`: an answer.
 * `notice`: the client or the script did something about the connection. `bad`: an error.
 */
export type Tone = 'quiet' | 'plain' | 'good' | 'notice' | 'bad';

export interface Phrase {
  /** Printable. */
  text: string;
  tone: Tone;
}

type Of<E, S> = Extract<E, { source: S }>;

const phrase = (tone: Tone, text: string): Phrase => ({ tone, text: printable(text) });

function operationText(operation: Operation): string {
  switch (operation.kind) {
    case 'query':
      return `query ${operation.type} ${operation.name}${limitText(operation)}`;
    case 'update':
      return `update ${operation.name} ${operation.data}${limitText(operation)}`;
    case 'statement':
      return `${operation.sql}${limitText(operation)}`;
    case 'fetch':
      return `${operation.method} ${operation.target}${limitText(operation)}`;
    case 'command':
      return `${operation.words.join(' ')}${limitText(operation)}`;
    case 'send':
      return `send "${operation.bytes}"`;
    case 'recv':
      return `recv, at most ${operation.maxBytes} B`;
    case 'connect':
    case 'peek':
    case 'shutdown':
    case 'close':
    case 'reset':
      return operation.kind;
  }
}

function limitText({ withinMs }: { withinMs?: number | undefined }): string {
  return withinMs === undefined ? '' : ` within ${durationText(withinMs)}`;
}

function workloadPhrase(event: Of<Event, 'workload'>): Phrase {
  switch (event.type) {
    case 'step':
      return phrase('plain', event.text);
    case 'request':
      return phrase('plain', `request ${event.request}: ${operationText(event.operation)}`);
    case 'outcome': {
      const { request, outcome } = event;
      if (outcome.status === 'answered') {
        return phrase('good', `answer ${request}: ${outcome.answer}`);
      }
      if (outcome.status === 'hung') {
        return phrase('bad', `hung ${request}: no answer in ${durationText(outcome.afterMs)}`);
      }
      return phrase('bad', `failed ${request}: ${outcome.error}, ${outcome.message}`);
    }
    case 'crashed':
      return phrase('bad', `the client crashed: ${event.text}`);
    case 'stuck':
      return phrase('bad', `stuck: ${event.text}`);
    case 'closing':
      return phrase('plain', 'close the client');
  }
}

/** What a non-blocking call answers when there is nothing to do: not a failure. */
const idleErrors = new Set(['EAGAIN', 'EWOULDBLOCK', 'EINPROGRESS']);

type Call = Pick<Extract<ClientEvent, { type: 'io' }>, 'bytes' | 'error'> & { call: string };

function ioPhrase({ call, bytes, error }: Call): Phrase {
  if (error !== undefined) {
    return phrase(idleErrors.has(error) ? 'quiet' : 'bad', `${call}: ${error}`);
  }
  const movesBytes = bytes !== undefined && call !== 'connect';
  return phrase('plain', movesBytes ? `${call}: ${bytes} B` : `${call}: ok`);
}

function clientPhrase(event: ClientEvent): Phrase {
  switch (event.type) {
    case 'dial':
      return phrase('plain', 'dial');
    case 'connected':
      return phrase('plain', 'connected');
    case 'checkout': {
      const request = event.request === undefined ? '' : ` for request ${event.request}`;
      return phrase('plain', `checkout ${event.reused ? 'reused' : 'new'}${request}`);
    }
    case 'probe':
      return phrase('plain', 'probe');
    case 'io':
      return ioPhrase(event);
    case 'stale':
      return phrase('notice', `stale: ${event.reason}, by ${event.found}`);
    case 'retry':
      return phrase('notice', `retry after ${event.cause}`);
    case 'repool':
      return phrase('plain', 'back to the pool');
    case 'destroy':
      return phrase('notice', `destroy: ${event.reason}`);
    case 'log': {
      const isLoud = event.level === 'WARN' || event.level === 'ERROR';
      return phrase(isLoud ? 'plain' : 'quiet', `log ${event.level} ${event.text}`);
    }
    case 'stats': {
      const pairs = Object.entries(event.stats).map(([key, value]) => `${key} ${value}`);
      return phrase('quiet', `stats ${pairs.join(', ')}`);
    }
  }
}

function upstreamPhrase(event: UpstreamEvent): Phrase {
  switch (event.type) {
    case 'listening':
      return phrase('quiet', `${whichOf(event)}listen on ${event.address}`);
    case 'listener':
      return phrase('notice', `${whichOf(event)}${event.text}`);
    case 'filler':
      return phrase('quiet', `fill the accept queue from ${event.address}`);
    case 'accepted':
      return phrase('plain', 'accept');
    case 'received':
      return phrase('plain', `read ${event.key} (${event.bytes} B)`);
    case 'executed':
      return phrase('plain', `executed ${event.key}`);
    case 'malformed':
      return phrase('notice', `malformed: ${event.reason}`);
    case 'served':
      return phrase('plain', `serve ${event.key}: ${event.answer}`);
    case 'fired': {
      const unread = event.bytesUnread > 0 ? `, ${event.bytesUnread} B unread` : '';
      return phrase(event.receipts.length === 0 ? 'plain' : 'notice', `${event.text}${unread}`);
    }
    case 'unfired':
      return phrase(
        event.isFault ? 'bad' : 'quiet',
        `not reached: ${event.text} (${event.reason})`,
      );
    case 'unreached':
      return phrase('bad', `${whichOf(event)}never met: ${event.text}${ofConnection(event)}`);
    case 'log':
      return phrase('plain', `log: ${event.text}`);
    case 'failed':
      return phrase('bad', `${whichOf(event)}the upstream broke down: ${event.reason}`);
    case 'peer-eof':
      return phrase('plain', 'read EOF');
    case 'peer-error':
      return phrase('bad', `read ${event.error}`);
  }
}

/** Where several upstreams play. */
function whichOf({ upstream }: { upstream?: string | undefined }): string {
  return upstream === undefined ? '' : `${upstream}: `;
}

/** A fault of the listener is of no connection. */
function ofConnection({ ordinal }: { ordinal?: number | undefined }): string {
  return ordinal === undefined ? '' : ` of connection ${ordinal}`;
}

/** `UDP len 31 · query A a.example`, or the ICMP message that refuses a datagram. */
function datagramPhrase({ icmp, length, messages }: WireEvent): Phrase {
  if (icmp) return phrase('bad', `ICMP ${icmp}`);
  return phrase('plain', [`UDP len ${length}`, ...messages].join(' · '));
}

/** `PSH ACK seq 1 len 31 · query A a.example` */
function wirePhrase(event: WireEvent): Phrase {
  const { flags, length, window, messages } = event;
  // Every segment that a kernel sends has a flag; a datagram has none.
  if (flags.length === 0) return datagramPhrase(event);
  // A SYN may announce any window, and after a RST it means nothing.
  const isWindowShut = window === 0 && !flags.includes('SYN') && !flags.includes('RST');
  const parts = [
    flags.join(' '),
    `seq ${event.relativeSeq}`,
    ...(length === 0 ? [] : [`len ${length}`]),
    ...(isWindowShut ? ['window 0'] : []),
  ];
  const text = [parts.join(' '), ...messages].join(' · ');
  if (flags.includes('RST')) return phrase('bad', text);
  if (flags.includes('FIN') || isWindowShut) return phrase('notice', text);
  const isBareAck = length === 0 && flags.every((flag) => flag === 'ACK');
  return phrase(isBareAck ? 'quiet' : 'plain', text);
}

export function phraseOf(event: Event): Phrase {
  switch (event.source) {
    case 'workload':
      return workloadPhrase(event);
    case 'client':
      return clientPhrase(event);
    case 'upstream':
      return upstreamPhrase(event);
    case 'sockets':
      return phrase('plain', event.state);
    case 'resources': {
      const { descriptors, timers, moment } = event;
      const ticking = timers === undefined ? '' : `, timers ${timers}`;
      return phrase('quiet', `held ${moment} the run: descriptors ${descriptors}${ticking}`);
    }
    case 'syscalls':
      return ioPhrase(event);
    case 'wire':
      return wirePhrase(event);
  }
}
