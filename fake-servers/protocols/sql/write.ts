/** What the statements that change something do to the tables. */
import { columnIndex, evaluate, isWanted, type Names } from './evaluate.ts';
import type {
  ColumnDefinition,
  Create,
  Delete,
  Expression,
  Insert,
  Statement,
  Update,
} from './statement.ts';
import type { Table, Tables, Write } from './store.ts';
import { coerced, type Row, SqlError, type Value } from './value.ts';

/** Throws a SqlError when there is no such table. */
export function tableOf(tables: Tables, name: string): Table {
  const table = tables.get(name);
  if (!table) throw new SqlError('no-table', name);
  return table;
}

/**
 * The rows that an INSERT stores, worked out once: what its parameters and the table's counter gave
 * stays the same when the write is applied again. Throws a SqlError.
 */
export function insertedRows(
  { columns, rows }: Insert,
  table: Table,
  names: Names,
  nextNumber: () => bigint,
): Row[] {
  const targets = columns?.map((name) => columnIndex(table, name)) ?? [...table.columns.keys()];
  return rows.map((expressions) => {
    if (expressions.length !== targets.length) {
      throw new SqlError('value-count', String(expressions.length));
    }
    return table.columns.map((column, index) => {
      const given = expressions[targets.indexOf(index)];
      return stored(column, givenValue(column, given, names, nextNumber));
    });
  });
}

function givenValue(
  { fallback }: ColumnDefinition,
  given: Expression | undefined,
  names: Names,
  nextNumber: () => bigint,
): Value {
  const value =
    given === undefined || given.kind === 'default' ? undefined : evaluate(given, names);
  if (fallback.kind === 'next') return value ?? nextNumber();
  return value === undefined ? fallback.value : value;
}

function stored(column: ColumnDefinition, value: Value): Value {
  if (value === null && !column.isNullable) throw new SqlError('null-value', column.name);
  return coerced(value, column.type);
}

export function insert(name: string, inserted: readonly Row[]): Write {
  return (tables) => {
    const table = tableOf(tables, name);
    const rows = unique({ ...table, rows: [...table.rows, ...inserted] });
    return { tables: changed(tables, name, rows), ...counts(inserted.length) };
  };
}

export function update({ table: name, assignments, where }: Update, names: Names): Write {
  return (tables) => {
    const table = tableOf(tables, name);
    const targets = assignments.map(({ column }) => columnIndex(table, column));
    const changeOne = (row: Row): Row =>
      row.map((before, index) => {
        const expression = assignments[targets.indexOf(index)]?.expression;
        const column = table.columns[index];
        if (!expression || !column) return before;
        return stored(column, evaluate(expression, names, table, row));
      });
    let [matchedCount, changedCount] = [0, 0];
    const rows = table.rows.map((row) => {
      if (!isWanted(where, names, table, row)) return row;
      const after = changeOne(row);
      matchedCount += 1;
      if (after.some((value, index) => value !== row[index])) changedCount += 1;
      return after;
    });
    return {
      tables: changed(tables, name, unique({ ...table, rows })),
      matched: matchedCount,
      changed: changedCount,
    };
  };
}

export function remove({ table: name, where }: Delete, names: Names): Write {
  return (tables) => {
    const table = tableOf(tables, name);
    const rows = table.rows.filter((row) => !isWanted(where, names, table, row));
    return {
      tables: changed(tables, name, { ...table, rows }),
      ...counts(table.rows.length - rows.length),
    };
  };
}

export function create({ table: name, columns, ifNotExists }: Create): Write {
  const empty: Table = { columns: [...columns], rows: [] };
  return (tables) => {
    const isThere = tables.has(name);
    if (isThere && !ifNotExists) throw new SqlError('table-exists', name);
    const after = isThere ? tables : changed(tables, name, empty);
    return { tables: after, ...counts(0) };
  };
}

export function drop({ table: name, ifExists }: Extract<Statement, { kind: 'drop' }>): Write {
  return (tables) => {
    if (!ifExists) tableOf(tables, name);
    const rest = [...tables].filter(([other]) => other !== name);
    return { tables: new Map(rest), ...counts(0) };
  };
}

const counts = (rows: number) => ({ matched: rows, changed: rows });

const changed = (tables: Tables, name: string, table: Table): Tables =>
  new Map(tables).set(name, table);

/** Throws a SqlError when a unique column has a value twice. */
function unique(table: Table): Table {
  table.columns.forEach((column, index) => {
    if (!column.isUnique) return;
    const seen = new Set<Value>();
    for (const row of table.rows) {
      const value = row[index] ?? null;
      if (value !== null && seen.has(value)) throw new SqlError('duplicate', String(value));
      seen.add(value);
    }
  });
  return table;
}
