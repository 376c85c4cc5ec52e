/** The values that a statement names. */
import type { Cursor } from './cursor.ts';
import type { Equality, Expression } from './statement.ts';
import { type ColumnType, SqlError } from './value.ts';

const typeNames: Record<ColumnType, readonly string[]> = {
  int: ['INT', 'INTEGER', 'TINYINT', 'SMALLINT', 'MEDIUMINT', 'INT2', 'INT4', 'SERIAL'],
  bigint: ['BIGINT', 'INT8', 'BIGSERIAL'],
  double: ['DOUBLE', 'FLOAT', 'REAL', 'FLOAT8', 'FLOAT4', 'NUMERIC', 'DECIMAL'],
  text: ['TEXT', 'VARCHAR', 'CHAR', 'CHARACTER', 'TINYTEXT', 'MEDIUMTEXT', 'LONGTEXT'],
};

/** Expressions are evaluated recursively. */
const termsMax = 100;
/** Of an integer that is exact; longer ones are doubles. */
const digitsMax = 18;
const parameterMax = 65_535;

/** Functions that are called without brackets. */
const bareCalls: readonly string[] = ['CURRENT_USER', 'SESSION_USER'];
/** Words that no column is named, unless it is quoted. */
const reserved: readonly string[] = [
  ...['SELECT', 'FROM', 'WHERE', 'AND', 'OR', 'LIMIT', 'ORDER', 'GROUP', 'AS', 'INTO', 'VALUES'],
  ...['SET', 'INSERT', 'UPDATE', 'DELETE', 'CREATE', 'TABLE', 'UNION', 'JOIN', 'ON', 'FOR'],
];

/** A type of the dialects, without its sizes. */
export function parseType(cursor: Cursor): ColumnType {
  const word = cursor.peekWord() ?? cursor.fail();
  const types = Object.keys(typeNames) as ColumnType[];
  const type = types.find((candidate) => typeNames[candidate].includes(word)) ?? cursor.fail();
  cursor.take('word');
  // DOUBLE PRECISION, CHARACTER VARYING
  if (!cursor.takeWords('PRECISION')) cursor.takeWords('VARYING');
  if (cursor.takeSymbol('(')) {
    cursor.list(() => cursor.take('integer') ?? cursor.fail());
    cursor.expectSymbol(')');
  }
  return type;
}

/** Throws a SqlError. */
export function parseExpression(cursor: Cursor): Expression {
  let left = parseCast(cursor);
  for (let terms = 1; terms < termsMax; terms += 1) {
    const operator = cursor.takeSymbol('+') ? '+' : cursor.takeSymbol('-') ? '-' : undefined;
    if (operator === undefined) return left;
    left = { kind: 'sum', left, operator, right: parseCast(cursor) };
  }
  return cursor.fail();
}

/** `WHERE a = 1 AND b = 2`, or nothing. */
export function parseWhere(cursor: Cursor): Equality[] {
  if (!cursor.takeWords('WHERE')) return [];
  const all: Equality[] = [];
  do {
    const left = parseExpression(cursor);
    cursor.expectSymbol('=');
    all.push({ left, right: parseExpression(cursor) });
  } while (cursor.takeWords('AND'));
  return all;
}

function parseCast(cursor: Cursor): Expression {
  const operand = parseOperand(cursor);
  return cursor.takeSymbol('::') ? { kind: 'cast', operand, type: parseType(cursor) } : operand;
}

function parseOperand(cursor: Cursor): Expression {
  if (cursor.takeSymbol('-')) {
    return { kind: 'sum', left: literal(0n), operator: '-', right: parseNumber(cursor) };
  }
  if (cursor.takeWords('NULL')) return literal(null);
  if (cursor.takeWords('DEFAULT')) return { kind: 'default' };
  const text = cursor.take('string');
  if (text !== undefined) return literal(text);
  const parameter = cursor.take('parameter');
  if (parameter !== undefined) return { kind: 'parameter', index: indexOf(cursor, parameter) };
  const variable = cursor.take('variable');
  if (variable !== undefined) return { kind: 'variable', name: variable.toLowerCase() };
  return parseNumber(cursor, parseNamed);
}

function parseNumber(cursor: Cursor, otherwise: (cursor: Cursor) => Expression = refused) {
  const integer = cursor.take('integer');
  if (integer !== undefined && integer.length <= digitsMax) return literal(BigInt(integer));
  const number = integer ?? cursor.take('decimal');
  if (number === undefined) return otherwise(cursor);
  return Number.isFinite(Number(number)) ? literal(Number(number)) : cursor.fail();
}

function parseNamed(cursor: Cursor): Expression {
  const word = cursor.peekWord();
  if (word !== undefined && reserved.includes(word)) cursor.fail();
  const name = cursor.expectName();
  if (word !== undefined && bareCalls.includes(word)) {
    if (cursor.takeSymbol('(')) cursor.expectSymbol(')');
    return { kind: 'call', name: word.toLowerCase() };
  }
  if (!cursor.takeSymbol('(')) return { kind: 'column', name };
  const isCount = word === 'COUNT' && cursor.takeSymbol('*');
  cursor.expectSymbol(')');
  return isCount ? { kind: 'count' } : { kind: 'call', name: name.toLowerCase() };
}

function indexOf(cursor: Cursor, number: string): number {
  if (number !== '') {
    const ordinal = Number(number);
    if (ordinal < 1 || ordinal > parameterMax) throw new SqlError('no-parameter', number);
    return ordinal - 1;
  }
  if (cursor.parameterCount === parameterMax) cursor.fail();
  cursor.parameterCount += 1;
  return cursor.parameterCount - 1;
}

const literal = (value: null | bigint | number | string): Expression => ({
  kind: 'literal',
  value,
});

const refused = (cursor: Cursor) => cursor.fail();
