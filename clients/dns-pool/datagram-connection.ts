/**
 * One UDP socket with many requests in flight (001.11, RFC 5452). It has no state that could be dead: what
 * comes answers the request whose id and question it repeats, and nobody else.
 */
import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { isObserved, publish, publishIo } from '../events.ts';
import type { Connection, Failure, Owner } from './connection.ts';
import {
  DnsPoolError,
  dialError,
  exchangeError,
  type SystemError,
  timeoutError,
} from './errors.ts';
import { tupleOf } from './events.ts';
import { type Flight, Flights } from './flights.ts';
import { lengthPrefixBytes } from './frames.ts';
import { type DnsAnswer, decodeAnswer, frameWithId, idOf } from './message.ts';
import type { ResolvedOptions } from './options.ts';
import type { PendingRequest } from './pending-request.ts';

export class DatagramConnection implements Connection {
  tuple: string | undefined;
  isMade = false;
  lastUsedMs: number;
  answered = 0;
  readonly idleMs: number;
  readonly gone: Promise<void>;

  readonly #options: ResolvedOptions;
  readonly #owner: Owner;
  readonly #socket: Socket;
  readonly #flights: Flights;
  #state: 'dialing' | 'open' | 'closed' = 'dialing';
  #cancelDial = () => {};
  /** Sent once all that has arrived is read: many at once wake the upstream once. */
  #outbox: Flight[] = [];
  readonly #flushSoon = () => {
    const flights = this.#outbox;
    this.#outbox = [];
    for (const flight of flights) {
      if (this.#flights.of(flight.request) === flight) this.#write(flight, true);
    }
  };

  constructor(options: ResolvedOptions, owner: Owner) {
    this.#options = options;
    this.#owner = owner;
    this.lastUsedMs = options.clock.nowMs();
    this.idleMs = options.idleMs;
    this.#flights = new Flights(options, (flight) => this.#expired(flight));
    this.#socket = createSocket({ type: isIPv6(options.host) ? 'udp6' : 'udp4' });
    this.gone = new Promise((resolve) => this.#socket.once('close', () => resolve()));
  }

  get inFlight(): number {
    return this.#flights.size;
  }

  get room(): number {
    return this.#state === 'open' ? this.#options.maxInFlight - this.#flights.size : 0;
  }

  start(): void {
    if (this.#state !== 'dialing') return;
    if (isObserved()) publish({ source: 'client', type: 'dial' });
    const { host, port, clock, dialMs } = this.#options;
    const socket = this.#socket;
    this.#cancelDial = clock.after(dialMs, () => this.#dialFailed('TIMEOUT'));
    socket.once('connect', () => this.#connected());
    socket.on('message', (message) => this.#received(message));
    socket.on('error', (error: SystemError) => this.#broken(error));
    socket.connect(port, host);
  }

  send(request: PendingRequest): void {
    const flight = this.#flights.take(request);
    this.lastUsedMs = flight.sentMs;
    if (this.#flights.size === 1) this.#write(flight, true);
    else if (this.#outbox.push(flight) === 1) setImmediate(this.#flushSoon);
  }

  /** Datagrams are matched one by one, so its id is free at once. */
  abandon(request: PendingRequest): void {
    const flight = this.#flights.of(request);
    if (!flight) return;
    this.#flights.land(flight);
    this.#owner.free(this);
  }

  expire(request: PendingRequest): void {
    this.abandon(request);
  }

  /** A socket that holds no connection is never stale. */
  probe(): undefined {
    return undefined;
  }

  destroy(reason: string): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#cancelDial();
    this.#flights.clear();
    if (this.isMade && isObserved()) {
      publish({ source: 'client', type: 'destroy', reason, ...tupleOf(this.tuple) });
    }
    this.#socket.close();
  }

  #connected(): void {
    if (this.#state !== 'dialing') return;
    const { address, port: localPort } = this.#socket.address();
    const { host, port } = this.#options;
    this.tuple = `${address}:${localPort}->${host}:${port}`;
    this.#state = 'open';
    this.#cancelDial();
    this.isMade = true;
    this.#io('connect', { bytes: 0 });
    if (isObserved()) publish({ source: 'client', type: 'connected', tuple: this.tuple });
    this.#owner.dialed(this, undefined);
  }

  #write(flight: Flight, isFirstTry: boolean): void {
    const { request, id } = flight;
    const message = frameWithId(request.encoded, id).subarray(lengthPrefixBytes);
    flight.isSent = true;
    this.#socket.send(message, (error: SystemError | null) => {
      if (this.#state !== 'open') return;
      this.#io('send', error ? { error: codeOf(error) } : { bytes: message.length });
      if (error) this.#sendFailed(error, flight, isFirstTry);
    });
  }

  /**
   * ECONNREFUSED is about what was sent before, and this datagram was not sent (udp(7)): those in flight
   * fail with it, and this one is sent once more.
   */
  #sendFailed(error: SystemError, flight: Flight, isFirstTry: boolean): void {
    if (error.code !== 'ECONNREFUSED' || !isFirstTry) {
      this.#fail(error, true, (other) => other === flight);
      return;
    }
    this.#fail(error, false, (other) => other.isSent && other !== flight);
    if (this.#flights.of(flight.request) === flight) this.#write(flight, false);
  }

  #received(message: Buffer): void {
    if (this.#state !== 'open') return;
    this.#io('recv', { bytes: message.length });
    const id = idOf(message);
    const flight = id === undefined ? undefined : this.#flights.get(id);
    const answer = flight && answerOf(flight, message);
    if (!flight || !answer) {
      this.#owner.dropped(this, message.length);
      return;
    }
    this.#flights.land(flight);
    this.answered += 1;
    this.lastUsedMs = this.#options.clock.nowMs();
    this.#owner.answered(this, [{ request: flight.request, answer }]);
    this.#owner.free(this);
  }

  /** The kernel does not say which datagram it is about; the port is closed for all of them. */
  #broken(error: SystemError): void {
    if (this.#state === 'dialing') {
      if (error.syscall === 'connect') this.#io('connect', { error: codeOf(error) });
      this.#dialFailed(codeOf(error), error);
    } else if (this.#state === 'open') {
      this.#io('recv', { error: codeOf(error) });
      this.#fail(error, false, ({ isSent }) => isSent);
    } else if (error.syscall === 'bind') {
      // Node had put the close off until the socket is bound, and forgets it when it cannot be.
      this.#socket.close();
    }
  }

  #dialFailed(code: string, cause?: SystemError): void {
    const { host, port } = this.#options;
    this.#owner.dialed(this, dialError(`${host}:${port}`, code, cause));
  }

  #fail(cause: SystemError, isUnsent: boolean, isMeant: (flight: Flight) => boolean): void {
    const flights = this.#flights.waiting().filter(isMeant);
    const failures = flights.map((flight): Failure => {
      this.#flights.land(flight);
      const error = exchangeError(cause, this.tuple ?? '', isUnsent);
      return { request: flight.request, error };
    });
    this.#owner.failed(this, failures);
    this.#owner.free(this);
  }

  #expired(flight: Flight): void {
    const { host, port, queryMs } = this.#options;
    const { request } = flight;
    this.#flights.land(flight);
    const error = timeoutError(request.encoded.text(), `${host}:${port}`, queryMs);
    this.#owner.failed(this, [{ request, error }]);
    this.#owner.free(this);
  }

  #io(call: 'connect' | 'send' | 'recv', finding: { bytes: number } | { error: string }): void {
    if (isObserved()) publishIo(call, finding, this.tuple);
  }
}

function codeOf({ code, message }: SystemError): string {
  return code ?? message;
}

/** Undefined for whatever else a datagram of this id may be: anybody can send one (RFC 5452 section 9.1). */
function answerOf({ request }: Flight, message: Buffer): DnsAnswer | undefined {
  try {
    return decodeAnswer(request.encoded, message);
  } catch (error) {
    if (error instanceof DnsPoolError) return undefined;
    throw error;
  }
}
