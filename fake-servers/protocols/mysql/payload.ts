/** The payloads of what the server sends, "Client/Server Protocol" in the MySQL source documentation. */
import type { Column, ColumnType, Row, Value } from '../sql/value.ts';
import type { ServerError } from './error.ts';
import { lengthEncoded, lengthEncodedText, littleEndian, littleEndian64 } from './packet.ts';

/** SERVER_STATUS_flags_enum */
export const statusFlag = { inTransaction: 0x1, autocommit: 0x2, moreResults: 0x8 } as const;

/** utf8mb4_general_ci, which every client knows. */
export const textCharset = 45;
const binaryCharset = 63;

/** enum_field_types, and the length that a client makes room for. */
const wireTypes: Record<ColumnType, { type: number; length: number; charset: number }> = {
  int: { type: 3, length: 11, charset: binaryCharset },
  bigint: { type: 8, length: 20, charset: binaryCharset },
  double: { type: 5, length: 22, charset: binaryCharset },
  text: { type: 253, length: 0xffff, charset: textCharset },
};
/** Of a double: as many as it has. */
const anyDecimals = 0x1f;

export function ok(status: number, affected = 0, insertId = 0n): Buffer {
  return Buffer.concat([
    Buffer.from([0x00]),
    lengthEncoded(affected),
    lengthEncoded(insertId),
    littleEndian(status, 2),
    littleEndian(0, 2),
  ]);
}

export function eof(status: number): Buffer {
  return Buffer.concat([Buffer.from([0xfe]), littleEndian(0, 2), littleEndian(status, 2)]);
}

export function err({ code, state, text }: ServerError): Buffer {
  return Buffer.concat([
    Buffer.from([0xff]),
    littleEndian(code, 2),
    Buffer.from(`#${state}${text}`),
  ]);
}

function columnDefinition({ name, type }: Column): Buffer {
  const { type: wireType, length, charset } = wireTypes[type];
  return Buffer.concat([
    ...['def', '', '', '', name, ''].map(lengthEncodedText),
    lengthEncoded(0x0c),
    littleEndian(charset, 2),
    littleEndian(length, 4),
    littleEndian(wireType, 1),
    littleEndian(0, 2),
    littleEndian(type === 'double' ? anyDecimals : 0, 1),
    littleEndian(0, 2),
  ]);
}

/** `encode` is `textRow` for COM_QUERY and `binaryRow` for COM_STMT_EXECUTE. */
export function resultSet(
  columns: readonly Column[],
  rows: readonly Row[],
  encode: (row: Row, columns: readonly Column[]) => Buffer,
  status: number,
): Buffer[] {
  return [
    lengthEncoded(columns.length),
    ...columns.map(columnDefinition),
    eof(status),
    ...rows.map((row) => encode(row, columns)),
    eof(status),
  ];
}

export function textRow(row: Row): Buffer {
  return Buffer.concat(
    row.map((value) => (value === null ? Buffer.from([0xfb]) : lengthEncodedText(String(value)))),
  );
}

/** The bitmap of a binary row begins at its third bit. */
const bitmapOffset = 2;

export function binaryRow(row: Row, columns: readonly Column[]): Buffer {
  const bitmap = Buffer.alloc((columns.length + 7 + bitmapOffset) >> 3);
  row.forEach((value, index) => {
    const bit = index + bitmapOffset;
    if (value === null) bitmap[bit >> 3] = (bitmap[bit >> 3] ?? 0) | (1 << (bit & 7));
  });
  const values = columns.map(({ type }, index) => binaryValue(row[index] ?? null, type));
  return Buffer.concat([Buffer.from([0x00]), bitmap, ...values]);
}

function binaryValue(value: Value, type: ColumnType): Buffer {
  if (value === null) return Buffer.alloc(0);
  switch (type) {
    case 'int': {
      const bytes = Buffer.alloc(4);
      bytes.writeInt32LE(Number(value));
      return bytes;
    }
    case 'bigint':
      return littleEndian64(BigInt(value));
    case 'double': {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleLE(Number(value));
      return bytes;
    }
    case 'text':
      return lengthEncodedText(String(value));
  }
}

/** The response to COM_STMT_PREPARE. */
export function prepared(
  id: number,
  parameterCount: number,
  columns: readonly Column[],
  status: number,
): Buffer[] {
  const parameters = Array.from({ length: parameterCount }, (): Column => {
    return { name: '?', type: 'text' };
  });
  const header = Buffer.concat([
    Buffer.from([0x00]),
    littleEndian(id, 4),
    littleEndian(columns.length, 2),
    littleEndian(parameterCount, 2),
    Buffer.from([0x00]),
    littleEndian(0, 2),
  ]);
  const definitions = [parameters, columns].flatMap((list) =>
    list.length === 0 ? [] : [...list.map(columnDefinition), eof(status)],
  );
  return [header, ...definitions];
}
