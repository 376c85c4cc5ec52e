/**
 * DNS over UDP on one socket, with many queries in flight (RFC 1035 section 4.2.1, RFC 5452). What comes
 * answers the query whose id and question it repeats, and nobody else. Nothing is sent twice.
 */
import { randomInt } from 'node:crypto';
import { type Address, connectionTuple, formatAddress } from '../../kernel/address.ts';
import { SystemCallError } from '../../kernel/socket.ts';
import { UdpSocket } from '../../kernel/udp-socket.ts';
import { type Clock, realClock } from '../clock.ts';
import { publish, publishIo } from '../events.ts';
import { answerTo, encodeQuery, idOf, type Query, withId } from './message.ts';

export interface DnsUdpOptions {
  host: string;
  port: number;
  /** Limit for one query. Milliseconds, default 5000. */
  queryMs?: number;
  clock?: Clock;
  /** Proposes an id for each query; random by default, so that nobody can guess it. */
  nextId?: () => number;
}

export type DnsUdpStats = {
  address: string;
  queries: number;
  answered: number;
  timeouts: number;
  /** Datagrams that answered no query in flight. */
  dropped: number;
};

export class DnsUdpError extends Error {
  override readonly name = 'DnsUdpError';
  /**
   * The errno name, or `TIMEOUT`, `TRUNCATED` (ask again over TCP, RFC 7766 section 5), `CLOSED`,
   * `INVALID_QUERY`, `QUEUE_FULL`, `UNSUPPORTED`.
   */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

interface Flight {
  query: Query;
  resolve: (words: string) => void;
  reject: (error: DnsUdpError) => void;
  cancelTimeout: () => void;
}

const idCount = 65_536;

export class DnsUdpClient {
  readonly #target: Address;
  readonly #queryMs: number;
  readonly #clock: Clock;
  readonly #nextId: () => number;
  readonly #inFlight = new Map<number, Flight>();
  #socket: UdpSocket | undefined;
  #tuple = '';
  #reading: Promise<void> | undefined;
  #isClosed = false;
  #queries = 0;
  #answered = 0;
  #timeouts = 0;
  #dropped = 0;

  constructor(options: DnsUdpOptions) {
    const { host, port, queryMs = 5000, clock = realClock } = options;
    this.#target = { host, port };
    this.#queryMs = queryMs;
    this.#clock = clock;
    this.#nextId = options.nextId ?? (() => randomInt(idCount));
  }

  /** The data of the answers joined by a space, `NODATA`, or the rcode. Rejects with DnsUdpError. */
  async query(name: string, type: string): Promise<string> {
    if (this.#isClosed) throw new DnsUdpError('CLOSED', 'the client is closed');
    const query = encoded(name, type);
    const id = this.#freeId();
    const reused = this.#socket !== undefined;
    const socket = this.#open();
    this.#queries += 1;
    publish({ source: 'client', type: 'checkout', reused, tuple: this.#tuple });
    return new Promise((resolve, reject) => {
      const cancelTimeout = this.#clock.after(this.#queryMs, () => {
        this.#timeouts += 1;
        const message = `no answer to ${name} ${type} within ${this.#queryMs} ms`;
        this.#fail(id, new DnsUdpError('TIMEOUT', message));
      });
      this.#inFlight.set(id, { query, resolve, reject, cancelTimeout });
      void this.#send(socket, id, withId(query, id));
    });
  }

  stats(): DnsUdpStats {
    return {
      address: formatAddress(this.#target),
      queries: this.#queries,
      answered: this.#answered,
      timeouts: this.#timeouts,
      dropped: this.#dropped,
    };
  }

  /** Idempotent. Queries in flight fail with code `CLOSED`. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#failAll(new DnsUdpError('CLOSED', 'the client was closed'));
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket) {
      publish({ source: 'client', type: 'destroy', reason: 'closed', tuple: this.#tuple });
      socket.close();
    }
    await this.#reading;
  }

  #open(): UdpSocket {
    if (this.#socket) return this.#socket;
    publish({ source: 'client', type: 'dial' });
    let socket: UdpSocket;
    try {
      socket = UdpSocket.connect(this.#target);
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      publishIo('connect', { error: error.code });
      throw new DnsUdpError(error.code, `no socket: ${error.message}`, { cause: error });
    }
    this.#tuple = connectionTuple(socket.address, this.#target);
    publishIo('connect', { bytes: 0 }, this.#tuple);
    publish({ source: 'client', type: 'connected', tuple: this.#tuple });
    this.#socket = socket;
    this.#reading = this.#read(socket);
    return socket;
  }

  async #send(socket: UdpSocket, id: number, bytes: Buffer): Promise<void> {
    for (let isFirst = true; ; isFirst = false) {
      try {
        await socket.send(bytes);
        publishIo('send', { bytes: bytes.length }, this.#tuple);
        return;
      } catch (error) {
        if (!(error instanceof SystemCallError)) throw error;
        // Closed by this side: no system call was made, and nobody waits.
        if (socket.isClosed) return;
        publishIo('send', { error: error.code }, this.#tuple);
        const failure = callFailed('send', error);
        // It is about what was sent before, and this datagram was not sent (udp(7)).
        if (error.code !== 'ECONNREFUSED' || !isFirst) return this.#fail(id, failure);
        this.#failAll(failure, id);
      }
    }
  }

  /** Takes whatever comes until the socket is closed. */
  async #read(socket: UdpSocket): Promise<void> {
    while (!socket.isClosed) {
      try {
        const datagram = socket.recvNow();
        if (datagram) {
          publishIo('recv', { bytes: datagram.bytes.length }, this.#tuple);
          this.#take(datagram.bytes);
        } else await socket.readable();
      } catch (error) {
        if (!(error instanceof SystemCallError)) throw error;
        publishIo('recv', { error: error.code }, this.#tuple);
        // The kernel does not say which datagram it is about; the port is closed for all of them.
        this.#failAll(callFailed('recv', error));
      }
    }
  }

  #take(message: Buffer): void {
    const id = idOf(message);
    const flight = id === undefined ? undefined : this.#inFlight.get(id);
    const answer = flight && answerTo(flight.query, message);
    if (id === undefined || !answer) this.#drop(message);
    else if ('isTruncated' in answer) {
      const text = 'the answer is truncated; the whole of it can be had over TCP';
      this.#fail(id, new DnsUdpError('TRUNCATED', text));
    } else {
      this.#answered += 1;
      this.#land(id)?.resolve(answer.words);
    }
  }

  #drop(message: Buffer): void {
    this.#dropped += 1;
    const text = `dropped a datagram of ${message.length} bytes that answers no query in flight`;
    publish({ source: 'client', type: 'log', level: 'WARN', text, tuple: this.#tuple });
  }

  #fail(id: number, error: DnsUdpError): void {
    this.#land(id)?.reject(error);
  }

  #failAll(error: DnsUdpError, exceptId?: number): void {
    for (const id of [...this.#inFlight.keys()]) if (id !== exceptId) this.#fail(id, error);
  }

  /** Undefined when it has settled already. */
  #land(id: number): Flight | undefined {
    const flight = this.#inFlight.get(id);
    this.#inFlight.delete(id);
    flight?.cancelTimeout();
    return flight;
  }

  #freeId(): number {
    if (this.#inFlight.size === idCount) {
      throw new DnsUdpError('QUEUE_FULL', `all ${idCount} ids are in flight`);
    }
    let id = this.#nextId() & (idCount - 1);
    while (this.#inFlight.has(id)) id = (id + 1) % idCount;
    return id;
  }
}

function callFailed(call: string, cause: SystemCallError): DnsUdpError {
  return new DnsUdpError(cause.code, `${call} failed: ${cause.code}`, { cause });
}

function encoded(name: string, type: string): Query {
  try {
    return encodeQuery(name, type);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new DnsUdpError('INVALID_QUERY', cause.message, { cause });
  }
}
