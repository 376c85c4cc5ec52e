/** The types of PostgreSQL by their OIDs, and their values in both formats. */
import type { ColumnType, Value } from '../sql/value.ts';
import { RefusedError } from './error.ts';
import type { Parameter } from './frontend.ts';

/** The type's OID and its size, -1 when that varies: catalog pg_type. */
export const wireTypes: Record<ColumnType, { oid: number; sizeBytes: number }> = {
  int: { oid: 23, sizeBytes: 4 },
  bigint: { oid: 20, sizeBytes: 8 },
  double: { oid: 701, sizeBytes: 8 },
  text: { oid: 25, sizeBytes: -1 },
};

/** What a client's type is here. Undefined when it leaves that to the server, which is OID 0. */
export function columnTypeOf(oid: number): ColumnType | undefined {
  if (oid === 0) return undefined;
  return [...numberTypes.entries()].find(([known]) => known === oid)?.[1].type ?? 'text';
}

/** Throws a RefusedError for a format or a length that the type does not have. */
export function parameterValue({ bytes, isBinary }: Parameter, oid: number): Value {
  if (bytes === undefined) return null;
  if (!isBinary || textOids.includes(oid)) return bytes.toString();
  const known = numberTypes.get(oid);
  if (known === undefined) {
    throw new RefusedError('0A000', `no binary input function available for type ${oid}`);
  }
  if (bytes.length !== known.sizeBytes) {
    throw new RefusedError('22P03', 'incorrect binary data format in a parameter');
  }
  return known.read(bytes);
}

interface NumberType {
  type: ColumnType;
  sizeBytes: number;
  read(bytes: Buffer): Value;
}

const numberTypes: ReadonlyMap<number, NumberType> = new Map([
  [21, { type: 'int', sizeBytes: 2, read: (bytes) => BigInt(bytes.readInt16BE(0)) }],
  [23, { type: 'int', sizeBytes: 4, read: (bytes) => BigInt(bytes.readInt32BE(0)) }],
  [20, { type: 'bigint', sizeBytes: 8, read: (bytes) => bytes.readBigInt64BE(0) }],
  [700, { type: 'double', sizeBytes: 4, read: (bytes) => bytes.readFloatBE(0) }],
  [701, { type: 'double', sizeBytes: 8, read: (bytes) => bytes.readDoubleBE(0) }],
] as const satisfies readonly (readonly [number, NumberType])[]);

/** bytea, "char", name, text, unknown, character, varchar: the same in both formats. */
const textOids: readonly number[] = [17, 18, 19, 25, 705, 1042, 1043];

/** Undefined is NULL. */
export function encoded(value: Value, type: ColumnType, isBinary: boolean): Buffer | undefined {
  if (value === null) return undefined;
  if (!isBinary || type === 'text') return Buffer.from(String(value));
  const bytes = Buffer.alloc(wireTypes[type].sizeBytes);
  if (type === 'int') bytes.writeInt32BE(Number(value));
  else if (type === 'bigint') bytes.writeBigInt64BE(BigInt(value));
  else bytes.writeDoubleBE(Number(value));
  return bytes;
}
