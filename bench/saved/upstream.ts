/**
 * An upstream that kills connections, and keeps a log of it, in a process of its own. It looks at what
 * has come before it reads it, so that exactly the bytes it means to read are read.
 *
 * usage: upstream.js SEED ONE_IN
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { linux } from '../../kernel/libc.ts';
import { SystemCallError } from '../../kernel/socket.ts';
import { TcpListener } from '../../kernel/tcp-listener.ts';
import type { TcpSocket } from '../../kernel/tcp-socket.ts';
import { answerTo, type Query, queryAt } from '../dns-bytes.ts';
import { type Kill, type Plan, type Planner, plannerFrom } from './kills.ts';

export interface UpstreamTold {
  port?: number;
  kills?: Kill[];
}

/** `isKilling` for the exchanges from now on. It tells the kills so far, and begins a new log. */
export interface UpstreamAsked {
  isKilling: boolean;
}

const [seed = '0', oneIn = '100'] = process.argv.slice(2);
const planner: Planner = plannerFrom(Number(seed), Number(oneIn));
let isKilling = false;
let kills: Kill[] = [];
/** What came on one connection, until it is dealt with in the same turn. */
const seen = Buffer.alloc(1 << 18);
const scratch = Buffer.alloc(1 << 18);

async function serve(socket: TcpSocket): Promise<void> {
  let answered = 0;
  for (;;) {
    const length = socket.recvInto(seen, seen.length, linux.MSG_DONTWAIT | linux.MSG_PEEK);
    if (length === undefined) {
      await socket.readable();
      continue;
    }
    if (length === 0) return;
    const queries = queriesIn(seen.subarray(0, length));
    if (queries.length === 0) {
      // Half a query: the rest of it cannot be far.
      await nextTurn();
      continue;
    }
    const plans = isKilling ? queries.map(() => planner()) : [];
    const cutAt = plans.findIndex((plan) => plan !== undefined);
    const plan = plans[cutAt];
    const whole = plan ? queries.slice(0, cutAt) : queries;
    answered += whole.length;
    const answers = Buffer.concat(whole.map((query) => answerTo(query)));
    take(
      socket,
      whole.reduce((sum, { frameBytes }) => sum + frameBytes, 0),
    );
    if (plan) {
      const aboard = queries.slice(cutAt);
      return kill(socket, { plan, answers, aboard, answered });
    }
    await sendAll(socket, answers);
  }
}

function queriesIn(bytes: Buffer): Query[] {
  const queries: Query[] = [];
  for (let at = 0; ; ) {
    const query = queryAt(bytes, at);
    if (!query) return queries;
    queries.push(query);
    at += query.frameBytes;
  }
}

interface Cut {
  plan: Plan;
  answers: Buffer;
  /** The first of them is the one whose request or answer is cut. */
  aboard: readonly Query[];
  answered: number;
}

async function kill(socket: TcpSocket, { plan, answers, aboard, answered }: Cut): Promise<void> {
  const [query] = aboard;
  if (!query) return;
  const { where, how, part } = plan;
  const answer = answerTo(query);
  const byte = Math.floor(part * (where === 'request' ? query.frameBytes : answer.length));
  take(socket, where === 'request' ? byte : query.frameBytes);
  const sent = where === 'request' ? answers : Buffer.concat([answers, answer.subarray(0, byte)]);
  const log: Kill = {
    connection: socket.tuple,
    answered,
    name: query.name,
    where,
    byte,
    how,
    aboard: aboard.map(({ name }) => name),
  };
  kills.push(log);
  await sendAll(socket, sent);
  const restBytes = where === 'request' ? query.frameBytes - byte : 0;
  if (how === 'RST') {
    const length = socket.recvInto(scratch, scratch.length, linux.MSG_DONTWAIT | linux.MSG_PEEK);
    note(log, scratch.subarray(0, length ?? 0), restBytes);
    socket.reset();
    return;
  }
  socket.halfClose();
  note(log, await readToEnd(socket), restBytes);
}

/** Until the client has noticed: what it sends before is lost too. */
async function readToEnd(socket: TcpSocket): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (;;) {
    const length = socket.recvInto(scratch, scratch.length);
    if (length === undefined) await socket.readable();
    else if (length === 0) return Buffer.concat(parts);
    else parts.push(Buffer.from(scratch.subarray(0, length)));
  }
}

/** What was not read before. `restBytes` of it are those of the query that was cut. */
function note(log: Kill, unread: Buffer, restBytes: number): void {
  const names = queriesIn(unread.subarray(restBytes)).map(({ name }) => name);
  log.aboard = [...new Set([...log.aboard, ...names])];
}

/** Reads what was looked at before. */
function take(socket: TcpSocket, bytes: number): void {
  for (let left = bytes; left > 0; ) left -= socket.recvInto(scratch, left) ?? 0;
}

async function sendAll(socket: TcpSocket, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += await socket.send(bytes.subarray(at));
}

/** Until it is killed or the client ends it. */
async function accept(socket: TcpSocket): Promise<void> {
  try {
    await serve(socket);
  } catch (error) {
    // The client has gone first.
    if (!(error instanceof SystemCallError)) throw error;
  } finally {
    socket.close();
  }
}

process.on('message', (asked: UpstreamAsked) => {
  isKilling = asked.isKilling;
  process.send?.({ kills } satisfies UpstreamTold);
  kills = [];
});
process.on('disconnect', () => process.exit());

const listener = new TcpListener({ host: '127.0.0.1', port: 0 });
process.send?.({ port: listener.address.port } satisfies UpstreamTold);
for await (const socket of listener.connections()) void accept(socket);
