/** The values that the SQL servers know, and what goes wrong in words both dialects share. */

/** An integer is always a bigint; a number is a double. */
export type Value = null | bigint | number | string;
export type Row = readonly Value[];

/** `int` has 32 bits, `bigint` has 64. */
export const columnTypes = ['int', 'bigint', 'double', 'text'] as const;
export type ColumnType = (typeof columnTypes)[number];

/** Of a table or a result: PostgreSQL has at most 1664 in a result, MySQL 4096 in a table. */
export const columnsMax = 1600;

/** A column of a result. */
export interface Column {
  name: string;
  type: ColumnType;
}

export type SqlFault =
  | 'syntax'
  | 'no-table'
  | 'table-exists'
  | 'no-column'
  | 'no-variable'
  | 'no-function'
  | 'no-parameter'
  | 'value-count'
  | 'invalid-value'
  | 'out-of-range'
  | 'null-value'
  | 'duplicate'
  | 'aborted';

/** A statement that is refused. Each dialect has its own code and text for the fault. */
export class SqlError extends Error {
  override readonly name = 'SqlError';
  readonly fault: SqlFault;
  /** What it is about: a name, a value, or for `syntax` the text from which on it is not understood. */
  readonly subject: string;

  constructor(fault: SqlFault, subject: string) {
    super(`${fault}: ${subject}`);
    this.fault = fault;
    this.subject = subject;
  }
}

const int32Max = 2n ** 31n - 1n;
const int64Max = 2n ** 63n - 1n;

const isWithin = (value: bigint, max: bigint) => value <= max && value >= -max - 1n;

/** The type of a value that no column declares. */
export function typeOfValue(value: Value): ColumnType {
  if (typeof value === 'bigint' && isWithin(value, int64Max)) {
    return isWithin(value, int32Max) ? 'int' : 'bigint';
  }
  return typeof value === 'number' || typeof value === 'bigint' ? 'double' : 'text';
}

/** The value as a column of this type has it. Throws a SqlError when it cannot. */
export function coerced(value: Value, type: ColumnType): Value {
  if (value === null) return null;
  if (type === 'text') return String(value);
  if (type === 'double') return toDouble(value);
  const integer = toInteger(value);
  if (isWithin(integer, type === 'int' ? int32Max : int64Max)) return integer;
  throw new SqlError('out-of-range', String(value));
}

function toDouble(value: bigint | number | string): number {
  const double = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value);
  if (Number.isFinite(double)) return double;
  throw new SqlError('invalid-value', String(value));
}

function toInteger(value: bigint | number | string): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'string' && /^\s*[+-]?\d{1,30}\s*$/.test(value)) return BigInt(value);
  return BigInt(Math.round(toDouble(value)));
}

/** As `=` of SQL: NULL equals nothing, and a number may be compared with its text. */
export function areEqual(left: Value, right: Value): boolean {
  if (left === null || right === null) return false;
  if (typeof left === 'string' && typeof right === 'string') return left === right;
  if (typeof left === 'string' || typeof right === 'string') {
    return Number(left) === Number(right) && String(left).trim() !== '';
  }
  // The loose comparison of JavaScript is exact between a bigint and a number.
  // biome-ignore lint/suspicious/noDoubleEquals: see above
  return left == right;
}
