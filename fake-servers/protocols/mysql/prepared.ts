/** The statements that one conversation has prepared. */
import { statementOf } from '../sql/parse.ts';
import type { Description, Session } from '../sql/session.ts';
import type { Statement } from '../sql/statement.ts';
import { mysqlDialect } from './dialect.ts';
import type { ParameterMemory } from './parameters.ts';

export interface Prepared {
  id: number;
  text: string;
  statement: Statement;
  description: Description;
  memory: ParameterMemory;
}

export class PreparedStatements {
  readonly #byId = new Map<number, Prepared>();
  #lastId = 0;

  /** Undefined when the text has no statement. Throws a SqlError. */
  add(text: string, session: Session): Prepared | undefined {
    const statement = statementOf(text, mysqlDialect.lexis);
    if (!statement) return undefined;
    const description = session.describe(statement);
    this.#lastId += 1;
    const count = description.parameters.length;
    const memory: ParameterMemory = { count, types: [], longData: new Map() };
    const prepared = { id: this.#lastId, text, statement, description, memory };
    this.#byId.set(prepared.id, prepared);
    return prepared;
  }

  get(id: number): Prepared | undefined {
    return this.#byId.get(id);
  }

  remove(id: number): void {
    this.#byId.delete(id);
  }

  clear(): void {
    this.#byId.clear();
  }

  addLongData(id: number, parameter: number, bytes: Buffer): void {
    const longData = this.#byId.get(id)?.memory.longData;
    longData?.set(parameter, [...(longData.get(parameter) ?? []), bytes]);
  }
}
