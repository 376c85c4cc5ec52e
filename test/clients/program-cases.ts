/** What each client program is asked, and what it makes of each fault. */
import { createHash } from 'node:crypto';
import { dnsTcp } from '../../fake-servers/protocols/dns-tcp.ts';
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
  /** Every form of answer, what the server refuses too; asked in this order. */
  others: readonly { operation: Line; answer: string }[];
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
  others: Object.entries({
    'CREATE TABLE t (id INT, v TEXT)': 'OK 0',
    "INSERT INTO t VALUES (1, 'é'), (2, NULL)": 'OK 2',
    'SELECT * FROM t': '1, é; 2, NULL',
    'SELECT v FROM t WHERE id = 3': 'no rows',
    'SELECT * FROM none': refused,
  }).map(([sql, answer]) => ({ operation: { kind: 'statement', sql }, answer })),
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
  others: Object.entries({
    'SET a é': 'OK',
    'GET a': 'é',
    'GET b': '(nil)',
    'INCR n': '1',
    'CONFIG GET databases': '[databases, 16]',
    INCR: "ERR wrong number of arguments for 'incr' command",
  }).map(([words, answer]) => ({
    operation: { kind: 'command', words: words.split(' ') },
    answer,
  })),
  partBytes: 3,
  one,
});

const emptyDigest = 'e3b0c442';
const get = (target: string) => ({ kind: 'fetch', method: 'GET', target });
const httpWith = (one: Line): Speech => ({
  protocol: http,
  read: (number) => ({
    operation: get(`/n${number}`),
    key: `GET /n${number}`,
    answer: `200 GET /n${number} ${emptyDigest}`,
  }),
  others: [
    { operation: get('/status/404'), answer: `404 GET /status/404 ${emptyDigest}` },
    { operation: get('/status/204'), answer: '204 ' },
    { operation: get('/chunked/a?b=c'), answer: `200 GET /chunked/a?b=c ${emptyDigest}` },
    { operation: { ...get('/a'), method: 'HEAD' }, answer: '200 ' },
    { operation: { ...get('/a'), method: 'POST', body: 'hello' }, answer: '200 POST /a 2cf24dba' },
  ],
  // In the middle of the headers.
  partBytes: 30,
  one,
});

const dnsWith = (one: Line): Speech => ({
  protocol: dnsTcp,
  read: (number) => {
    const name = `n${number}.example`;
    const digest = createHash('sha256').update(name).digest();
    return {
      operation: { kind: 'query', name, type: 'A' },
      key: `${name} A`,
      answer: `10.${digest.subarray(0, 3).join('.')}`,
    };
  },
  others: [
    { operation: { kind: 'query', name: 'a.example', type: 'TXT' }, answer: 'NODATA' },
    {
      operation: { kind: 'query', name: 'a.example', type: 'AAAA' },
      answer: 'fd00::b8e7:4533:71a0',
    },
    { operation: { kind: 'update', name: 'a.example', data: '192.0.2.1' }, answer: 'NOERROR' },
  ],
  partBytes: 9,
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
  'go-net-http': {
    speech: httpWith({ maxConnsPerHost: 1 }),
    met: met('answered', 'answered', 'EOF', 'answered, asked 2 times'),
  },
  'go-miekg-dns': { speech: dnsWith({}), met: met('EOF', 'ECONNRESET', 'EOF', 'EOF') },
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
  'python-urllib3': {
    speech: httpWith({}),
    met: met('answered', 'answered', '200 ', 'answered, asked 2 times'),
  },
  'python-sqlalchemy': {
    speech: mysqlWith({ pool_size: 1, max_overflow: 0 }),
    met: met('CR_SERVER_LOST', 'ECONNRESET', 'CR_SERVER_LOST', 'CR_SERVER_LOST'),
  },
  'python-sqlalchemy-pre-ping': {
    speech: mysqlWith({ pool_size: 1, max_overflow: 0 }),
    met: met('answered', 'answered', 'CR_SERVER_LOST', 'CR_SERVER_LOST'),
  },
  'python-redis': {
    speech: { ...redisWith({}), down: { settings: { retries: 0 }, error: 'ECONNREFUSED' } },
    met: met('answered', 'answered', 'answered, asked 2 times', 'answered, asked 2 times'),
  },
  'java-hikaricp': {
    speech: mysqlWith({ maximumPoolSize: 1 }),
    met: met('EOF', 'ECONNRESET', 'EOF', 'EOF'),
  },
};
