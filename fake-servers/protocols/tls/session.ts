/** Node's TLS server on one connection, with its bytes passed by hand. */
import { constants } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { createServer, type TLSSocket } from 'node:tls';
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
  #tls: TLSSocket | undefined;
  #hasSentCloseNotify = false;
  /** Whether the client has sent close_notify: it says nothing more. */
  hasClientEnded = false;
  /** Why TLS gave up, in its own words. */
  failure: string | undefined;

  constructor({ cert, key }: ServerCertificate) {
    // It never listens. Each session has one of its own, so that no client can resume an earlier
    // session and pass over the certificate: tickets are of no use at another server, and not sent
    // at all where OpenSSL lets us (in TLS 1.3 it sends two short ones with the end of the handshake).
    const server = createServer({ cert, key, secureOptions: constants.SSL_OP_NO_TICKET });
    const failed = (error: Error) => {
      this.failure ??= wordsOf(error);
    };
    server.on('tlsClientError', failed);
    server.on('secureConnection', (tls) => {
      this.#tls = tls;
      tls.on('error', failed);
      tls.on('data', (bytes: Buffer) => this.inbox.add(bytes));
      tls.on('end', () => {
        this.hasClientEnded = true;
      });
    });
    this.#wire.on('error', failed);
    server.emit('connection', this.#wire);
  }

  /** Whether the handshake is complete. */
  get isEstablished(): boolean {
    return this.#tls !== undefined;
  }

  /** Hands over one record and returns all that TLS says to it. */
  async feed(record: Buffer): Promise<Buffer> {
    this.#wire.feed(record);
    return this.#settled();
  }

  /** What goes on the wire for these bytes; nothing when the server may say no more. */
  async encrypt(plaintext: Buffer): Promise<Buffer> {
    const tls = this.#tls;
    if (!tls?.writable || plaintext.length === 0) return Buffer.alloc(0);
    await new Promise<void>((resolve) => {
      tls.write(plaintext, () => resolve());
    });
    return this.#settled();
  }

  /** The alert (RFC 8446 section 6.1), once; nothing before the handshake is complete. */
  async closeNotify(): Promise<Buffer> {
    const tls = this.#tls;
    if (!tls?.writable || this.#hasSentCloseNotify) return Buffer.alloc(0);
    this.#hasSentCloseNotify = true;
    // Of what `end()` does, only the alert comes this far: the connection is not the library's.
    tls.end();
    return this.#settled();
  }

  /** Frees what the library holds. */
  destroy(): void {
    this.inbox.end();
    this.#tls?.destroy();
    this.#wire.destroy();
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

/** OpenSSL's words without where in its source they were said. */
function wordsOf(error: Error & { reason?: string; code?: string }): string {
  const words = error.reason ?? error.message;
  return error.code ? `${words} (${error.code})` : words;
}
