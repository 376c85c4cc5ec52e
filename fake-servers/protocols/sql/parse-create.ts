/** `CREATE TABLE`: columns with the constraints that show whether a row is stored twice. */
import type { Cursor } from './cursor.ts';
import { parseExpression, parseType } from './parse-expression.ts';
import type { ColumnDefinition, Statement } from './statement.ts';
import { columnsMax } from './value.ts';

/** Throws a SqlError. */
export function parseCreate(cursor: Cursor): Statement {
  cursor.expectWords('TABLE');
  const ifNotExists = cursor.takeWords('IF NOT EXISTS');
  const table = cursor.expectName();
  cursor.expectSymbol('(');
  let columns: ColumnDefinition[] = [];
  do {
    if (cursor.takeWords('PRIMARY KEY')) columns = withPrimaryKey(cursor, columns);
    else columns.push(parseColumn(cursor));
  } while (cursor.takeSymbol(','));
  if (columns.length > columnsMax) cursor.fail();
  cursor.expectSymbol(')');
  skipOptions(cursor);
  return { kind: 'create', table, columns, ifNotExists };
}

/** `ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`: says how rows are stored, not which. */
function skipOptions(cursor: Cursor): void {
  while (cursor.take('word') !== undefined) {
    if (!cursor.takeSymbol('=')) continue;
    if (cursor.take('word') === undefined && cursor.take('integer') === undefined) cursor.fail();
  }
}

function withPrimaryKey(cursor: Cursor, columns: readonly ColumnDefinition[]): ColumnDefinition[] {
  cursor.expectSymbol('(');
  const name = cursor.expectName();
  if (!columns.some((column) => column.name === name)) cursor.fail();
  cursor.expectSymbol(')');
  return columns.map((column) => (column.name === name ? { ...column, ...primary } : column));
}

const primary = { isNullable: false, isUnique: true };

function parseColumn(cursor: Cursor): ColumnDefinition {
  const name = cursor.expectName();
  const word = cursor.peekWord();
  const isSerial = word === 'SERIAL' || word === 'BIGSERIAL';
  const type = parseType(cursor);
  let column: ColumnDefinition = {
    name,
    type,
    isNullable: !isSerial,
    isUnique: false,
    fallback: isSerial ? { kind: 'next' } : { kind: 'value', value: null },
  };
  for (;;) {
    const change = parseAttribute(cursor);
    if (change === undefined) return column;
    column = { ...column, ...change };
  }
}

function parseAttribute(cursor: Cursor): Partial<ColumnDefinition> | undefined {
  if (cursor.takeWords('NOT NULL')) return { isNullable: false };
  if (cursor.takeWords('NULL') || cursor.takeWords('UNSIGNED')) return {};
  if (cursor.takeWords('PRIMARY KEY')) return primary;
  if (cursor.takeWords('UNIQUE')) return { isUnique: true };
  if (cursor.takeWords('AUTO_INCREMENT')) return { fallback: { kind: 'next' } };
  if (!cursor.takeWords('DEFAULT')) return undefined;
  const value = parseExpression(cursor);
  return value.kind === 'literal'
    ? { fallback: { kind: 'value', value: value.value } }
    : cursor.fail();
}
