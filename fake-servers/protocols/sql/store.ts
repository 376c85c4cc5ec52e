/**
 * The rows that all conversations of one server share.
 *
 * A transaction is the list of its writes. What it sees are the committed rows with its own writes
 * applied; to commit is to apply them once more to what is committed by then. So nobody waits for a
 * lock, two concurrent `c = c + 1` count twice, and nothing is seen of a transaction that is undone. What
 * a server with locks makes wait or refuse, two transactions that store the same unique value, is
 * refused when the later one commits.
 */
import type { ColumnDefinition } from './statement.ts';
import type { Row } from './value.ts';

export interface Table {
  columns: readonly ColumnDefinition[];
  rows: readonly Row[];
}

export type Tables = ReadonlyMap<string, Table>;

export interface Written {
  tables: Tables;
  /** The rows that the statement applied to. */
  matched: number;
  /** Those of them that are different now. */
  changed: number;
}

/** May be applied more than once, and to other tables than at first. Throws a SqlError. */
export type Write = (tables: Tables) => Written;

/** Where statements read and write: the store itself, or a transaction. */
export interface Scope {
  readonly tables: Tables;
  write(write: Write): Written;
}

export class Store implements Scope {
  #tables: Tables = new Map();
  /** A table that is created anew has other columns, and counts anew. */
  readonly #counters = new WeakMap<Table['columns'], bigint>();

  get tables(): Tables {
    return this.#tables;
  }

  write(write: Write): Written {
    const written = write(this.#tables);
    this.#tables = written.tables;
    return written;
  }

  /** The next number of this table, which is not given out again when a transaction is undone. */
  nextNumber({ columns }: Table): bigint {
    const next = (this.#counters.get(columns) ?? 0n) + 1n;
    this.#counters.set(columns, next);
    return next;
  }
}

export class Transaction implements Scope {
  readonly #store: Store;
  readonly #writes: Write[] = [];
  #committed: Tables;
  #seen: Tables;

  constructor(store: Store) {
    this.#store = store;
    this.#committed = store.tables;
    this.#seen = store.tables;
  }

  /** Throws a SqlError when what others have committed since does not go with its writes. */
  get tables(): Tables {
    if (this.#committed !== this.#store.tables) {
      this.#seen = this.#appliedTo(this.#store.tables);
      this.#committed = this.#store.tables;
    }
    return this.#seen;
  }

  write(write: Write): Written {
    const written = write(this.tables);
    this.#seen = written.tables;
    this.#writes.push(write);
    return written;
  }

  /** Throws a SqlError, and then nothing of it is stored. */
  commit(): void {
    this.#store.write((tables) => ({
      tables: this.#appliedTo(tables),
      matched: 0,
      changed: 0,
    }));
  }

  #appliedTo(tables: Tables): Tables {
    return this.#writes.reduce((before, write) => write(before).tables, tables);
  }
}
