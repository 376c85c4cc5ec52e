/** Which transaction a conversation has open, if any. */
import { type Scope, type Store, Transaction } from './store.ts';

interface Open {
  transaction: Transaction;
  /** Whether the client began it; otherwise it ends with the client's message. */
  isExplicit: boolean;
  isFailed: boolean;
}

export class Transactions {
  readonly #store: Store;
  #open: Open | undefined;
  #hasAutocommit = true;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Whether each statement outside of a transaction is one of its own. */
  get hasAutocommit(): boolean {
    return this.#hasAutocommit;
  }

  get state(): 'none' | 'open' | 'failed' {
    if (!this.#open?.isExplicit) return 'none';
    return this.#open.isFailed ? 'failed' : 'open';
  }

  /** Where the next statement reads and writes. */
  scope(): Scope {
    if (!this.#hasAutocommit) this.#open ??= this.#opened(true);
    return this.#open?.transaction ?? this.#store;
  }

  /** Begins one, or makes an implicit one explicit. */
  begin(): void {
    this.#open = { ...(this.#open ?? this.#opened(true)), isExplicit: true };
  }

  /** False when there was nothing to commit but a failure. Throws a SqlError, and has undone all then. */
  commit(): boolean {
    const open = this.#open;
    this.#open = undefined;
    if (open?.isFailed) return false;
    open?.transaction.commit();
    return true;
  }

  rollback(): void {
    this.#open = undefined;
  }

  /** Opens one that holds until `closeImplicit`, unless one is open. */
  openImplicit(): void {
    this.#open ??= this.#opened(false);
  }

  /** Commits what the client has not begun itself. Throws a SqlError. */
  closeImplicit(): void {
    if (this.#open && !this.#open.isExplicit) this.commit();
  }

  /** What an error does where it ends all of a transaction. */
  abort(): void {
    this.#open = this.#open?.isExplicit ? { ...this.#open, isFailed: true } : undefined;
  }

  /** Throws a SqlError when what is open cannot be committed. */
  setAutocommit(isOn: boolean): void {
    if (isOn && !this.#hasAutocommit) this.commit();
    this.#hasAutocommit = isOn;
  }

  #opened(isExplicit: boolean): Open {
    return { transaction: new Transaction(this.#store), isExplicit, isFailed: false };
  }
}
