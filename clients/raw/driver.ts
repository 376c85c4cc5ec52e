/** The raw client: one connection, system calls as the workload says, each with what the kernel answered. */
import type { Operation } from '../../harness/event.ts';
import { SystemCallError } from '../../kernel/socket.ts';
import { TcpSocket } from '../../kernel/tcp-socket.ts';
import { type IoCall, publish, publishIo } from '../events.ts';

export interface Target {
  host: string;
  port: number;
}

/** What a request of this client fails with: the errno name, or `EOF`. */
class RawCallError extends Error {
  override readonly name = 'RawCallError';
  readonly code: string;

  constructor(call: string, code: string) {
    super(`${call}: ${code}`);
    this.code = code;
  }
}

/** The raw client for the harness. It keeps nothing for later requests, so it is no pool. */
export const rawDriver = {
  name: 'raw',
  description: 'system calls on one socket, each with its errno',
  // It sends what it is told, so it can be told to speak any of them.
  protocols: ['raw', 'dns-tcp', 'dns-tls', 'http', 'mysql', 'postgres', 'redis'],
  operations: ['connect', 'send', 'recv', 'peek', 'shutdown', 'close', 'reset'] as const,
  isPool: false,
  open(target: Target) {
    let socket: TcpSocket | undefined;
    const dialling = new AbortController();
    const connected = (call: string) => {
      if (!socket) throw new RawCallError(call, 'ENOTCONN');
      return socket;
    };
    return {
      async request(operation: Operation): Promise<string> {
        switch (operation.kind) {
          case 'connect':
            socket = await connect(target, dialling.signal);
            return 'connected';
          case 'send':
            return sent(await send(connected('send'), operation.bytes));
          case 'recv':
            return recv(connected('recv'), operation.maxBytes);
          case 'peek':
            return peek(connected('peek'));
          case 'shutdown':
            return shutdown(connected('shutdown'));
          case 'close':
          case 'reset':
            return end(connected('close'), operation.kind);
          case 'query':
          case 'update':
          case 'statement':
          case 'fetch':
          case 'command':
            throw new RawCallError(operation.kind, 'UNSUPPORTED');
        }
      },
      stats: () => ({}),
      async close() {
        dialling.abort();
        socket?.close();
      },
    };
  },
};

async function connect(target: Target, signal: AbortSignal): Promise<TcpSocket> {
  const onBegun = (tuple: string) => publish({ source: 'client', type: 'dial', tuple });
  try {
    const socket = await TcpSocket.connect(target, { signal, onBegun });
    publish({ source: 'client', type: 'connected', tuple: socket.tuple });
    return socket;
  } catch (error) {
    if (error instanceof SystemCallError) {
      publishIo('connect', { error: error.code });
    }
    throw error;
  }
}

async function send(socket: TcpSocket, text: string): Promise<number> {
  const bytes = await reported(socket, 'send', () => socket.send(Buffer.from(text, 'latin1')));
  publishIo('send', { bytes }, socket.tuple);
  return bytes;
}

async function recv(socket: TcpSocket, maxBytes: number): Promise<string> {
  const bytes = await reported(socket, 'recv', () => socket.recv(maxBytes));
  if (bytes.length === 0) return fail(socket, 'recv', 'EOF');
  publishIo('recv', { bytes: bytes.length }, socket.tuple);
  return bytes.toString('latin1');
}

function peek(socket: TcpSocket): string {
  const found = socket.peek();
  if (found !== 'nothing' && found !== 'data') return fail(socket, 'peek', found);
  const bytes = found === 'data' ? 1 : 0;
  publishIo('peek', { bytes }, socket.tuple);
  return found;
}

async function shutdown(socket: TcpSocket): Promise<string> {
  await reported(socket, 'shutdown', async () => socket.halfClose());
  publish({ source: 'client', type: 'io', call: 'shutdown', tuple: socket.tuple });
  return 'FIN sent';
}

function end(socket: TcpSocket, how: 'close' | 'reset'): string {
  if (socket.isClosed) return fail(socket, 'close', 'EBADF');
  socket[how]();
  publish({ source: 'client', type: 'io', call: 'close', tuple: socket.tuple });
  return 'closed';
}

/** Publishes the call's errno when it fails, and passes the failure on. */
async function reported<T>(socket: TcpSocket, call: IoCall, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof SystemCallError) return fail(socket, call, error.code);
    throw error;
  }
}

function fail(socket: TcpSocket, call: IoCall, error: string): never {
  publishIo(call, { error }, socket.tuple);
  throw new RawCallError(call, error);
}

function sent(bytes: number): string {
  return `${bytes} ${bytes === 1 ? 'byte' : 'bytes'} sent`;
}
