/** The value and the type of an expression. */
import type { Equality, Expression } from './statement.ts';
import type { Table } from './store.ts';
import {
  areEqual,
  type ColumnType,
  coerced,
  type Row,
  SqlError,
  typeOfValue,
  type Value,
} from './value.ts';

/** What an expression can name. Each function throws a SqlError for what is not there. */
export interface Names {
  variable(name: string): Value;
  call(name: string): Value;
  parameter(index: number): Value;
  parameterType(index: number): ColumnType;
}

/** Throws a SqlError. */
export function columnIndex({ columns }: Pick<Table, 'columns'>, name: string): number {
  const index = columns.findIndex((column) => column.name.toLowerCase() === name.toLowerCase());
  if (index < 0) throw new SqlError('no-column', name);
  return index;
}

/**
 * The value in one row; without a table there is no row. COUNT is no value of a row, nor is DEFAULT.
 * Throws a SqlError.
 */
export function evaluate(expression: Expression, names: Names, table?: Table, row?: Row): Value {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'parameter':
      return names.parameter(expression.index);
    case 'variable':
      return names.variable(expression.name);
    case 'call':
      return names.call(expression.name);
    case 'column':
      if (!table) throw new SqlError('no-column', expression.name);
      return row?.[columnIndex(table, expression.name)] ?? null;
    case 'cast':
      return coerced(evaluate(expression.operand, names, table, row), expression.type);
    case 'sum':
      return sum(
        evaluate(expression.left, names, table, row),
        expression.operator,
        evaluate(expression.right, names, table, row),
      );
    case 'count':
    case 'default':
      throw new SqlError('syntax', expression.kind.toUpperCase());
  }
}

/** The type that all values of the expression have. Throws a SqlError. */
export function typeOf(expression: Expression, names: Names, table?: Table): ColumnType {
  switch (expression.kind) {
    case 'parameter':
      return names.parameterType(expression.index);
    case 'column':
      if (!table) throw new SqlError('no-column', expression.name);
      return table.columns[columnIndex(table, expression.name)]?.type ?? 'text';
    case 'cast':
      return expression.type;
    case 'count':
      return 'bigint';
    case 'sum': {
      const types = [typeOf(expression.left, names, table), typeOf(expression.right, names, table)];
      return types.every((type) => type === 'int' || type === 'bigint') ? 'bigint' : 'double';
    }
    default:
      return typeOfValue(evaluate(expression, names, table));
  }
}

/** Whether the row is one that WHERE asks for. Throws a SqlError. */
export function isWanted(
  where: readonly Equality[],
  names: Names,
  table: Table,
  row: Row,
): boolean {
  return where.every(({ left, right }) =>
    areEqual(evaluate(left, names, table, row), evaluate(right, names, table, row)),
  );
}

function sum(left: Value, operator: '+' | '-', right: Value): Value {
  if (left === null || right === null) return null;
  if (typeof left === 'bigint' && typeof right === 'bigint') {
    return coerced(operator === '+' ? left + right : left - right, 'bigint');
  }
  const [a, b] = [Number(coerced(left, 'double')), Number(coerced(right, 'double'))];
  return coerced(operator === '+' ? a + b : a - b, 'double');
}
