/**
 * A real server and its fake, the same client before both: what does each do to an idle connection, and
 * what does the client's kernel say of it?
 */
import { setTimeout as afterMs } from 'node:timers/promises';
import { upstreamDriver } from '../../fake-servers/driver.ts';
import { connections, type UpstreamScript } from '../../fake-servers/script.ts';
import { type ServerKind, serverKinds } from '../../fake-servers/servers/kinds.ts';
import { startServer } from '../../fake-servers/servers/start.ts';
import { answer, close, farewell, reset, serveUntil, untilGate } from '../../fake-servers/step.ts';
import type { TcpFlag, WireEvent } from '../../harness/event.ts';
import type { WireRecorder } from '../../harness/recorders/wire.ts';
import { wireEvents } from '../../harness/recorders/wire-events.ts';
import { nowUs } from '../../kernel/clock.ts';
import { SocketStates } from '../../kernel/inet-diag.ts';
import { SystemCallError } from '../../kernel/socket.ts';
import { TcpSocket } from '../../kernel/tcp-socket.ts';
import { tcp } from './endpoints.ts';
import { exchange, type Probe, probes } from './probe.ts';

export interface Pair {
  server: ServerKind;
  protocol: string;
  /** What makes the real one end the connection, in words. */
  cause: string;
  /** Makes it do so; it does by itself when left out. */
  provoke?: (port: number, idle: TcpSocket) => Promise<void>;
  fake: UpstreamScript;
}

const afterIdle = serveUntil({ idleMs: 1000 });

export const pairs: readonly Pair[] = [
  {
    server: serverKinds.mariadb,
    protocol: 'mysql',
    cause: 'wait_timeout 1 s',
    // Document 002 saw a FIN there. MariaDB 10.11 resets; MySQL from 8.0.24 on says farewell first.
    fake: connections([afterIdle, reset()]),
  },
  {
    server: serverKinds.unbound,
    protocol: 'dns-tcp',
    cause: 'tcp-idle-timeout 1 s',
    fake: connections([afterIdle, close()]),
  },
  {
    server: serverKinds.redis,
    protocol: 'redis',
    cause: 'timeout 1',
    fake: connections([afterIdle, close()]),
  },
  {
    server: serverKinds.nginx,
    protocol: 'http',
    cause: 'keepalive_timeout 1s',
    fake: connections([afterIdle, close()]),
  },
  {
    server: serverKinds.postgresql,
    protocol: 'postgres',
    cause: 'pg_terminate_backend()',
    provoke: terminateBackends,
    fake: connections([answer(1), untilGate('terminate'), farewell(), close()]),
  },
];

/** What was seen of one connection, from the first exchange on. */
export interface Seen {
  /** Of the client's calls after the upstream ended the connection: write, write, read, in this order. */
  calls: string[];
  /** Of the upstream's segments that are more than an acknowledgement, in order. */
  upstreamFlags: string[];
}

export interface Compared {
  pair: Pair;
  version: string;
  real: Seen;
  fake: Seen;
}

const handshakeAndExchange = async (port: number, probe: Probe): Promise<TcpSocket> => {
  const socket = await TcpSocket.connect({ host: '127.0.0.1', port });
  await probe.handshake?.(socket);
  await exchange(socket, probe);
  return socket;
};

/** Meets the end of an idle connection: waits for the FIN, then writes, writes again, and reads. */
async function meet(
  port: number,
  { protocol }: Pair,
  wire: WireRecorder,
  provoke: (idle: TcpSocket) => Promise<void>,
): Promise<Seen> {
  const probe = probes[protocol];
  if (!probe) throw new Error(`there is no probe for ${protocol}`);
  wire.watch(port);
  const socket = await handshakeAndExchange(port, probe);
  const fromUs = nowUs();
  const { tuple } = socket;
  const calls: string[] = [];
  const tell = async (name: string, run: () => unknown) => {
    try {
      await run();
      calls.push(`${name} ok`);
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      calls.push(`${name} ${error.code}`);
    }
  };
  await provoke(socket);
  await ended(tuple);
  await tell('write', () => socket.send(probe.request));
  // The reset that this draws is there before send(2) returns: loopback delivers within the call.
  await tell('write', () => socket.send(probe.request));
  await tell('read', async () => readAll(socket));
  socket.close();
  const { packets, gap } = await wire.collect(port);
  if (gap) throw new Error(gap);
  const events = wireEvents(packets, tcp(port, protocol)).filter((e) => e.tuple === tuple);
  return { calls, upstreamFlags: notable(events.filter((e) => e.atUs > fromUs)) };
}

/** Until the client's kernel has the FIN: it may come after something that was said before. */
async function ended(tuple: string): Promise<void> {
  const [client, upstream] = tuple.split('->').map((end) => {
    const colon = end.lastIndexOf(':');
    return { host: end.slice(0, colon), port: Number(end.slice(colon + 1)) };
  });
  if (!client || !upstream) throw new Error(`${tuple} is no connection`);
  const states = new SocketStates();
  try {
    // The kernel has no event for it.
    while (states.stateOf(client, upstream) === 'ESTABLISHED') await afterMs(1);
  } finally {
    states.close();
  }
}

/** To the end of file: what a server has said before it closed is no error. */
async function readAll(socket: TcpSocket): Promise<void> {
  while ((await socket.recv(65_536)).length > 0);
}

function isSentAgain(before: WireEvent, event: WireEvent): boolean {
  const isSame = (flag: TcpFlag) => before.flags.includes(flag) === event.flags.includes(flag);
  const isAsLong = before.relativeSeq === event.relativeSeq && before.length === event.length;
  return isAsLong && (['FIN', 'RST'] as const).every(isSame);
}

function notable(events: readonly WireEvent[]): string[] {
  const sent = events.filter(({ from, flags, length }) => {
    const isMore = flags.some((flag) => flag === 'FIN' || flag === 'RST') || length > 0;
    return from === 'upstream' && isMore;
  });
  // A busy machine acknowledges late, and then the kernel sends again.
  const first = sent.filter(
    (event, index) => !sent.slice(0, index).some((before) => isSentAgain(before, event)),
  );
  const shown: TcpFlag[] = ['FIN', 'RST'];
  return first.flatMap(({ flags, length }) => [
    ...(length > 0 ? ['data'] : []),
    ...flags.filter((flag) => shown.includes(flag)),
  ]);
}

/** Throws an Error when the real server is not installed or does not start. */
export async function compare(pair: Pair, wire: WireRecorder): Promise<Compared> {
  const server = await startServer(pair.server);
  try {
    const real = await meet(server.address.port, pair, wire, async (idle) => {
      await pair.provoke?.(server.address.port, idle);
    });
    const upstream = upstreamDriver.start(pair.fake, pair.protocol, () => {});
    try {
      const provoke = async () => {
        if (pair.provoke) await upstream.openGate('terminate');
      };
      const fake = await meet(upstream.address.port, pair, wire, provoke);
      return { pair, version: server.version, real, fake };
    } finally {
      await upstream.stop();
    }
  } finally {
    await server.stop();
  }
}

export function areAlike({ real, fake }: Compared): boolean {
  return JSON.stringify(real) === JSON.stringify(fake);
}

/** On a connection of its own, ends every other backend. */
async function terminateBackends(port: number): Promise<void> {
  const probe = probes.postgres;
  if (!probe) return;
  const text =
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()\0';
  const length = Buffer.alloc(4);
  length.writeUInt32BE(4 + Buffer.byteLength(text));
  const request = Buffer.concat([Buffer.from('Q'), length, Buffer.from(text)]);
  const admin = await TcpSocket.connect({ host: '127.0.0.1', port });
  try {
    await probe.handshake?.(admin);
    await exchange(admin, { ...probe, request });
  } finally {
    admin.close();
  }
}
