/** What each client program is asked, and what it makes of each fault. */
import { http } from '../../fake-servers/protocols/http.ts';
import { mysql } from '../../fake-servers/protocols/mysql.ts';
import { postgres } from '../../fake-servers/protocols/postgres.ts';
import type { Protocol } from '../../fake-servers/protocols/protocol.ts';
import { redis } from '../../fake-servers/protocols/redis.ts';
import {
  close,
  reset,
  type Step,
  sendResponse,
  serveUntil,
  swallow,
} from '../../fake-servers/step.ts';
import type { Line } from '../support/client-program.ts';

/** How one kind of client is spoken to. */
export interface Speech {
  protocol: Protocol;
  /** A read that is answered with the number. Its text is in the key of the request. */
  read(number: number): { operation: Line; key: string; answer: string };
  /** What the server refuses, and how it says so. */
  refused: { operation: Line; answer: string };
  /** The first bytes of an answer to `read`, not all of it. */
  partBytes: number;
  /** Settings with which it keeps one connection, and no more. */
  one: Line;
  /** What a request fails with where nobody listens; ECONNREFUSED when left out. */
  down?: { settings: Line; error: string };
}

/** The first connection is broken in this way, in its second read where the client is in a request. */
export const faults = {
  'FIN while idle': () => [serveUntil({ gate: 'break' }), close()],
  'RST while idle': () => [serveUntil({ gate: 'break' }), reset()],
  'FIN in the response': (key, partBytes) => [
    serveUntil({ matching: key }),
    sendResponse(partBytes),
    close(),
  ],
  'request read, then FIN': (key) => [serveUntil({ matching: key }), swallow(), close()],
} satisfies Record<string, (key: string, partBytes: number) => Step[]>;
export type Fault = keyof typeof faults;

export interface ProgramCase {
  speech: Speech;
  /** `answered`, or the word of the error. */
  met: Record<Fault, string>;
}

const sql = (protocol: Protocol, one: Line, refused: string): Speech => ({
  protocol,
  read: (number) => {
    const statement = `SELECT ${number}`;
    return {
      operation: { kind: 'statement', sql: statement },
      key: statement,
      answer: String(number),
    };
  },
  refused: { operation: { kind: 'statement', sql: 'SELECT * FROM none' }, answer: refused },
  partBytes: 7,
  one,
});

const noTable = "ERROR 1146: Table 'none' doesn't exist";

const met = (finIdle: string, rstIdle: string, cut: string, dropped: string) => ({
  'FIN while idle': finIdle,
  'RST while idle': rstIdle,
  'FIN in the response': cut,
  'request read, then FIN': dropped,
});

const mysqlWith = (one: Line) => sql(mysql, one, noTable);
const postgresWith = (one: Line) =>
  sql(postgres, one, 'ERROR 42P01: relation "none" does not exist');

const redisWith = (one: Line): Speech => ({
  protocol: redis,
  read: (number) => ({
    operation: { kind: 'command', words: ['ECHO', `n${number}`] },
    key: `ECHO n${number}`,
    answer: `n${number}`,
  }),
  refused: {
    operation: { kind: 'command', words: ['INCR'] },
    answer: "ERR wrong number of arguments for 'incr' command",
  },
  partBytes: 3,
  one,
});

const emptyDigest = 'e3b0c442';
const httpWith = (one: Line): Speech => ({
  protocol: http,
  read: (number) => ({
    operation: { kind: 'fetch', method: 'GET', target: `/n${number}` },
    key: `GET /n${number}`,
    answer: `200 GET /n${number} ${emptyDigest}`,
  }),
  refused: {
    operation: { kind: 'fetch', method: 'GET', target: '/status/404' },
    answer: `404 GET /status/404 ${emptyDigest}`,
  },
  // In the middle of the headers.
  partBytes: 30,
  one,
});

export const cases: Readonly<Record<string, ProgramCase>> = {
  'go-mysql-1.3.0': {
    speech: mysqlWith({ maxOpenConns: 1 }),
    met: met('answered', 'answered', 'answered, asked 2 times', 'answered, asked 2 times'),
  },
  'go-mysql-1.4.1': {
    speech: mysqlWith({ maxOpenConns: 1 }),
    met: met('invalid connection', 'answered', 'invalid connection', 'invalid connection'),
  },
  'go-mysql-877a977': {
    speech: mysqlWith({ maxOpenConns: 1 }),
    met: met('answered', 'answered', 'invalid connection', 'invalid connection'),
  },
  'go-mysql-1.10.1': {
    speech: mysqlWith({ maxOpenConns: 1 }),
    met: met('answered', 'answered', 'invalid connection', 'invalid connection'),
  },
  'node-mysql2': {
    speech: mysqlWith({ connectionLimit: 1 }),
    met: met('answered', 'answered', 'PROTOCOL_CONNECTION_LOST', 'PROTOCOL_CONNECTION_LOST'),
  },
  'node-pg': {
    speech: postgresWith({ max: 1 }),
    met: met(
      'answered',
      'answered',
      'Connection terminated unexpectedly',
      'Connection terminated unexpectedly',
    ),
  },
  'node-ioredis': {
    speech: {
      ...redisWith({}),
      down: { settings: { maxRetriesPerRequest: 0 }, error: 'MaxRetriesPerRequestError' },
    },
    met: met('answered', 'answered', 'answered, asked 2 times', 'answered, asked 2 times'),
  },
  'node-undici': {
    speech: httpWith({ connections: 1 }),
    met: met('answered', 'answered', 'UND_ERR_SOCKET', 'UND_ERR_SOCKET'),
  },
  'node-fetch': {
    speech: httpWith({}),
    met: met('answered', 'answered', 'UND_ERR_SOCKET', 'UND_ERR_SOCKET'),
  },
  'node-http-agent': {
    speech: httpWith({ maxSockets: 1 }),
    met: met('answered', 'answered', 'ECONNRESET', 'ECONNRESET'),
  },
};
