/** The extended query protocol: "Message Flow", section "Extended Query". */
import { statementOf } from '../sql/parse.ts';
import type { Result, Session } from '../sql/session.ts';
import { doneInWords, rowsInWords } from '../sql/words.ts';
import * as backend from './backend.ts';
import { postgresDialect } from './dialect.ts';
import { RefusedError } from './error.ts';
import type { Frontend, Target } from './frontend.ts';
import { boundValues, Named, type Portal, type Prepared } from './prepared.ts';
import { columnTypeOf, wireTypes } from './value.ts';

export interface Said {
  bytes: Buffer;
  /** Undefined for what gives no result. */
  words: string | undefined;
}

export type ExtendedMessage = Extract<
  Frontend,
  { kind: 'parse' | 'bind' | 'describe' | 'close' | 'execute' }
>;

const said = (bytes: Buffer, words?: string): Said => ({ bytes, words });

export class Extended {
  readonly #session: Session;
  readonly statements = new Named<Prepared>('statement');
  readonly portals = new Named<Portal>('portal');

  constructor(session: Session) {
    this.#session = session;
  }

  /** Throws a SqlError or a RefusedError. */
  handle(message: ExtendedMessage): Said {
    switch (message.kind) {
      case 'parse':
        return this.#parse(message);
      case 'bind':
        return this.#bind(message);
      case 'describe':
        return this.#describe(message.target, message.name);
      case 'close':
        this[message.target === 'portal' ? 'portals' : 'statements'].delete(message.name);
        return said(backend.closeComplete);
      case 'execute':
        return this.#execute(message.portal, message.rowsMax);
    }
  }

  #parse({ name, text, parameterOids }: Extract<Frontend, { kind: 'parse' }>): Said {
    const statement = statementOf(text, postgresDialect.lexis);
    const given = parameterOids.map(columnTypeOf);
    const description = statement
      ? this.#session.describe(statement, given)
      : { parameters: [], columns: undefined };
    const oids = description.parameters.map(
      (type, index) => parameterOids[index] || wireTypes[type ?? 'text'].oid,
    );
    this.statements.set(name, { text, statement, description, parameterOids: oids });
    return said(backend.parseComplete);
  }

  #bind(message: Extract<Frontend, { kind: 'bind' }>): Said {
    const prepared = this.statements.get(message.statement);
    const { parameterOids } = prepared;
    if (message.parameters.length !== parameterOids.length) {
      throw new RefusedError(
        '08P01',
        `bind message supplies ${message.parameters.length} parameters, but prepared statement ` +
          `"${message.statement}" requires ${parameterOids.length}`,
      );
    }
    const values = boundValues(message.parameters, parameterOids);
    const { resultFormats } = message;
    this.portals.set(message.portal, {
      prepared,
      values,
      resultFormats,
      isDone: false,
      rest: undefined,
    });
    return said(backend.bindComplete);
  }

  #describe(target: Target, name: string): Said {
    if (target === 'portal') {
      const { prepared, resultFormats } = this.portals.get(name);
      return said(described(prepared, resultFormats));
    }
    const prepared = this.statements.get(name);
    const parameters = backend.parameterDescription(prepared.parameterOids);
    return said(Buffer.concat([parameters, described(prepared, [])]));
  }

  #execute(name: string, rowsMax: number): Said {
    const portal = this.portals.get(name);
    const { prepared, values } = portal;
    const { statement, parameterOids } = prepared;
    if (!statement) return said(backend.emptyQueryResponse, doneInWords(0));
    if (portal.isDone) throw new RefusedError('55000', `portal "${name}" cannot be run`);
    const types = parameterOids.map(columnTypeOf);
    const result = portal.rest?.result ?? this.#session.execute(statement, values, types);
    if (result.kind === 'done') {
      portal.isDone = true;
      return said(backend.commandComplete(tagOf(result)), doneInWords(result.matched));
    }
    const rows = portal.rest?.rows ?? result.rows;
    const now = rowsMax > 0 ? rows.slice(0, rowsMax) : rows;
    const isWhole = now.length === rows.length;
    portal.rest = { result, rows: rows.slice(now.length) };
    const parts = now.map((row) => backend.dataRow(row, result.columns, portal.resultFormats));
    const end = isWhole
      ? backend.commandComplete(tagOf(result, statement.kind, now.length))
      : backend.portalSuspended;
    return said(Buffer.concat([...parts, end]), rowsInWords(now));
  }
}

function described({ description }: Prepared, formats: readonly number[]): Buffer {
  const { columns } = description;
  return columns ? backend.rowDescription(columns, formats) : backend.noData;
}

/** The tag of CommandComplete. */
export function tagOf(result: Result, statementKind = 'select', rows = 0): string {
  if (result.kind === 'rows') return statementKind === 'select' ? `SELECT ${rows}` : 'SHOW';
  const { command, matched } = result;
  if (command === 'INSERT') return `INSERT 0 ${matched}`;
  return command === 'UPDATE' || command === 'DELETE' ? `${command} ${matched}` : command;
}
