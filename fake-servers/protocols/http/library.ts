/** `node:http` without a socket: requests in, what it writes for them out. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { LibrarySocket } from '../../library-socket.ts';
import type { Response } from '../protocol.ts';
import { answerTo, type HttpAnswer } from './answers.ts';
import { headBytesMax } from './framing.ts';

export interface HttpConnection {
  /** Feeds one whole request and resolves with all that was written for it. */
  execute(request: Buffer): Promise<Response>;
  /** The library has said its last, `Connection: close` or a refusal. */
  isDone(): boolean;
  end(): void;
}

export interface HttpLibrary {
  connect(): HttpConnection;
  /** Ends all connections. Idempotent. */
  close(): void;
}

/** What became of a request, by the socket it came on. */
type Exchanges = WeakMap<object, { answer?: string; settle(): void }>;

/** The server listens nowhere, so it starts no timer that looks after its connections. */
export function startHttpLibrary(): HttpLibrary {
  const exchanges: Exchanges = new WeakMap();
  const sockets = new Set<LibrarySocket>();
  const server = createServer({
    maxHeaderSize: headBytesMax,
    keepAliveTimeout: 0,
    headersTimeout: 0,
    requestTimeout: 0,
  });
  server.on('request', (request, response) =>
    collect(request, (body) => {
      const answer = answerTo(request.method ?? '', request.url ?? '', body);
      reply(exchanges, response, answer);
    }),
  );
  server.on('checkExpectation', (request, response) =>
    collect(request, () => reply(exchanges, response, { status: 417, body: '', form: 'whole' })),
  );

  return {
    connect() {
      const socket = new LibrarySocket();
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      server.emit('connection', socket);
      return {
        execute: (request) => execute(exchanges, socket, request),
        isDone: () => isDone(socket),
        end: () => socket.destroy(),
      };
    },
    close() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function execute(
  exchanges: Exchanges,
  socket: LibrarySocket,
  request: Buffer,
): Promise<Response> {
  const answer = await new Promise<string | undefined>((resolve) => {
    const settle = () => {
      socket.off('close', settle).off('finish', settle);
      resolve(exchanges.get(socket)?.answer);
    };
    exchanges.set(socket, { settle });
    // Requests that the library refuses by itself reach no handler; it ends their connection.
    socket.once('close', settle).once('finish', settle);
    socket.feed(request);
  });
  const bytes = socket.takeWritten();
  return { answer: answer ?? refusal(bytes), bytes, isLast: isDone(socket) };
}

function isDone(socket: LibrarySocket): boolean {
  return socket.writableEnded || socket.destroyed;
}

/** In words, what the library wrote of its own: a status, and no body. */
function refusal(bytes: Buffer): string {
  const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(bytes.toString('latin1', 0, 16)) ?? [];
  return status === undefined ? '' : `${status} `;
}

function collect(request: IncomingMessage, whole: (body: Buffer) => void): void {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => whole(Buffer.concat(parts)));
}

function reply(exchanges: Exchanges, response: ServerResponse, answer: HttpAnswer): void {
  const { status, body, form } = answer;
  const { method, httpVersion } = response.req;
  const exchange = response.socket && exchanges.get(response.socket);
  if (exchange) {
    exchange.answer = `${status} ${method === 'HEAD' ? '' : body}`;
    response.once('close', () => exchange.settle());
  }
  response.statusCode = status;
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  if (form === 'close') response.setHeader('Connection', 'close');
  // Left to the library, a response to HEAD would have neither of these, and clients would close.
  if (form !== 'chunked') {
    if (body !== '') response.setHeader('Content-Length', Buffer.byteLength(body));
    response.end(body);
    return;
  }
  if (httpVersion === '1.1') response.setHeader('Transfer-Encoding', 'chunked');
  for (const part of inThree(body)) response.write(part);
  response.end();
}

function inThree(body: string): string[] {
  const third = Math.ceil(body.length / 3);
  return [body.slice(0, third), body.slice(third, 2 * third), body.slice(2 * third)];
}
