/** One connection over TCP or TLS, with several requests in flight (RFC 7766, RFC 7858). */
import type { Socket } from 'node:net';
import { keepAlive } from '../../kernel/keep-alive.ts';
import { type PeekResult, peek } from '../../kernel/peek.ts';
import { isObserved, publish, publishIo } from '../events.ts';
import {
  type Answered,
  type Connection,
  type Failure,
  type Loss,
  type Owner,
  unsolicited,
} from './connection.ts';
import { descriptorOf } from './descriptor.ts';
import { askingForKeepalive, keepaliveMsIn } from './edns.ts';
import {
  DnsPoolError,
  dialError,
  eofError,
  exchangeError,
  type SystemError,
  timeoutError,
} from './errors.ts';
import { tupleOf } from './events.ts';
import { type Flight, Flights } from './flights.ts';
import { FrameReader } from './frames.ts';
import { decodeAnswer, frameWithId, idOf, isAbout, mismatch } from './message.ts';
import type { ResolvedOptions } from './options.ts';
import type { PendingRequest } from './pending-request.ts';
import { openSocket } from './socket.ts';

type State = 'dialing' | 'open' | 'retired' | 'failed' | 'closed';

export class StreamConnection implements Connection {
  tuple: string | undefined;
  isMade = false;
  lastUsedMs: number;
  idleMs: number;
  answered = 0;
  readonly gone: Promise<void>;

  readonly #options: ResolvedOptions;
  readonly #owner: Owner;
  readonly #socket: Socket;
  readonly #reader = new FrameReader();
  readonly #flights: Flights;
  /** Frames that wait for the write that takes all of them, and whose they are. */
  #outbox: Buffer[] = [];
  #outboxFlights: Flight[] = [];
  /** The kernel took only a part of the last write. */
  #isBlocked = false;
  #state: State = 'dialing';
  #retiredFor = '';
  #cancelDial: () => void;
  #reported: Error | undefined;
  readonly #flushSoon = () => this.#flush();

  constructor(options: ResolvedOptions, owner: Owner) {
    this.#options = options;
    this.#owner = owner;
    const { clock, dialMs, idleMs } = options;
    this.lastUsedMs = clock.nowMs();
    this.idleMs = idleMs;
    this.#flights = new Flights(options, (flight) => this.#expired(flight));
    const { socket, readyEvent } = openSocket(options, (bytes) => this.#received(bytes));
    this.#socket = socket;
    this.#cancelDial = clock.after(dialMs, () => this.#dialFailed('TIMEOUT'));
    this.gone = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.once('connect', () => this.#connected());
    socket.once(readyEvent, () => this.#ready());
    socket.once('end', () => this.#ended());
    socket.on('error', (error: SystemError) => this.#broken(error));
  }

  get inFlight(): number {
    return this.#flights.size;
  }

  get room(): number {
    // A write that failed is announced in the next tick.
    if (this.#state !== 'open' || this.#socket.errored) return 0;
    // Until it has answered, nobody knows what it is worth: one request is all that can be lost on it.
    return (this.answered === 0 ? 1 : this.#options.maxInFlight) - this.#flights.size;
  }

  /** Node has the order to connect since the constructor, and carries it out in the next tick. */
  start(): void {
    if (this.#state === 'dialing' && isObserved()) publish({ source: 'client', type: 'dial' });
  }

  send(request: PendingRequest): void {
    if (this.#state !== 'open') throw new Error(`send on a connection that is ${this.#state}`);
    const isAlone = this.#flights.size === 0;
    const flight = this.#flights.take(request);
    this.lastUsedMs = flight.sentMs;
    const bytes = frameWithId(request.encoded, flight.id);
    this.#outbox.push(request.asksKeepalive ? askingForKeepalive(bytes) : bytes);
    this.#outboxFlights.push(flight);
    if (isAlone) this.#flush();
    else if (this.#outbox.length === 1) setImmediate(this.#flushSoon);
  }

  abandon(request: PendingRequest): void {
    const flight = this.#flights.of(request);
    if (!flight) return;
    this.#flights.abandon(flight);
    this.#leaveIfUnwanted();
  }

  expire(request: PendingRequest): void {
    const flight = this.#flights.of(request);
    if (!flight) return;
    this.#flights.abandon(flight);
    this.#retire('DEADLINE');
  }

  /** What the kernel knows and the event loop may not have seen yet (000.2). Takes nothing away. */
  probe(): PeekResult | undefined {
    const fd = descriptorOf(this.#socket);
    if (fd === undefined) return undefined;
    if (isObserved()) publish({ source: 'client', type: 'probe', ...tupleOf(this.tuple) });
    const found = peek(fd);
    if (isObserved()) {
      const bytes = found === 'nothing' ? 0 : found === 'data' ? 1 : undefined;
      publishIo('peek', bytes === undefined ? { error: found } : { bytes }, this.tuple);
    }
    return found;
  }

  /** Idempotent. */
  destroy(reason: string): void {
    if (this.#state === 'closed') return;
    this.#stop('closed');
    if (this.isMade && isObserved()) {
      publish({ source: 'client', type: 'destroy', reason, ...tupleOf(this.tuple) });
    }
    this.#socket.destroy();
  }

  #connected(): void {
    if (this.#state !== 'dialing') return;
    const { localAddress, localPort, remoteAddress } = this.#socket;
    const { host, port } = this.#options;
    this.tuple = `${localAddress}:${localPort}->${remoteAddress ?? host}:${port}`;
    this.#io('connect', { bytes: 0 });
  }

  #ready(): void {
    if (this.#state !== 'dialing') return;
    this.#cancelDial();
    this.#keepAlive();
    this.lastUsedMs = this.#options.clock.nowMs();
    this.#state = 'open';
    this.isMade = true;
    if (isObserved()) publish({ source: 'client', type: 'connected', ...tupleOf(this.tuple) });
    this.#owner.dialed(this, undefined);
  }

  #keepAlive(): void {
    const { tcpKeepAliveSeconds: seconds } = this.#options;
    if (seconds === 0) return;
    const fd = descriptorOf(this.#socket);
    // Node asks in its own rhythm: where it hides the descriptor, that must do.
    if (fd === undefined) this.#socket.setKeepAlive(true, 1000 * seconds);
    else keepAlive(fd, seconds);
  }

  /** Length and message, and whatever else is due, in one write: RFC 7766 section 8. */
  #flush(): void {
    if (this.#isBlocked || this.#outbox.length === 0 || !this.#isAlive()) return;
    const [first] = this.#outbox;
    const bytes = this.#outbox.length === 1 && first ? first : Buffer.concat(this.#outbox);
    const flights = this.#outboxFlights;
    this.#outbox = [];
    this.#outboxFlights = [];
    const socket = this.#socket;
    let isReported = false;
    const reportSent = () => {
      if (!isReported) this.#io('send', { bytes: bytes.length });
      isReported = true;
    };
    socket.write(bytes, (error) => {
      if (error || !this.#isAlive()) return;
      reportSent();
      this.#isBlocked = false;
      this.#flush();
    });
    // Node tries the system call at once; how it ended is told later, but can be seen already. One that
    // failed at once took no byte.
    if (socket.errored) this.#reportError(socket.errored);
    else {
      for (const flight of flights) flight.isSent = true;
      if (socket.writableLength === 0) reportSent();
      else this.#isBlocked = true;
    }
  }

  #received(chunk: Buffer): void {
    if (!this.#isAlive()) return;
    this.#io('recv', { bytes: chunk.length });
    if (this.#flights.size === 0) {
      this.#lose(unsolicited, unasked);
      return;
    }
    const messages = this.#reader.push(chunk);
    if (messages.length === 0) return;
    const answered: Answered[] = [];
    const culprits: Culprit[] = [];
    for (const message of messages) this.#take(message, answered, culprits);
    const isExtra = this.#flights.size === 0 && this.#reader.bytesPending > 0;
    this.lastUsedMs = this.#options.clock.nowMs();
    this.#owner.answered(this, answered);
    if (culprits.length > 0 || isExtra) this.#distrust(culprits);
    else if (this.#state === 'open') this.#owner.free(this);
    else this.#leaveIfUnwanted();
  }

  #take(message: Buffer, answered: Answered[], culprits: Culprit[]): void {
    const id = idOf(message);
    const flight = id === undefined ? undefined : this.#flights.get(id);
    if (!flight) {
      culprits.push(this.#culpritFor(message));
      return;
    }
    const { request } = flight;
    try {
      const answer = decodeAnswer(request.encoded, message);
      this.#flights.land(flight);
      this.answered += 1;
      this.#heed(keepaliveMsIn(answer));
      if (!flight.isAbandoned) answered.push({ request, answer });
    } catch (error) {
      if (!(error instanceof DnsPoolError)) throw error;
      culprits.push({ flight, error });
    }
  }

  /** A message under an id that is not in flight: meant for whoever asked its question, if anybody did. */
  #culpritFor(message: Buffer): Culprit {
    const flight = this.#flights.waiting().find((f) => isAbout(f.request.encoded, message));
    const id = idOf(message);
    const got =
      id === undefined ? 'bytes that are no DNS message' : `the id ${id}, which is not its own`;
    return { flight, error: flight ? mismatch(flight.request.encoded, got) : unasked(true) };
  }

  /**
   * The upstream says what nobody can use. Whom it was meant for fails with it; for the others the
   * connection is lost (F25, F26).
   */
  #distrust(culprits: readonly Culprit[]): void {
    const failures: Failure[] = culprits.flatMap(({ flight, error }) => {
      if (!flight || flight.isAbandoned || !this.#flights.of(flight.request)) return [];
      this.#flights.land(flight);
      return [{ request: flight.request, error }];
    });
    if (failures.length > 0) this.#owner.failed(this, failures);
    this.#lose(failures.length > 0 ? 'PROTOCOL' : unsolicited, unasked);
  }

  #heed(keepaliveMs: number | undefined): void {
    if (keepaliveMs === undefined) return;
    if (keepaliveMs === 0) this.#takeNoMore('keepalive 0');
    else this.idleMs = Math.min(this.#options.idleMs, keepaliveMs);
  }

  #ended(): void {
    if (!this.#isAlive()) return;
    this.#io('recv', { error: 'EOF' });
    const isMidMessage = this.#reader.bytesPending > 0;
    this.#lose('EOF', (isSent) => eofError(this.tuple ?? '', isMidMessage, !isSent));
  }

  #broken(error: SystemError): void {
    if (this.#state === 'dialing') {
      // That is how Node tells of a FIN during the handshake; no system call said so.
      const isEof = error.code === 'ECONNRESET' && error.syscall === undefined;
      const code = isEof ? 'EOF' : (error.code ?? 'UNKNOWN');
      const call = isEof ? 'recv' : callOf(error);
      if (call) this.#io(call, { error: code });
      this.#dialFailed(code, error);
    } else if (this.#isAlive()) {
      this.#reportError(error);
      const reason = error.code ?? error.message;
      this.#lose(reason, (isSent) => exchangeError(error, this.tuple ?? '', !isSent));
    }
  }

  /** Not answered in time. Its answer must not come to whoever is lent the connection next (F24). */
  #expired(flight: Flight): void {
    const { request, isAbandoned } = flight;
    this.#flights.abandon(flight);
    if (!isAbandoned) {
      const { host, port, queryMs } = this.#options;
      const error = timeoutError(request.encoded.text(), `${host}:${port}`, queryMs);
      this.#owner.failed(this, [{ request, error }]);
    }
    this.#retire('TIMEOUT');
  }

  #retire(reason: string): void {
    this.#takeNoMore(reason);
    this.#leaveIfUnwanted();
  }

  #takeNoMore(reason: string): void {
    if (this.#state !== 'open') return;
    this.#state = 'retired';
    this.#retiredFor = reason;
    this.#owner.retired(this);
  }

  #leaveIfUnwanted(): void {
    if (this.#state !== 'retired' || this.#flights.awaited > 0) return;
    this.#lose(this.#retiredFor, unasked);
  }

  #dialFailed(code: string, cause?: SystemError): void {
    if (this.#state !== 'dialing') return;
    this.#stop('failed');
    const { host, port } = this.#options;
    this.#owner.dialed(this, dialError(`${host}:${port}`, code, cause));
  }

  /** `errorFor` makes the error of a request, of which the kernel may have taken bytes or not. */
  #lose(reason: string, errorFor: (isSent: boolean) => DnsPoolError): void {
    // Whoever is told what happens on a connection may close the pool from there.
    if (!this.#isAlive()) return;
    const losses = this.#flights.waiting().map(({ request, isSent }): Loss => {
      return { request, isUnsent: !isSent, error: () => errorFor(isSent) };
    });
    this.#stop('failed');
    this.#owner.lost(this, reason, losses);
  }

  #stop(state: 'failed' | 'closed'): void {
    this.#cancelDial();
    this.#flights.clear();
    this.#outbox = [];
    this.#outboxFlights = [];
    this.#state = state;
  }

  #isAlive(): boolean {
    return this.#state === 'open' || this.#state === 'retired';
  }

  /** One event for one failed system call, whether it is seen at once or announced later. */
  #reportError(error: SystemError): void {
    if (error === this.#reported) return;
    this.#reported = error;
    const call = callOf(error);
    if (call) this.#io(call, { error: error.code ?? error.message });
  }

  #io(call: 'connect' | 'send' | 'recv', finding: { bytes: number } | { error: string }): void {
    if (isObserved()) publishIo(call, finding, this.tuple);
  }
}

/** Who is to blame for a message that answers nobody; nobody when it is about nothing in flight. */
interface Culprit {
  flight: Flight | undefined;
  error: DnsPoolError;
}

function unasked(isSent: boolean): DnsPoolError {
  const message = 'the upstream sent what nobody had asked for';
  return new DnsPoolError('protocol', 'PROTOCOL', message, { isUnsent: !isSent });
}

const calls = { connect: 'connect', write: 'send', read: 'recv' } as const;

/** Undefined for what is no answer to a call on the socket: what TLS objects to, a name that is unknown. */
function callOf({ syscall = '' }: SystemError): 'connect' | 'send' | 'recv' | undefined {
  return Object.hasOwn(calls, syscall) ? calls[syscall as keyof typeof calls] : undefined;
}
