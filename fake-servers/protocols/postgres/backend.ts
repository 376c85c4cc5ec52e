/** What the server sends: "Message Formats" of the PostgreSQL documentation, protocol 3.0. */
import type { Column, Row } from '../sql/value.ts';
import type { ServerError } from './error.ts';
import { isBinaryAt } from './frontend.ts';
import { encoded, wireTypes } from './value.ts';

function message(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}

/** Negative ones too, and counts of parameters up to 65535. */
function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value & 0xffff);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

const text = (value: string) => Buffer.from(`${value}\0`);

/** The answer to SSLRequest and GSSENCRequest: unencrypted only. */
export const noEncryption = Buffer.from('N');
export const authenticationOk = message('R', int32(0));
export const parseComplete = message('1');
export const bindComplete = message('2');
export const closeComplete = message('3');
export const noData = message('n');
export const emptyQueryResponse = message('I');
export const portalSuspended = message('s');

export const parameterStatus = (name: string, value: string): Buffer =>
  message('S', text(name), text(value));

export const backendKeyData = (processId: number, secret: number): Buffer =>
  message('K', int32(processId), int32(secret));

/** Idle, in a transaction, in a transaction that failed. */
export const readyForQuery = (status: 'I' | 'T' | 'E'): Buffer => message('Z', Buffer.from(status));

/** Protocol 3.0 is the newest that is spoken here. */
export const negotiateProtocolVersion = (unknownOptions: readonly string[]): Buffer =>
  message('v', int32(3 << 16), int32(unknownOptions.length), ...unknownOptions.map(text));

export const commandComplete = (tag: string): Buffer => message('C', text(tag));

export const errorResponse = ({ severity, code, text: words }: ServerError): Buffer =>
  message(
    'E',
    ...[`S${severity}`, `V${severity}`, `C${code}`, `M${words}`].map(text),
    Buffer.alloc(1),
  );

export const parameterDescription = (oids: readonly number[]): Buffer =>
  message('t', int16(oids.length), ...oids.map(int32));

export function rowDescription(columns: readonly Column[], formats: readonly number[]): Buffer {
  const fields = columns.map(({ name, type }, index) => {
    const { oid, sizeBytes } = wireTypes[type];
    const format = isBinaryAt(formats, index) ? 1 : 0;
    // The column is of no table, and its type has no modifier.
    const table = [int32(0), int16(0)];
    return [text(name), ...table, int32(oid), int16(sizeBytes), int32(-1), int16(format)];
  });
  return message('T', int16(columns.length), ...fields.flat());
}

export function dataRow(row: Row, columns: readonly Column[], formats: readonly number[]): Buffer {
  const values = columns.map(({ type }, index) => {
    const value = encoded(row[index] ?? null, type, isBinaryAt(formats, index));
    return value ? [int32(value.length), value] : [int32(-1)];
  });
  return message('D', int16(columns.length), ...values.flat());
}
