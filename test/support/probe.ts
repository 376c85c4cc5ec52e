/**
 * A client of each protocol in its fewest bytes, on a raw socket: what the kernel and the upstream do to
 * it is seen without a library between.
 */
import { once } from 'node:events';
import type { ClientDriver } from '../../harness/client.ts';
import type { Operation } from '../../harness/event.ts';
import { TcpSocket } from '../../kernel/tcp-socket.ts';
import { UdpSocket } from '../../kernel/udp-socket.ts';

export interface Probe {
  /** What is said before the first request; undefined when nothing is. */
  handshake?(socket: TcpSocket): Promise<void>;
  request: Buffer;
  /** A request after which the server closes, where there is one. */
  last?: Buffer;
  /** Whether these bytes hold the whole response. */
  isWhole(bytes: Buffer): boolean;
}

async function readUntil(socket: TcpSocket, isEnough: (bytes: Buffer) => boolean): Promise<Buffer> {
  let bytes: Buffer = Buffer.alloc(0);
  while (!isEnough(bytes)) {
    const part = await socket.recv(65_536);
    if (part.length === 0) throw new Error(`EOF after ${JSON.stringify(bytes.toString('latin1'))}`);
    bytes = Buffer.concat([bytes, part]);
  }
  return bytes;
}

/** One request and its whole response. Throws SystemCallError, or an Error for EOF. */
export async function exchange(socket: TcpSocket, { request, isWhole }: Probe): Promise<Buffer> {
  await socket.send(request);
  return readUntil(socket, isWhole);
}

// DNS: a query for `a A`, with id 1, behind its length.
const dnsQuery = Buffer.from('0013000101000001000000000000016100000100 01'.replace(' ', ''), 'hex');
const dns: Probe = {
  request: dnsQuery,
  isWhole: (bytes) => bytes.length >= 2 && bytes.length >= 2 + bytes.readUInt16BE(0),
};

const http: Probe = {
  request: Buffer.from('GET /a HTTP/1.1\r\nHost: upstream.test\r\n\r\n'),
  last: Buffer.from('GET /close/a HTTP/1.1\r\nHost: upstream.test\r\n\r\n'),
  isWhole(bytes) {
    const text = bytes.toString('latin1');
    const end = text.indexOf('\r\n\r\n');
    if (end === -1) return false;
    const length = /content-length: *(\d+)/i.exec(text)?.[1];
    return length === undefined
      ? text.endsWith('0\r\n\r\n')
      : bytes.length >= end + 4 + Number(length);
  },
};

const redis: Probe = {
  // RESP3: only there may a server push.
  async handshake(socket) {
    await socket.send(Buffer.from('*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n'));
    await readUntil(socket, (bytes) => /modules\r\n\*0\r\n$/.test(bytes.toString('latin1')));
  },
  request: Buffer.from('*1\r\n$4\r\nPING\r\n'),
  last: Buffer.from('*1\r\n$4\r\nQUIT\r\n'),
  isWhole: (bytes) => bytes.includes('\r\n'),
};

/** Three bytes of length, a sequence number, the payload. */
function mysqlPacket(sequence: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUIntLE(payload.length, 0, 3);
  head.writeUInt8(sequence, 3);
  return Buffer.concat([head, payload]);
}

const isMysqlPacket = (bytes: Buffer) =>
  bytes.length >= 4 && bytes.length >= 4 + bytes.readUIntLE(0, 3);
const authSwitch = 0xfe;
const comPing = 0x0e;

const mysql: Probe = {
  async handshake(socket) {
    await readUntil(socket, isMysqlPacket);
    const fixed = Buffer.alloc(32);
    // LONG_PASSWORD, PROTOCOL_41, SECURE_CONNECTION, PLUGIN_AUTH
    fixed.writeUInt32LE(0x00088201, 0);
    fixed.writeUInt32LE(1 << 24, 4);
    fixed.writeUInt8(33, 8);
    const rest = Buffer.from('root\0\0mysql_native_password\0', 'latin1');
    await socket.send(mysqlPacket(1, Buffer.concat([fixed, rest])));
    const answer = await readUntil(socket, isMysqlPacket);
    if (answer[4] !== authSwitch) return;
    await socket.send(mysqlPacket(answer.readUInt8(3) + 1, Buffer.alloc(0)));
    await readUntil(socket, isMysqlPacket);
  },
  request: mysqlPacket(0, Buffer.from([comPing])),
  isWhole: isMysqlPacket,
};

const readyForQuery = Buffer.from('Z\0\0\0\x05', 'latin1');

/** With ReadyForQuery PostgreSQL has answered; more may follow that nobody asked for. */
const isReadyForQuery = (bytes: Buffer) => {
  const at = bytes.indexOf(readyForQuery);
  return at !== -1 && bytes.length > at + readyForQuery.length;
};

function postgresMessage(type: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(4 + body.length, 0);
  return Buffer.concat([Buffer.from(type, 'latin1'), length, body]);
}

const postgres: Probe = {
  async handshake(socket) {
    const version = Buffer.from([0, 3, 0, 0]);
    const parameters = Buffer.from('user\0postgres\0database\0postgres\0\0', 'latin1');
    await socket.send(postgresMessage('', Buffer.concat([version, parameters])));
    await readUntil(socket, isReadyForQuery);
  },
  request: postgresMessage('Q', Buffer.from('SELECT 1\0', 'latin1')),
  isWhole: isReadyForQuery,
};

export const probes: Readonly<Record<string, Probe>> = {
  raw: { request: Buffer.from('hello, upstream'), isWhole: (bytes) => bytes.length >= 15 },
  'dns-tcp': dns,
  http,
  redis,
  mysql,
  postgres,
};

/** What a client says to fill a buffer, in bytes. */
export const muchBytes = 60_000;

/**
 * For the harness: connects and shakes hands, and says its request when it is told to send anything, much
 * of it when told to send `often`, its last one when told to send `last`, and reads one response when told to receive.
 * @param patienceMs How long it waits for a connection, and goes on without one. Milliseconds.
 */
export function probeDriver(protocol: string, patienceMs: number): ClientDriver {
  const probe = probes[protocol];
  if (!probe) throw new Error(`there is no probe for the protocol ${protocol}`);
  return {
    name: 'probe',
    description: 'one connection, one request, in the fewest bytes',
    protocols: [protocol],
    isPool: false,
    open(target) {
      let socket: TcpSocket | undefined;
      return {
        async request(operation: Operation): Promise<string> {
          if (operation.kind === 'connect') {
            const signal = AbortSignal.timeout(patienceMs);
            socket = await TcpSocket.connect(target, { signal });
            await Promise.race([probe.handshake?.(socket), once(signal, 'abort')]);
            return 'connected';
          }
          if (!socket) throw new Error('not connected');
          if (operation.kind === 'recv') {
            await readUntil(socket, probe.isWhole);
            return 'received';
          }
          await socket.send(said(probe, operation.kind === 'send' ? operation.bytes : ''));
          return 'sent';
        },
        stats: () => ({}),
        async close() {
          socket?.close();
        },
      };
    },
  };
}

function said({ request, last = request }: Probe, what: string): Buffer {
  if (what === 'last') return last;
  const many = Math.ceil(muchBytes / request.length);
  return what === 'often' ? Buffer.concat(Array(many).fill(request)) : request;
}

/** As `probeDriver`, in datagrams. */
export function datagramProbeDriver(protocol: string): ClientDriver {
  // A message without the length that TCP needs.
  const request = dnsQuery.subarray(2);
  return {
    name: 'datagram-probe',
    description: 'one socket, one request, in a datagram',
    protocols: [protocol],
    isPool: false,
    open(target) {
      let socket: UdpSocket | undefined;
      return {
        async request(operation: Operation): Promise<string> {
          socket ??= UdpSocket.connect(target);
          if (operation.kind === 'recv') {
            await socket.readable();
            return 'received';
          }
          await socket.send(request);
          return operation.kind === 'connect' ? 'connected' : 'sent';
        },
        stats: () => ({}),
        async close() {
          socket?.close();
        },
      };
    },
  };
}
