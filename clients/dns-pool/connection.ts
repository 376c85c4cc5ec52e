/**
 * One TCP connection to the upstream, with at most one request in flight.
 *
 *     dialing ──connected──► ready ──exchange──► busy ──clean answer──► ready
 *        │                     │                   │
 *        └──────error──────────┴──error, EOF, unasked data, timeout──► failed ──destroy──► closed
 *
 * `destroy` is possible in every state and is the owner's to call, also after a failure. Nothing is
 * reported once a connection is failed or closed.
 */
import { connect, type Socket } from 'node:net';
import { type PeekResult, peek } from '../../kernel/peek.ts';
import type { Clock } from '../clock.ts';
import { isObserved, publish } from '../events.ts';
import { descriptorOf } from './descriptor.ts';
import { DnsPoolError, dialError, exchangeError, type SystemError } from './errors.ts';
import { tupleOf } from './events.ts';
import { FrameReader } from './frames.ts';
import { type DnsAnswer, decodeAnswer, type EncodedRequest } from './message.ts';

type ConnectionState = 'dialing' | 'ready' | 'busy' | 'failed' | 'closed';

export interface Target {
  host: string;
  port: number;
  dialMs: number;
  clock: Clock;
}

export interface Owner {
  /** Once: the connection is ready, or the error says why there is none. */
  dialed(connection: Connection, error: DnsPoolError | undefined): void;
  /** While ready: it can serve nobody any more. */
  lost(connection: Connection, reason: string): void;
}

export type ExchangeOutcome =
  /** `isReusable` is false when more came than was asked for. */
  { answer: DnsAnswer; isReusable: boolean } | { error: DnsPoolError };

interface Exchange {
  request: EncodedRequest;
  done: (outcome: ExchangeOutcome) => void;
}

type IoFinding = { bytes: number } | { error: string };

export const unsolicited = 'unsolicited data';

export class Connection {
  /** `client:port->upstream:port`; undefined until connected, kept after the socket is gone. */
  tuple: string | undefined;
  /** When the last answer came, or the connection was made, by the clock. Milliseconds. */
  lastUsedMs: number;
  /** Answers received on it. */
  usageCount = 0;
  /** Resolves when the descriptor is closed. */
  readonly gone: Promise<void>;

  readonly #socket: Socket;
  readonly #target: Target;
  readonly #owner: Owner;
  readonly #reader = new FrameReader();
  #state: ConnectionState = 'dialing';
  #exchange: Exchange | undefined;
  #cancelTimer: () => void;
  #errorReported: Error | null = null;

  constructor(target: Target, owner: Owner) {
    this.#target = target;
    this.#owner = owner;
    const { host, port, dialMs, clock } = target;
    this.lastUsedMs = clock.nowMs();
    if (isObserved()) publish({ source: 'client', type: 'dial' });
    // Half-open, so that Node closes nothing of its own accord when the upstream sends FIN.
    this.#socket = connect({ host, port, allowHalfOpen: true, noDelay: true });
    this.#cancelTimer = clock.after(dialMs, () => this.#failDial('TIMEOUT'));
    this.gone = new Promise((resolve) => this.#socket.once('close', () => resolve()));
    this.#socket.once('connect', () => this.#connected());
    this.#socket.on('data', (chunk: Buffer) => this.#received(chunk));
    this.#socket.once('end', () => this.#ended());
    this.#socket.on('error', (error: SystemError) => this.#broken(error));
  }

  /**
   * What the kernel knows and the event loop may not have seen yet (000.2). `nothing` is healthy.
   * Undefined when the runtime shows no descriptor; events are all there is to go by then.
   */
  probe(): PeekResult | undefined {
    const fd = descriptorOf(this.#socket);
    if (fd === undefined) return undefined;
    const found = peek(fd);
    if (found === 'nothing') this.#io('peek', { bytes: 0 });
    else if (found === 'data') this.#io('peek', { bytes: 1 });
    else this.#io('peek', { error: found });
    return found;
  }

  /** Writes before it returns. `done` is called once, later, unless `destroy` comes first. */
  exchange(request: EncodedRequest, queryMs: number, done: Exchange['done']): void {
    if (this.#state !== 'ready') throw new Error(`exchange on a connection that is ${this.#state}`);
    this.#state = 'busy';
    this.#exchange = { request, done };
    this.#cancelTimer = this.#target.clock.after(queryMs, () => this.#timedOut(queryMs));
    let isReported = false;
    const reportSent = () => {
      if (!isReported) this.#io('send', { bytes: request.frame.length });
      isReported = true;
    };
    this.#socket.write(request.frame, (error) => {
      if (!error && this.#state !== 'closed') reportSent();
    });
    // Node tries the system call at once; how it ended is told later, but can be seen already.
    if (this.#socket.errored) this.#reportError(this.#socket.errored);
    else if (this.#socket.writableLength === 0) reportSent();
  }

  /** Closes the descriptor. Idempotent. */
  destroy(reason: string): void {
    if (this.#state === 'closed') return;
    this.#stop('closed');
    // What was never connected was never created either, so it is not counted as destroyed.
    if (this.tuple !== undefined && isObserved()) {
      publish({ source: 'client', type: 'destroy', reason, tuple: this.tuple });
    }
    this.#socket.destroy();
  }

  #connected(): void {
    if (this.#state !== 'dialing') return;
    this.#cancelTimer();
    const { localAddress, localPort, remoteAddress } = this.#socket;
    const { host, port, clock } = this.#target;
    this.tuple = `${localAddress}:${localPort}->${remoteAddress ?? host}:${port}`;
    this.lastUsedMs = clock.nowMs();
    this.#state = 'ready';
    this.#io('connect', { bytes: 0 });
    if (isObserved()) publish({ source: 'client', type: 'connected', tuple: this.tuple });
    this.#owner.dialed(this, undefined);
  }

  #received(chunk: Buffer): void {
    if (this.#state !== 'ready' && this.#state !== 'busy') return;
    this.#io('recv', { bytes: chunk.length });
    if (this.#exchange === undefined) this.#lose(unsolicited);
    else this.#receivedAnswer(this.#exchange, chunk);
  }

  #receivedAnswer({ request }: Exchange, chunk: Buffer): void {
    const [message, ...extra] = this.#reader.push(chunk);
    if (message === undefined) return;
    const isClean = extra.length === 0 && this.#reader.bytesPending === 0;
    this.#finish(this.#judge(request, message, isClean));
  }

  #judge(request: EncodedRequest, message: Buffer, isClean: boolean): ExchangeOutcome {
    try {
      const answer = decodeAnswer(request, message);
      this.lastUsedMs = this.#target.clock.nowMs();
      this.usageCount++;
      return { answer, isReusable: isClean };
    } catch (error) {
      if (error instanceof DnsPoolError) return { error };
      throw error;
    }
  }

  #ended(): void {
    if (this.#state !== 'ready' && this.#state !== 'busy') return;
    this.#io('recv', { error: 'EOF' });
    if (this.#exchange === undefined) {
      this.#lose('EOF');
      return;
    }
    const part = `${this.#reader.bytesPending} bytes into the answer`;
    const message = `the upstream closed ${this.tuple}, ${part}`;
    this.#finish({ error: new DnsPoolError('eof', 'EOF', message) });
  }

  #broken(error: SystemError): void {
    if (this.#state === 'dialing') {
      const code = error.code ?? 'UNKNOWN';
      if (error.syscall === 'connect') this.#io('connect', { error: code });
      this.#failDial(code, error);
    } else if (this.#state === 'ready' || this.#state === 'busy') {
      this.#reportError(error);
      if (this.#exchange === undefined) this.#lose(error.code ?? error.message);
      else this.#finish({ error: exchangeError(error, this.tuple ?? '') });
    }
  }

  #timedOut(queryMs: number): void {
    const message = `no answer on ${this.tuple} within ${queryMs} ms`;
    this.#finish({ error: new DnsPoolError('timeout', 'TIMEOUT', message) });
  }

  #failDial(code: string, cause?: SystemError): void {
    this.#stop('failed');
    const { host, port } = this.#target;
    this.#owner.dialed(this, dialError(`${host}:${port}`, code, cause));
  }

  #lose(reason: string): void {
    this.#stop('failed');
    this.#owner.lost(this, reason);
  }

  #finish(outcome: ExchangeOutcome): void {
    const exchange = this.#exchange;
    this.#stop('answer' in outcome && outcome.isReusable ? 'ready' : 'failed');
    exchange?.done(outcome);
  }

  #stop(state: ConnectionState): void {
    this.#cancelTimer();
    this.#exchange = undefined;
    this.#state = state;
  }

  /** One event for one failed system call, whether it is seen at once or announced later. */
  #reportError(error: SystemError): void {
    if (error === this.#errorReported) return;
    this.#errorReported = error;
    const call = error.syscall === 'write' ? 'send' : 'recv';
    this.#io(call, { error: error.code ?? error.message });
  }

  #io(call: 'connect' | 'send' | 'recv' | 'peek', finding: IoFinding): void {
    if (!isObserved()) return;
    publish({ source: 'client', type: 'io', call, ...finding, ...tupleOf(this.tuple) });
  }
}
