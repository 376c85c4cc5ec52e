/**
 * The control port: JSON over HTTP.
 *
 *     GET  /              the address, connections and gates
 *     GET  /events        the events so far, one JSON object on each line
 *     POST /gates/<name>  opens a gate
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Address, formatAddress } from '../../../kernel/address.ts';
import { UserError } from '../../errors.ts';
import { isLoopback, whyNotListening } from './address.ts';
import type { ServeEvent } from './event.ts';
import type { GateState } from './gates.ts';

/** What is shown and done, whoever asks. */
export interface Desk {
  state: () => object;
  events: () => readonly ServeEvent[];
  /** Throws a UserError for a gate that is not there. */
  openGate: (gate: string) => GateState;
}

export interface ControlPort {
  /** `http://127.0.0.1:40001/` */
  url: string;
  stop: () => Promise<void>;
}

interface Reply {
  status: number;
  body: object | string;
  headers?: Record<string, string>;
}

const tokenCharactersMin = 16;

/** Throws a UserError when anybody could open gates, or the token would keep nobody out. */
export function checkToken({ host, port }: Address, token: string | undefined): void {
  const proposal = `--control-token ${randomBytes(16).toString('hex')}`;
  if (token === undefined) {
    if (isLoopback(host)) return;
    throw new UserError(
      `others than this machine could open gates at ${formatAddress({ host, port })}`,
      {
        expected: 'a token for a control port that is not on loopback',
        next: `add ${proposal}, which is random, or take --control away`,
      },
    );
  }
  if (token.length >= tokenCharactersMin && /^[!-~]+$/.test(token)) return;
  throw new UserError('the control token is too easy to guess, or cannot be sent', {
    expected: `at least ${tokenCharactersMin} letters, digits or signs, without blanks`,
    next: `type for example ${proposal}`,
  });
}

/** Throws a UserError when nobody can listen there. */
export async function startControl(
  address: Address,
  token: string | undefined,
  desk: Desk,
): Promise<ControlPort> {
  const server = createServer((request, response) => {
    // The response is sent before a body is, and nobody reads it.
    request.resume();
    void answer(request, { token, isPrivate: isLoopback(address.host) }, desk)
      .catch(unexpected)
      .then((reply) => send(response, reply));
  });
  server.listen(address.port, address.host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw whyNotListening(error, '--control', address);
  }
  const bound = server.address() as AddressInfo;
  return {
    url: `http://${formatAddress({ host: bound.address, port: bound.port })}/`,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Guard {
  token: string | undefined;
  isPrivate: boolean;
}

async function answer(request: IncomingMessage, guard: Guard, desk: Desk): Promise<Reply> {
  const { method = '', url = '/' } = request;
  if (!isMeantForUs(request, guard)) {
    return failure(403, 'this request comes from a web page', 'a program such as curl');
  }
  const path = url.replace(/\?.*$/s, '');
  if (path === '/') return allow(method, ['GET', 'HEAD']) ?? { status: 200, body: desk.state() };
  if (path === '/events') {
    const lines = () => desk.events().map((event) => `${JSON.stringify(event)}\n`);
    return allow(method, ['GET', 'HEAD']) ?? { status: 200, body: lines().join('') };
  }
  const [, encoded] = /^\/gates\/([^/]+)$/.exec(path) ?? [];
  if (encoded === undefined) {
    return failure(404, 'there is no such path', 'GET /, GET /events, or POST /gates/<name>');
  }
  return allow(method, ['POST']) ?? refusal(request, guard) ?? openGate(encoded, desk);
}

function openGate(encoded: string, desk: Desk): Reply {
  let gate: string;
  try {
    gate = decodeURIComponent(encoded);
  } catch {
    return failure(400, 'the name of the gate is not percent-encoded UTF-8', 'for example %20');
  }
  try {
    return { status: 200, body: desk.openGate(gate) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { message, expected, next } = error;
    return { status: 404, body: { error: message, expected, next } };
  }
}

/**
 * A page in a browser of this machine can send requests here too: then there is an Origin, or, when its
 * name was bent to 127.0.0.1, a Host that is not ours.
 */
function isMeantForUs({ headers }: IncomingMessage, { isPrivate }: Guard): boolean {
  if (headers.origin !== undefined) return false;
  return !isPrivate || /^(localhost|127\.[\d.]+)(:\d+)?$/i.test(headers.host ?? '');
}

function allow(method: string, methods: readonly string[]): Reply | undefined {
  if (methods.includes(method)) return undefined;
  const reply = failure(405, `${method} is not possible here`, methods.join(' or '));
  return { ...reply, headers: { allow: methods.join(', ') } };
}

function refusal({ headers }: IncomingMessage, { token }: Guard): Reply | undefined {
  if (token === undefined) return undefined;
  const [, given = ''] = /^Bearer +(.*)$/i.exec(headers.authorization ?? '') ?? [];
  if (isSame(given, token)) return undefined;
  const reply = failure(401, 'the token is missing or wrong', 'Authorization: Bearer <token>');
  return { ...reply, headers: { 'www-authenticate': 'Bearer' } };
}

/** In the same time wherever they differ. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

function failure(status: number, error: string, expected: string): Reply {
  return { status, body: { error, expected } };
}

function unexpected(error: unknown): Reply {
  const message = error instanceof Error ? error.message : String(error);
  return failure(500, `pipewrench itself failed: ${message}`, 'a report of it');
}

function send(response: ServerResponse, { status, body, headers = {} }: Reply): void {
  const isLines = typeof body === 'string';
  const text = isLines ? body : `${JSON.stringify(body, null, 2)}\n`;
  response.writeHead(status, {
    'content-type': isLines ? 'application/x-ndjson' : 'application/json',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    ...headers,
  });
  // Without a body when it was HEAD.
  response.end(text);
}
