/** A small DNS server on a real socket, made to misbehave by the test that opens it. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import { type DecodedPacket, decode, encode, type OptAnswer } from 'dns-packet';
import type { ServerCertificate } from '../../../fake-servers/certificates.ts';

export interface UpstreamConnection {
  /** The upstream's side. */
  socket: Socket;
  /** The same, or what is below TLS. */
  raw: Socket;
  /** From 1, in the order of accepting. */
  ordinal: number;
  /** Queries received on it. */
  received: number;
}

export interface Query {
  id: number;
  name: string;
  packet: DecodedPacket;
}

export interface Upstream {
  host: string;
  port: number;
  address: string;
  connections: UpstreamConnection[];
  /** Names of the queries received, in order. */
  names: string[];
  /** The nth connection from 1. Throws when there is none. */
  connection(ordinal: number): UpstreamConnection;
  /** Stops listening; connections stay. */
  refuse(): Promise<void>;
  close(): Promise<void>;
}

export type OnQuery = (query: Query, connection: UpstreamConnection) => void;

const host = '127.0.0.1';

/** Answers every query with `addressOf(name)`, and updates with NOERROR, unless told otherwise. */
export async function openUpstream(
  onQuery: OnQuery = answer,
  port = 0,
  certificate?: ServerCertificate,
): Promise<Upstream> {
  const connections: UpstreamConnection[] = [];
  const names: string[] = [];
  const accepted = (socket: Socket) => {
    const raw = socket instanceof TLSSocket ? (Reflect.get(socket, '_parent') as Socket) : socket;
    const connection = { socket, raw, ordinal: connections.length + 1, received: 0 };
    connections.push(connection);
    let pending = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
        const end = 2 + pending.readUInt16BE(0);
        const packet = decode(pending.subarray(2, end));
        pending = pending.subarray(end);
        const { id = 0, questions = [] } = packet;
        const name = questions[0]?.name ?? '';
        names.push(name);
        connection.received++;
        onQuery({ id, name, packet }, connection);
      }
    });
    socket.on('end', () => socket.destroy());
    // A client that resets is not this server's failure.
    socket.on('error', () => socket.destroy());
  };
  const options = { allowHalfOpen: true, noDelay: true };
  const server = certificate
    ? createTlsServer({ ...options, ...certificate }, accepted)
    : createServer(options, accepted);
  server.listen(port, host);
  await once(server, 'listening');
  const { port: boundPort } = server.address() as AddressInfo;
  const refuse = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    if (connections.every(({ socket }) => socket.destroyed)) await closed;
  };
  return {
    host,
    port: boundPort,
    address: `${host}:${boundPort}`,
    connections,
    names,
    connection(ordinal) {
      const connection = connections[ordinal - 1];
      if (!connection)
        throw new Error(`expected ${ordinal} connections, got ${connections.length}`);
      return connection;
    },
    refuse,
    async close() {
      for (const { socket } of connections) socket.destroy();
      await refuse();
    },
  };
}

/** The part of a header's flags that a response repeats, RFC 1035 section 4.1.1. */
const opcodeMask = 0x7800;

export interface AnswerChanges {
  id?: number;
  name?: string;
  data?: string;
  type?: 'query' | 'response';
  rcode?: number;
  /** Grants so long a silence, in units of 100 ms: RFC 7828. */
  keepalive?: number;
}

/** Length and message of the right answer to a query or an update, or of one that is wrong in the way asked for. */
export function answerBytes({ id, name, packet }: Query, changes: AnswerChanges = {}): Buffer {
  const asked = changes.name ?? name;
  const data = changes.data ?? addressOf(name);
  const { flags = 0, questions = [] } = packet;
  const opcode = flags & opcodeMask;
  const message = encode({
    type: changes.type ?? 'response',
    id: changes.id ?? id,
    flags: opcode | (changes.rcode ?? 0),
    questions: [{ type: questions[0]?.type ?? 'A', name: asked }],
    answers: opcode === 0 ? [{ type: 'A', name: asked, ttl: 1, data }] : [],
    additionals: changes.keepalive === undefined ? [] : [granting(changes.keepalive)],
  });
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length, 0);
  return Buffer.concat([length, message]);
}

function granting(timeout: number): OptAnswer {
  // As bytes: the package takes the timeout 0 for none at all.
  const data = Buffer.of(timeout >> 8, timeout & 0xff);
  const options = [{ code: 11 as const, data }];
  const fixed = {
    udpPayloadSize: 1232,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
  };
  return { type: 'OPT', name: '.', ...fixed, options };
}

export function answer(query: Query, { socket }: UpstreamConnection): void {
  socket.write(answerBytes(query));
}

/** An address of its own for every name, so that a mixed-up answer shows. */
export function addressOf(name: string): string {
  let hash = 7;
  for (const byte of Buffer.from(name.toLowerCase())) hash = (hash * 31 + byte) % 0xffffff;
  return `10.${hash >> 16}.${(hash >> 8) & 0xff}.${hash & 0xff}`;
}
