/**
 * How a conversation begins: "Connection Phase" in the MySQL source documentation. Every password is
 * right, so that a test needs none.
 */
import { createHash } from 'node:crypto';
import { MalformedMessage } from '../protocol.ts';
import { serverVersion } from './dialect.ts';
import { littleEndian } from './packet.ts';
import { ok, statusFlag, textCharset } from './payload.ts';
import { PacketReader } from './reader.ts';

const capability = {
  longPassword: 0x1,
  longFlag: 0x4,
  connectWithDatabase: 0x8,
  protocol41: 0x200,
  ssl: 0x800,
  transactions: 0x2000,
  secureConnection: 0x8000,
  multiStatements: 0x1_0000,
  multiResults: 0x2_0000,
  preparedMultiResults: 0x4_0000,
  pluginAuth: 0x8_0000,
  connectAttributes: 0x10_0000,
  lengthEncodedAuth: 0x20_0000,
} as const;

const offered = Object.values(capability).reduce(
  (all, flag) => (flag === capability.ssl ? all : all | flag),
  0,
);

const nativePassword = 'mysql_native_password';
const cachingSha2 = 'caching_sha2_password';
/** The client's proof was found in the server's cache. */
const fastAuthSuccess = Buffer.from([0x01, 0x03]);

/** Other for each connection, the same in each run: nobody is kept out by it. */
function scramble(connectionId: number): Buffer {
  const digest = createHash('sha1').update(`pipewrench ${connectionId}`).digest();
  return Buffer.from(digest.map((byte) => 0x61 + (byte % 26)));
}

/** protocol::HandshakeV10 */
export function greeting(connectionId: number): Buffer {
  const salt = scramble(connectionId);
  return Buffer.concat([
    Buffer.from([10]),
    Buffer.from(`${serverVersion}\0`),
    littleEndian(connectionId, 4),
    salt.subarray(0, 8),
    Buffer.from([0]),
    littleEndian(offered & 0xffff, 2),
    littleEndian(textCharset, 1),
    littleEndian(statusFlag.autocommit, 2),
    littleEndian(offered >>> 16, 2),
    littleEndian(salt.length + 1, 1),
    Buffer.alloc(10),
    salt.subarray(8),
    Buffer.from(`\0${cachingSha2}\0`),
  ]);
}

export interface Login {
  user: string;
  database: string | null;
  /** An empty one is proved with nothing by some clients, with a zero byte by others. */
  hasPassword: boolean;
  /** The way in which the client authenticates itself. */
  plugin: string;
  hasMultiStatements: boolean;
}

/** protocol::HandshakeResponse41. Throws a MalformedMessage. */
export function parseLogin(payload: Buffer): Login {
  const reader = new PacketReader(payload);
  const capabilities = reader.unsigned(4);
  const has = (flag: number) => (capabilities & flag) !== 0;
  if (!has(capability.protocol41)) throw new MalformedMessage('expected a client of protocol 4.1');
  if (has(capability.ssl)) throw new MalformedMessage('expected no TLS, it was not offered');
  // The greatest packet, the character set, and 23 bytes that are reserved.
  reader.bytes(4 + 1 + 23);
  const user = reader.nulTerminated();
  const proof = readProof(reader, has);
  const database = has(capability.connectWithDatabase) ? reader.nulTerminated() : '';
  const plugin = has(capability.pluginAuth) ? reader.nulTerminated() : '';
  return {
    user,
    database: database === '' ? null : database,
    hasPassword: proof.some((byte) => byte !== 0),
    plugin: plugin === '' ? nativePassword : plugin,
    hasMultiStatements: has(capability.multiStatements),
  };
}

function readProof(reader: PacketReader, has: (flag: number) => boolean): Buffer {
  if (has(capability.lengthEncodedAuth)) return reader.lengthEncodedBytes();
  if (has(capability.secureConnection)) return reader.bytes(reader.unsigned(1));
  return Buffer.from(reader.nulTerminated());
}

/** What a login is answered with, and whether the client has to prove itself once more. */
export function welcome(
  { plugin, hasPassword }: Login,
  connectionId: number,
): { payloads: Buffer[]; isSwitching: boolean } {
  if (plugin === cachingSha2 && hasPassword) {
    return { payloads: [fastAuthSuccess, ok(statusFlag.autocommit)], isSwitching: false };
  }
  if (plugin === cachingSha2 || plugin === nativePassword) {
    return { payloads: [ok(statusFlag.autocommit)], isSwitching: false };
  }
  const name = Buffer.from(`${nativePassword}\0`);
  const request = [Buffer.from([0xfe]), name, scramble(connectionId), Buffer.from([0])];
  return { payloads: [Buffer.concat(request)], isSwitching: true };
}
