/** The variables and functions that a conversation can ask for. */
import type { Dialect, Surroundings } from './dialect.ts';
import type { Rows } from './select.ts';
import { coerced, SqlError, type Value } from './value.ts';

export class Settings {
  readonly #dialect: Dialect;
  readonly #surroundings: () => Surroundings;
  readonly #set = new Map<string, string>();

  constructor(dialect: Dialect, surroundings: () => Surroundings) {
    this.#dialect = dialect;
    this.#surroundings = surroundings;
  }

  /** What a client sets holds for its conversation, also when the server knows no such variable. */
  set(name: string, value: string): void {
    this.#set.set(name, value);
  }

  clear(): void {
    this.#set.clear();
  }

  /** Throws a SqlError when there is no such variable. */
  variable(name: string): Value {
    const known = ownValue(this.#dialect.variables, name);
    if (typeof known === 'function') return known(this.#surroundings());
    const set = this.#set.get(name);
    if (set === undefined) {
      if (known === undefined) throw new SqlError('no-variable', name);
      return known;
    }
    return typeof known === 'bigint' && /^\d{1,18}$/.test(set) ? BigInt(set) : set;
  }

  /** Throws a SqlError when there is no such function. */
  call(name: string): Value {
    const call = ownValue(this.#dialect.functions, name);
    if (!call) throw new SqlError('no-function', name);
    return call(this.#surroundings());
  }

  /** What `SHOW name` shows. Throws a SqlError. */
  shown(name: string): Rows {
    const value = coerced(this.variable(name), 'text');
    return { columns: [{ name, type: 'text' }], rows: [[value]] };
  }

  /** What `SHOW VARIABLES` shows. */
  shownAll(like: string | undefined): Rows {
    const names = Object.keys(this.#dialect.variables).sort();
    return {
      columns: [
        { name: 'Variable_name', type: 'text' },
        { name: 'Value', type: 'text' },
      ],
      rows: names
        .filter((name) => like === undefined || isLike(name, like.toLowerCase()))
        .map((name) => [name, coerced(this.variable(name), 'text')]),
    };
  }
}

/** What is the record's own, and not what every object inherits, such as `constructor`. */
export function ownValue<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** LIKE of SQL: `%` is any text, `_` one character. */
function isLike(text: string, pattern: string): boolean {
  // What still may match after the pattern so far: `reached` holds offsets in the text.
  let reached = new Set([0]);
  for (const character of pattern) {
    const next = new Set<number>();
    for (const offset of reached) {
      if (character === '%') for (let at = offset; at <= text.length; at += 1) next.add(at);
      else if (offset < text.length && [text[offset], '_'].includes(character))
        next.add(offset + 1);
    }
    reached = next;
  }
  return reached.has(text.length);
}
