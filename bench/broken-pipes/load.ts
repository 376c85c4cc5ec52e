/** Callers that keep asking over HTTP, each on a connection of its own, and give up after a while. */
import { connect, type Socket } from 'node:net';
import { setTimeout as afterMs } from 'node:timers/promises';

export interface Load {
  host: string;
  port: number;
  target: string;
  connections: number;
  seconds: number;
  patienceMs: number;
}

/** What the server's writes have met so far. */
export interface ServerWrites {
  brokenPipes: number;
  resets: number;
}

export interface Level extends ServerWrites {
  connections: number;
  answered: number;
  gaveUp: number;
  /** Of those that were answered; undefined when none was. */
  medianMs: number | undefined;
}

/** Resolves when the time is over: what was counted by then. */
export async function loadFor(load: Load, writes: () => ServerWrites): Promise<Level> {
  const tookMs: number[] = [];
  let gaveUp = 0;
  let isOver = false;
  const sockets = new Set<Socket>();
  const caller = async () => {
    while (!isOver) {
      const socket = connect({ host: load.host, port: load.port });
      sockets.add(socket);
      while (!isOver && (await ask(socket))) {}
      sockets.delete(socket);
      socket.destroy();
    }
  };
  const ask = async (socket: Socket) => {
    const startedMs = performance.now();
    const isAnswered = await answered(socket, load);
    if (isOver) return false;
    if (isAnswered) tookMs.push(performance.now() - startedMs);
    else gaveUp += 1;
    return isAnswered;
  };
  const callers = Array.from({ length: load.connections }, caller);
  await afterMs(load.seconds * 1000);
  isOver = true;
  const met = writes();
  for (const socket of sockets) socket.destroy();
  await Promise.all(callers);
  tookMs.sort((a, b) => a - b);
  return {
    connections: load.connections,
    answered: tookMs.length,
    gaveUp,
    ...met,
    medianMs: tookMs[Math.floor(tookMs.length / 2)],
  };
}

/** The last chunk of a chunked body, RFC 9112 section 7.1. */
const lastChunk = '\r\n0\r\n\r\n';

function answered(socket: Socket, { target, patienceMs }: Load): Promise<boolean> {
  return new Promise((resolve) => {
    let text = '';
    const settle = (isAnswered: boolean) => {
      clearTimeout(patience);
      socket.removeAllListeners();
      socket.on('error', () => {});
      resolve(isAnswered);
    };
    const patience = setTimeout(() => settle(false), patienceMs);
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1');
      if (text.endsWith(lastChunk)) settle(true);
    });
    socket.on('error', () => settle(false));
    socket.on('close', () => settle(false));
    socket.write(`GET ${target} HTTP/1.1\r\nHost: upstream.test\r\n\r\n`);
  });
}
