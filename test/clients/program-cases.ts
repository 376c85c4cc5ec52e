/** What each client program is asked, and what it makes of each fault. */
import { mysql } from '../../fake-servers/protocols/mysql.ts';
import type { Protocol } from '../../fake-servers/protocols/protocol.ts';
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
const goMysql = sql(mysql, { maxOpenConns: 1 }, noTable);

const met = (finIdle: string, rstIdle: string, cut: string, dropped: string) => ({
  'FIN while idle': finIdle,
  'RST while idle': rstIdle,
  'FIN in the response': cut,
  'request read, then FIN': dropped,
});

export const cases: Readonly<Record<string, ProgramCase>> = {
  'go-mysql-1.3.0': {
    speech: goMysql,
    met: met('answered', 'answered', 'answered, asked 2 times', 'answered, asked 2 times'),
  },
  'go-mysql-1.4.1': {
    speech: goMysql,
    met: met('invalid connection', 'answered', 'invalid connection', 'invalid connection'),
  },
  'go-mysql-877a977': {
    speech: goMysql,
    met: met('answered', 'answered', 'invalid connection', 'invalid connection'),
  },
  'go-mysql-1.10.1': {
    speech: goMysql,
    met: met('answered', 'answered', 'invalid connection', 'invalid connection'),
  },
};
