/** The prepared statements and portals of one conversation. */
import type { Description, Result } from '../sql/session.ts';
import type { Statement } from '../sql/statement.ts';
import type { Row, Value } from '../sql/value.ts';
import { RefusedError } from './error.ts';
import type { Parameter, Target } from './frontend.ts';
import { parameterValue } from './value.ts';

export interface Prepared {
  text: string;
  /** Undefined for an empty text. */
  statement: Statement | undefined;
  description: Description;
  parameterOids: readonly number[];
}

export interface Portal {
  prepared: Prepared;
  values: readonly Value[];
  resultFormats: readonly number[];
  /** What does not give rows is executed once. */
  isDone: boolean;
  /** What an Execute with a limit has left over. */
  rest: { result: Extract<Result, { kind: 'rows' }>; rows: readonly Row[] } | undefined;
}

export class Named<T> {
  readonly #what: Target;
  readonly #byName = new Map<string, T>();

  constructor(what: Target) {
    this.#what = what;
  }

  /** Only what has no name may be replaced. Throws a RefusedError. */
  set(name: string, value: T): void {
    if (name !== '' && this.#byName.has(name)) {
      const what = this.#what === 'portal' ? 'cursor' : 'prepared statement';
      throw new RefusedError(
        this.#what === 'portal' ? '42P03' : '42P05',
        `${what} "${name}" already exists`,
      );
    }
    this.#byName.set(name, value);
  }

  /** Throws a RefusedError. */
  get(name: string): T {
    const value = this.#byName.get(name);
    if (value !== undefined) return value;
    throw this.#what === 'portal'
      ? new RefusedError('34000', `portal "${name}" does not exist`)
      : new RefusedError('26000', `prepared statement "${name}" does not exist`);
  }

  find(name: string): T | undefined {
    return this.#byName.get(name);
  }

  delete(name: string): void {
    this.#byName.delete(name);
  }

  clear(): void {
    this.#byName.clear();
  }
}

const textOid = 25;

/** The values of Bind. Throws a RefusedError. */
export const boundValues = (parameters: readonly Parameter[], oids: readonly number[]): Value[] =>
  parameters.map((parameter, index) => parameterValue(parameter, oids[index] || textOid));
