/** In what the servers differ, whoever asks. */
import type { Lexis } from './lexis.ts';
import type { Expression } from './statement.ts';
import type { Table } from './store.ts';
import type { ColumnType, Row, Value } from './value.ts';

/** One open conversation, as the server lists it. */
export interface Process {
  id: number;
  user: string;
  /** Address and port of the client. */
  host: string;
  database: string | null;
  /** The request that is being executed, null between requests. */
  info: string | null;
  /** How long it has been so. */
  forMs: number;
  isInTransaction: boolean;
}

/** What a function or a variable can tell of. */
export interface Surroundings {
  process: Process;
  lastInsertId: bigint;
  hasAutocommit: boolean;
}

export interface Dialect {
  lexis: Lexis;
  /** The server's variables by their names in lower case. */
  variables: Readonly<Record<string, Value | ((surroundings: Surroundings) => Value)>>;
  /** Functions without arguments by their names in lower case. */
  functions: Readonly<Record<string, (surroundings: Surroundings) => Value>>;
  /** What `SHOW PROCESSLIST` shows, where the server has it. */
  processList: ((processes: readonly Process[]) => Table) | undefined;
  /** Tables that can be read and that nobody has created. */
  views: Readonly<Record<string, (processes: readonly Process[]) => Table>>;
  /** How a column is headed that has no alias. */
  columnName(expression: Expression, text: string): string;
  /** What `SHOW VARIABLES` and `USE` are syntax errors without. */
  hasMysqlStatements: boolean;
  /** Whether CREATE and DROP commit what is open, and cannot be undone. */
  definitionsCommit: boolean;
}

/** A table that is made up when it is read. */
export const view = (
  columns: readonly (readonly [name: string, type: ColumnType])[],
  rows: readonly Row[],
): Table => ({
  columns: columns.map(([name, type]) => ({
    name,
    type,
    isNullable: true,
    isUnique: false,
    fallback: { kind: 'value', value: null },
  })),
  rows,
});
