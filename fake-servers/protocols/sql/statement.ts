/** What a client may ask of a SQL server. */
import type { ColumnType, Value } from './value.ts';

export type Expression =
  | { kind: 'literal'; value: Value }
  /** `index` counts from 0. */
  | { kind: 'parameter'; index: number }
  | { kind: 'column'; name: string }
  | { kind: 'variable'; name: string }
  /** A function without arguments. */
  | { kind: 'call'; name: string }
  | { kind: 'count' }
  | { kind: 'default' }
  | { kind: 'sum'; left: Expression; operator: '+' | '-'; right: Expression }
  | { kind: 'cast'; operand: Expression; type: ColumnType };

/** One thing that is selected; `text` is how the client wrote it. */
export type Item =
  | { kind: 'all' }
  | { kind: 'expression'; expression: Expression; alias: string | undefined; text: string };

export interface Equality {
  left: Expression;
  right: Expression;
}

export interface ColumnDefinition {
  name: string;
  type: ColumnType;
  isNullable: boolean;
  isUnique: boolean;
  /** What an INSERT that leaves it out stores; `next` is a number of the table's own counter. */
  fallback: { kind: 'value'; value: Value } | { kind: 'next' };
}

export interface Select {
  kind: 'select';
  items: readonly Item[];
  table: string | undefined;
  where: readonly Equality[];
  rowsMax: number | undefined;
}

export interface Insert {
  kind: 'insert';
  table: string;
  /** Undefined: all, in the table's order. */
  columns: readonly string[] | undefined;
  rows: readonly (readonly Expression[])[];
}

export interface Update {
  kind: 'update';
  table: string;
  assignments: readonly { column: string; expression: Expression }[];
  where: readonly Equality[];
}

export interface Delete {
  kind: 'delete';
  table: string;
  where: readonly Equality[];
}

export interface Create {
  kind: 'create';
  table: string;
  columns: readonly ColumnDefinition[];
  ifNotExists: boolean;
}

export type Statement =
  | Select
  | Insert
  | Update
  | Delete
  | Create
  | { kind: 'drop'; table: string; ifExists: boolean }
  | { kind: 'begin' }
  | { kind: 'commit' }
  | { kind: 'rollback' }
  | { kind: 'set'; settings: readonly { name: string; value: string }[] }
  | { kind: 'use'; database: string }
  | { kind: 'show-variable'; name: string }
  | { kind: 'show-variables'; like: string | undefined }
  | { kind: 'show-processlist' };
