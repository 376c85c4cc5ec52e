/** The parameters of COM_STMT_EXECUTE, "Binary Protocol Value" in the MySQL source documentation. */
import type { Value } from '../sql/value.ts';
import type { PacketReader } from './reader.ts';

interface WireType {
  type: number;
  isUnsigned: boolean;
}

/** What a prepared statement keeps between its executions. */
export interface ParameterMemory {
  count: number;
  /** What the client said last; it need not say it again. */
  types: readonly WireType[];
  /** What COM_STMT_SEND_LONG_DATA has sent, by the parameter's index. */
  longData: Map<number, Buffer[]>;
}

/**
 * The values, or undefined when one has a type that is not understood. Throws a MalformedMessage.
 * Remembers their types.
 */
export function readParameters(reader: PacketReader, memory: ParameterMemory): Value[] | undefined {
  if (memory.count === 0) return [];
  const nulls = reader.bytes((memory.count + 7) >> 3);
  const hasTypes = reader.unsigned(1) === 1;
  if (hasTypes) {
    memory.types = Array.from({ length: memory.count }, () => {
      const type = reader.unsigned(1);
      return { type, isUnsigned: (reader.unsigned(1) & 0x80) !== 0 };
    });
  }
  const values: Value[] = [];
  for (let index = 0; index < memory.count; index += 1) {
    const value = readOne(reader, memory, nulls, index);
    if (value === undefined) return undefined;
    values.push(value);
  }
  // What was sent ahead is for one execution.
  memory.longData.clear();
  return values;
}

function readOne(
  reader: PacketReader,
  { types, longData }: ParameterMemory,
  nulls: Buffer,
  index: number,
): Value | undefined {
  const long = longData.get(index);
  if (long) return Buffer.concat(long).toString();
  const isNull = ((nulls[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
  if (isNull) return null;
  const wireType = types[index];
  return wireType && readValue(reader, wireType);
}

/** enum_field_types */
const integerBytes: Record<number, number> = { 1: 1, 2: 2, 3: 4, 8: 8, 9: 4, 13: 2 };
const float = 4;
const double = 5;
const nullType = 6;
const moments: readonly number[] = [7, 10, 12];
const texts: readonly number[] = [0, 15, 16, 245, 246, 247, 248, 249, 250, 251, 252, 253, 254];

function readValue(reader: PacketReader, { type, isUnsigned }: WireType): Value | undefined {
  const size = integerBytes[type];
  if (size !== undefined) return readInteger(reader.bytes(size), isUnsigned);
  if (type === float) return reader.bytes(4).readFloatLE(0);
  if (type === double) return reader.bytes(8).readDoubleLE(0);
  if (type === nullType) return null;
  if (texts.includes(type)) return reader.lengthEncodedBytes().toString();
  return moments.includes(type) ? readMoment(reader) : undefined;
}

function readInteger(bytes: Buffer, isUnsigned: boolean): bigint {
  if (bytes.length === 8) return isUnsigned ? bytes.readBigUInt64LE(0) : bytes.readBigInt64LE(0);
  const { length } = bytes;
  return BigInt(isUnsigned ? bytes.readUIntLE(0, length) : bytes.readIntLE(0, length));
}

/** A DATE, DATETIME or TIMESTAMP as text: what is zero at the end is not sent. */
function readMoment(reader: PacketReader): string {
  const length = reader.unsigned(1);
  const digits = (value: number, width: number) => String(value).padStart(width, '0');
  if (length === 0) return '0000-00-00';
  const date = [reader.unsigned(2), reader.unsigned(1), reader.unsigned(1)];
  const day = `${digits(date[0] ?? 0, 4)}-${digits(date[1] ?? 0, 2)}-${digits(date[2] ?? 0, 2)}`;
  if (length === 4) return day;
  const time = [reader.unsigned(1), reader.unsigned(1), reader.unsigned(1)];
  const second = `${day} ${time.map((part) => digits(part, 2)).join(':')}`;
  return length === 7 ? second : `${second}.${digits(reader.unsigned(4), 6)}`;
}
