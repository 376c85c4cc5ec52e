/** Of which type the parameters of a statement are, as far as the statement says it. */
import { columnIndex } from './evaluate.ts';
import type { Expression, Statement } from './statement.ts';
import type { Table } from './store.ts';
import type { ColumnType } from './value.ts';

/** By the parameters' indexes; those of which the statement says nothing are undefined. */
export type ParameterTypes = readonly (ColumnType | undefined)[];

/** Throws a SqlError for a column that the table does not have. */
export function parameterTypes(statement: Statement, table: Table | undefined): ParameterTypes {
  const types: (ColumnType | undefined)[] = [];
  for (const [expression, type] of expressionsOf(statement, table)) note(expression, type, types);
  return Array.from(types);
}

type Typed = readonly [Expression, ColumnType | undefined];

function expressionsOf(statement: Statement, table: Table | undefined): Typed[] {
  const typeOfColumn = (name: string) => table?.columns[columnIndex(table, name)]?.type;
  switch (statement.kind) {
    case 'select': {
      const items = statement.items.flatMap((item): Typed[] =>
        item.kind === 'expression' ? [[item.expression, undefined]] : [],
      );
      return [...items, ...compared(statement.where, typeOfColumn)];
    }
    case 'insert': {
      const names = statement.columns ?? table?.columns.map(({ name }) => name) ?? [];
      return statement.rows.flatMap((row) =>
        row.map((expression, index): Typed => {
          const name = names[index];
          return [expression, name === undefined ? undefined : typeOfColumn(name)];
        }),
      );
    }
    case 'update': {
      const assigned = statement.assignments.map(
        ({ column, expression }): Typed => [expression, typeOfColumn(column)],
      );
      return [...assigned, ...compared(statement.where, typeOfColumn)];
    }
    case 'delete':
      return compared(statement.where, typeOfColumn);
    default:
      return [];
  }
}

function compared(
  where: readonly { left: Expression; right: Expression }[],
  typeOfColumn: (name: string) => ColumnType | undefined,
): Typed[] {
  const own = (side: Expression) => (side.kind === 'column' ? typeOfColumn(side.name) : undefined);
  return where.flatMap(({ left, right }): Typed[] => [
    [left, own(right)],
    [right, own(left)],
  ]);
}

function note(
  expression: Expression,
  type: ColumnType | undefined,
  types: (ColumnType | undefined)[],
): void {
  switch (expression.kind) {
    case 'parameter':
      types[expression.index] ??= type;
      return;
    case 'cast':
      note(expression.operand, expression.type, types);
      return;
    case 'sum':
      note(expression.left, type, types);
      note(expression.right, type, types);
      return;
    default:
      return;
  }
}
