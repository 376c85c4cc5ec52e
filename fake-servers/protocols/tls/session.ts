/** Node's TLS on the server's side of one connection, with its bytes passed by hand. */
import { constants } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import type { ServerCertificate } from '../../certificates.ts';
import { LibrarySocket } from '../../library-socket.ts';
import { Inbox } from './inbox.ts';

/**
 * TLS works within the call that hands it bytes, and goes on in the turn of the event loop after each
 * of its writes; so it is done when it has written nothing for two turns.
 */
const quietTurns = 2;

export class TlsSession {
  /** What the client said, decrypted. */
  readonly inbox = new Inbox();
  readonly #wire = new LibrarySocket();
  readonly #tls: TLSSocket;
  #hasSentCloseNotify = false;
  /** Whether the handshake is complete. */
  isEstablished = false;
  /** Whether the client has sent close_notify: it says nothing more. */
  hasClientEnded = false;
  /** Why TLS gave up, in its own words. */
  failure: string | undefined;

  constructor(certificate: ServerCertificate) {
    // Any duplex stream will do, the types know only of one kind.
    const wire = this.#wire as Duplex as Socket;
    const secureContext = contextOf(certificate);
    this.#tls = new TLSSocket(wire, { isServer: true, secureContext });
    const failed = (error: Error) => {
      this.failure ??= wordsOf(error);
    };
    // As Node's own server hears of it: `error` tells what ended a handshake, this what came later.
    this.#tls.on('_tlsError', failed);
    this.#tls.on('error', failed);
    this.#wire.on('error', failed);
    this.#tls.on('secure', () => {
      this.isEstablished = true;
    });
    this.#tls.on('data', (bytes: Buffer) => this.inbox.add(bytes));
    this.#tls.on('end', () => {
      this.hasClientEnded = true;
    });
  }

  /** Hands over one record and returns all that TLS says to it. */
  async feed(record: Buffer): Promise<Buffer> {
    this.#wire.feed(record);
    return this.#settled();
  }

  /** What goes on the wire for these bytes; nothing when the server may say no more. */
  async encrypt(plaintext: Buffer): Promise<Buffer> {
    if (!this.#isOpen() || plaintext.length === 0) return Buffer.alloc(0);
    await new Promise<void>((resolve) => {
      this.#tls.write(plaintext, () => resolve());
    });
    return this.#settled();
  }

  /** The alert (RFC 8446 section 6.1), once; nothing before the handshake is complete. */
  async closeNotify(): Promise<Buffer> {
    if (!this.#isOpen() || this.#hasSentCloseNotify) return Buffer.alloc(0);
    this.#hasSentCloseNotify = true;
    // Of what `end()` does, only the alert comes this far: the connection is not the library's.
    this.#tls.end();
    return this.#settled();
  }

  /** Frees what the library holds. */
  destroy(): void {
    this.inbox.end();
    this.#tls.destroy();
    this.#wire.destroy();
  }

  /** Whether the server may say something. */
  #isOpen(): boolean {
    return this.isEstablished && this.#tls.writable;
  }

  /** All that TLS has written, when it has nothing more to say. */
  async #settled(): Promise<Buffer> {
    const said: Buffer[] = [];
    for (let quiet = 0; quiet < quietTurns; quiet++) {
      await setImmediate();
      const bytes = this.#wire.takeWritten();
      if (bytes.length === 0) continue;
      said.push(bytes);
      quiet = -1;
    }
    return Buffer.concat(said);
  }
}

const contexts = new WeakMap<ServerCertificate, SecureContext>();

/**
 * One for all sessions that show the certificate, because making it takes longer than a handshake. No
 * client can resume an earlier session by it and pass over the certificate: Node keeps none unless it
 * is told to, and tickets are not sent where OpenSSL lets us (in TLS 1.3 it sends two short ones with
 * the end of the handshake, which name a session that was not kept).
 */
function contextOf(certificate: ServerCertificate): SecureContext {
  const known = contexts.get(certificate);
  if (known) return known;
  const { cert, key } = certificate;
  const secureOptions = constants.SSL_OP_NO_TICKET;
  const context = createSecureContext({ cert, key, secureOptions, honorCipherOrder: true });
  contexts.set(certificate, context);
  return context;
}

/** OpenSSL's words without where in its source they were said. */
function wordsOf(error: Error & { reason?: string; code?: string }): string {
  const words = error.reason ?? error.message;
  return error.code ? `${words} (${error.code})` : words;
}
