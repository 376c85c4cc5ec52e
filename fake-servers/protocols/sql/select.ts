/** What the statements that only read give. */
import { evaluate, isWanted, type Names, typeOf } from './evaluate.ts';
import type { Expression, Item, Select } from './statement.ts';
import type { Table } from './store.ts';
import { type Column, coerced, columnsMax, type Row, SqlError } from './value.ts';

export interface Rows {
  columns: readonly Column[];
  rows: readonly Row[];
}

interface Picked extends Column {
  expression: Expression;
}

const isCount = ({ expression }: Picked) => expression.kind === 'count';

/** How a column without an alias is headed. */
type Head = (expression: Expression, text: string) => string;

/** The columns that a SELECT gives, known before it is executed. Throws a SqlError. */
export function columnsOf(
  { items }: Select,
  table: Table | undefined,
  names: Names,
  head: Head,
): Column[] {
  return pickedBy(items, table, names, head).map(({ name, type }) => ({ name, type }));
}

/** Throws a SqlError. */
export function select(
  { items, where, rowsMax }: Select,
  table: Table | undefined,
  names: Names,
  head: Head,
): Rows {
  const picked = pickedBy(items, table, names, head);
  const columns = picked.map(({ name, type }) => ({ name, type }));
  const wanted = table && {
    ...table,
    rows: table.rows.filter((row) => isWanted(where, names, table, row)),
  };
  if (picked.some(isCount)) {
    // How a row of its own and the number of rows go together is not said without GROUP BY.
    if (!picked.every(isCount)) throw new SqlError('syntax', 'COUNT');
    const count = BigInt(wanted?.rows.length ?? 1);
    return { columns, rows: [picked.map(() => count)].slice(0, rowsMax) };
  }
  const sources: readonly Row[] = wanted?.rows ?? [[]];
  const rows = sources
    .slice(0, rowsMax)
    .map((row) =>
      picked.map(({ expression, type }) => coerced(evaluate(expression, names, table, row), type)),
    );
  return { columns, rows };
}

function pickedBy(
  items: readonly Item[],
  table: Table | undefined,
  names: Names,
  head: Head,
): Picked[] {
  const picked = items.flatMap((item): Picked[] => {
    if (item.kind === 'expression') {
      const { expression, alias, text } = item;
      const type = typeOf(expression, names, table);
      return [{ expression, name: alias ?? head(expression, text), type }];
    }
    if (!table) throw new SqlError('syntax', '*');
    return table.columns.map(({ name, type }) => ({
      expression: { kind: 'column', name },
      name,
      type,
    }));
  });
  if (picked.length > columnsMax) throw new SqlError('syntax', '');
  return picked;
}
