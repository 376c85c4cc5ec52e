/** One TLS connection to an upstream, with one query in flight. */
import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { type IoCall, publish, publishIo } from '../events.ts';
import { DnsTlsError } from './error.ts';
import { answerIn, firstMessage, framedQuery } from './message.ts';

/** The name that the upstream's certificate must be for. */
const serverName = 'upstream.test';

export interface Target {
  host: string;
  port: number;
}

interface Waiting {
  id: number;
  name: string;
  type: string;
  resolve: (answer: string) => void;
  reject: (error: DnsTlsError) => void;
}

export class DnsTlsConnection {
  readonly #tls: TLSSocket;
  readonly #closed: Promise<void>;
  readonly tuple: string;
  #waiting: Waiting | undefined;
  #received: Buffer = Buffer.alloc(0);
  /** Why it is given up. */
  #end: DnsTlsError | undefined;

  private constructor(tls: TLSSocket, closed: Promise<void>, tuple: string) {
    this.#tls = tls;
    this.#closed = closed;
    this.tuple = tuple;
    tls.on('data', (bytes: Buffer) => this.#receive(bytes));
    tls.on('end', () => this.#broken('recv', 'EOF'));
    tls.on('error', (error: NodeJS.ErrnoException) => this.#failed(error));
  }

  /**
   * Connects and verifies the upstream's certificate.
   * @param ca Who must have signed it, in PEM; whom the machine trusts when it is left out.
   * Throws DnsTlsError, `CLOSED` when the signal aborts.
   */
  static async open(
    target: Target,
    ca: string | undefined,
    signal: AbortSignal,
  ): Promise<DnsTlsConnection> {
    publish({ source: 'client', type: 'dial' });
    const tls = connect({ ...target, servername: serverName, ...(ca && { ca }) });
    tls.setNoDelay(true);
    const closed = new Promise<void>((resolve) => {
      tls.once('close', () => resolve());
    });
    let tuple: string | undefined;
    tls.once('connect', () => {
      tuple = `${tls.localAddress}:${tls.localPort}->${target.host}:${target.port}`;
    });
    try {
      await once(tls, 'secureConnect', { signal });
      if (tuple === undefined) throw new Error('expected a handshake only on a connection');
    } catch (error) {
      tls.destroy();
      await closed;
      throw signal.aborted ? clientClosed() : refused(error as NodeJS.ErrnoException, tuple);
    }
    publish({ source: 'client', type: 'connected', tuple });
    return new DnsTlsConnection(tls, closed, tuple);
  }

  get isDead(): boolean {
    return this.#end !== undefined;
  }

  /** Rejects with DnsTlsError. */
  query(id: number, name: string, type: string): Promise<string> {
    const { tuple } = this;
    if (this.#end) return Promise.reject(this.#end);
    return new Promise((resolve, reject) => {
      const bytes = framedQuery(id, name, type);
      this.#waiting = { id, name, type, resolve, reject };
      this.#tls.write(bytes, (error) => {
        if (!error) publishIo('send', { bytes: bytes.length }, tuple);
      });
    });
  }

  /** Resolves when the socket is closed. Idempotent. */
  async close(): Promise<void> {
    this.#giveUp(clientClosed());
    await this.#closed;
  }

  #receive(bytes: Buffer): void {
    publishIo('recv', { bytes: bytes.length }, this.tuple);
    this.#received = Buffer.concat([this.#received, bytes]);
    const waiting = this.#waiting;
    if (waiting) this.#readAnswer(waiting);
    else this.#protocolBroken('bytes that nobody asked for');
  }

  #readAnswer(waiting: Waiting): void {
    const first = firstMessage(this.#received);
    if (!first) return;
    const answer = answerIn(first.message, waiting);
    if (answer === undefined) {
      this.#protocolBroken('no answer to the query');
      return;
    }
    this.#waiting = undefined;
    this.#received = first.rest;
    waiting.resolve(answer);
    // One query in flight has one answer: nobody has asked for what follows it.
    if (first.rest.length > 0) this.#protocolBroken('bytes after the answer');
    else publish({ source: 'client', type: 'repool', tuple: this.tuple });
  }

  #protocolBroken(reason: string): void {
    this.#lost(new DnsTlsError('PROTOCOL', reason));
  }

  /** What TLS itself objects to is no system call's answer. */
  #failed(error: NodeJS.ErrnoException): void {
    const { code = 'TLS', syscall, message } = error;
    if (syscall) this.#broken(callOf(error), code);
    else this.#lost(new DnsTlsError(code, message));
  }

  #broken(call: IoCall, code: string): void {
    if (this.#end) return;
    publishIo(call, { error: code }, this.tuple);
    this.#lost(new DnsTlsError(code, `${call}: ${code}`));
  }

  /** By something that the upstream did; while it was idle, nobody need learn of it. */
  #lost(error: DnsTlsError): void {
    if (this.#end) return;
    const { tuple } = this;
    if (!this.#waiting) {
      publish({ source: 'client', type: 'stale', reason: error.code, found: 'event', tuple });
    }
    this.#giveUp(error);
  }

  #giveUp(error: DnsTlsError): void {
    if (this.#end) return;
    this.#end = error;
    publish({ source: 'client', type: 'destroy', reason: error.code, tuple: this.tuple });
    this.#tls.destroy();
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(error);
  }
}

export const clientClosed = () => new DnsTlsError('CLOSED', 'the client was closed');

/**
 * What ended the handshake. A FIN is told by Node as an ECONNRESET that no system call returned; it is
 * an EOF here. What is no system call's answer, such as a certificate that is refused, is no `io`.
 */
function refused(error: NodeJS.ErrnoException, tuple: string | undefined): DnsTlsError {
  const { code = 'TLS', syscall, message } = error;
  const isEof = code === 'ECONNRESET' && syscall === undefined;
  const shown = isEof ? 'EOF' : code;
  if (isEof || syscall) publishIo(callOf(error), { error: shown }, tuple);
  return new DnsTlsError(shown, message);
}

function callOf({ syscall }: NodeJS.ErrnoException): IoCall {
  if (syscall === 'connect') return 'connect';
  return syscall === 'write' ? 'send' : 'recv';
}
