/** One conversation with a SQL server, and the statements it executes. */
import type { Dialect, Process } from './dialect.ts';
import type { Names } from './evaluate.ts';
import { type ParameterTypes, parameterTypes } from './parameters.ts';
import { columnsOf, type Rows, select } from './select.ts';
import { ownValue, Settings } from './settings.ts';
import type { Insert, Statement } from './statement.ts';
import type { Store, Table, Write } from './store.ts';
import { Transactions } from './transactions.ts';
import { type Column, coerced, SqlError, typeOfValue, type Value } from './value.ts';
import { create, drop, insert, insertedRows, remove, tableOf, update } from './write.ts';

export type Command =
  | 'INSERT'
  | 'UPDATE'
  | 'DELETE'
  | 'CREATE TABLE'
  | 'DROP TABLE'
  | 'BEGIN'
  | 'COMMIT'
  | 'ROLLBACK'
  | 'SET'
  | 'USE';

export type Result =
  | ({ kind: 'rows' } & Rows)
  | { kind: 'done'; command: Command; matched: number; changed: number; insertId: bigint };

/** What a client learns of a statement before it is executed. */
export interface Description {
  parameters: ParameterTypes;
  /** Undefined for what gives no rows. */
  columns: readonly Column[] | undefined;
}

/** What a session shares with the others. */
export interface Shared {
  store: Store;
  dialect: Dialect;
  processes(): readonly Process[];
}

export class Session {
  readonly #shared: Shared;
  readonly #settings: Settings;
  #transactions: Transactions;
  #lastInsertId = 0n;
  #info: string | null = null;
  #sinceMs = performance.now();
  readonly id: number;
  readonly host: string;
  user = '';
  database: string | null = null;

  constructor(id: number, host: string, shared: Shared) {
    this.id = id;
    this.host = host;
    this.#shared = shared;
    this.#transactions = new Transactions(shared.store);
    this.#settings = new Settings(shared.dialect, () => ({
      process: this.process,
      lastInsertId: this.#lastInsertId,
      hasAutocommit: this.#transactions.hasAutocommit,
    }));
  }

  get transactions(): Transactions {
    return this.#transactions;
  }

  get process(): Process {
    const { id, user, host, database } = this;
    const isInTransaction = this.#transactions.state !== 'none';
    const forMs = performance.now() - this.#sinceMs;
    return { id, user, host, database, info: this.#info, forMs, isInTransaction };
  }

  /** Notes what is executed from now on, null for nothing. */
  busyWith(info: string | null): void {
    this.#info = info;
    this.#sinceMs = performance.now();
  }

  /** As if the conversation had just begun: what is open is undone, what is set is forgotten. */
  reset(): void {
    this.#transactions = new Transactions(this.#shared.store);
    this.#settings.clear();
    this.#lastInsertId = 0n;
  }

  /** `given` is what the client says of its parameters. Throws a SqlError. */
  describe(statement: Statement, given: ParameterTypes = []): Description {
    const isDefinition = statement.kind === 'create' || statement.kind === 'drop';
    const name = 'table' in statement && !isDefinition ? statement.table : undefined;
    const table = name === undefined ? undefined : this.#readable(name);
    const inferred = parameterTypes(statement, table);
    const count = Math.max(given.length, inferred.length);
    const parameters = Array.from({ length: count }, (_, index) => given[index] ?? inferred[index]);
    const columns =
      statement.kind === 'select'
        ? columnsOf(statement, table, this.#names([], parameters), this.#head)
        : this.#shown(statement)?.columns;
    return { parameters, columns };
  }

  /**
   * Executes a statement. Parameters whose types are known are made to fit them. Throws a SqlError,
   * and then the statement has done nothing.
   */
  execute(
    statement: Statement,
    parameters: readonly Value[] = [],
    types: ParameterTypes = [],
  ): Result {
    const endsTransaction = statement.kind === 'commit' || statement.kind === 'rollback';
    if (this.#transactions.state === 'failed' && !endsTransaction)
      throw new SqlError('aborted', '');
    const shown = this.#shown(statement);
    if (shown) return { kind: 'rows', ...shown };
    const names = this.#names(parameters, types);
    switch (statement.kind) {
      case 'select': {
        const table = statement.table === undefined ? undefined : this.#readable(statement.table);
        return { kind: 'rows', ...select(statement, table, names, this.#head) };
      }
      case 'insert':
        return this.#insert(statement, names);
      case 'update':
        return this.#write('UPDATE', update(statement, names));
      case 'delete':
        return this.#write('DELETE', remove(statement, names));
      case 'create':
        return this.#define('CREATE TABLE', create(statement));
      case 'drop':
        return this.#define('DROP TABLE', drop(statement));
      default:
        return this.#control(statement);
    }
  }

  readonly #head = (...args: Parameters<Dialect['columnName']>) =>
    this.#shared.dialect.columnName(...args);

  #names(parameters: readonly Value[], types: ParameterTypes): Names {
    return {
      variable: (name) => this.#settings.variable(name),
      call: (name) => this.#settings.call(name),
      parameter: (index) => {
        const value = parameters[index];
        if (value === undefined) throw new SqlError('no-parameter', String(index + 1));
        const type = types[index];
        return type === undefined ? value : coerced(value, type);
      },
      parameterType: (index) => types[index] ?? typeOfValue(parameters[index] ?? null),
    };
  }

  #readable(name: string): Table {
    const view = ownValue(this.#shared.dialect.views, name.toLowerCase());
    return view?.(this.#shared.processes()) ?? tableOf(this.#transactions.scope().tables, name);
  }

  #insert(statement: Insert, names: Names): Result {
    const scope = this.#transactions.scope();
    const table = tableOf(scope.tables, statement.table);
    let insertId: bigint | undefined;
    const rows = insertedRows(statement, table, names, () => {
      const next = this.#shared.store.nextNumber(table);
      insertId ??= next;
      return next;
    });
    const { matched, changed } = scope.write(insert(statement.table, rows));
    this.#lastInsertId = insertId ?? this.#lastInsertId;
    return { kind: 'done', command: 'INSERT', matched, changed, insertId: insertId ?? 0n };
  }

  #write(command: Command, write: Write): Result {
    const { matched, changed } = this.#transactions.scope().write(write);
    return { kind: 'done', command, matched, changed, insertId: 0n };
  }

  #define(command: Command, write: Write): Result {
    if (!this.#shared.dialect.definitionsCommit) return this.#write(command, write);
    this.#transactions.commit();
    this.#shared.store.write(write);
    return done(command);
  }

  #shown(statement: Statement): Rows | undefined {
    const { processList, hasMysqlStatements } = this.#shared.dialect;
    switch (statement.kind) {
      case 'show-processlist':
        return processList
          ? tableRows(processList(this.#shared.processes()))
          : this.#settings.shown('processlist');
      case 'show-variable':
        if (hasMysqlStatements) throw new SqlError('syntax', statement.name);
        return this.#settings.shown(statement.name);
      case 'show-variables':
        if (!hasMysqlStatements) throw new SqlError('syntax', 'VARIABLES');
        return this.#settings.shownAll(statement.like);
      default:
        return undefined;
    }
  }

  #control(statement: Statement): Result {
    const { hasMysqlStatements, definitionsCommit } = this.#shared.dialect;
    switch (statement.kind) {
      case 'begin':
        if (definitionsCommit) this.#transactions.commit();
        this.#transactions.begin();
        return done('BEGIN');
      case 'commit':
        return done(this.#transactions.commit() ? 'COMMIT' : 'ROLLBACK');
      case 'rollback':
        this.#transactions.rollback();
        return done('ROLLBACK');
      case 'set':
        for (const { name, value } of statement.settings) this.#set(name, value);
        return done('SET');
      case 'use':
        if (!hasMysqlStatements) throw new SqlError('syntax', 'USE');
        this.database = statement.database;
        return done('USE');
      default:
        throw new SqlError('syntax', statement.kind);
    }
  }

  #set(name: string, value: string): void {
    this.#settings.set(name, value);
    if (name === 'autocommit' && this.#shared.dialect.hasMysqlStatements) {
      this.#transactions.setAutocommit(/^(?:1|on|true)$/i.test(value));
    }
  }
}

const tableRows = ({ columns, rows }: Table): Rows => ({
  columns: columns.map(({ name, type }) => ({ name, type })),
  rows,
});

const done = (command: Command): Result => ({
  kind: 'done',
  command,
  matched: 0,
  changed: 0,
  insertId: 0n,
});
