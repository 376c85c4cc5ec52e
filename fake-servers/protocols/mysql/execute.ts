/** The statements of a MySQL client and what they are answered with. */
import { statementOf, statementsOf } from '../sql/parse.ts';
import type { Result, Session } from '../sql/session.ts';
import type { Statement } from '../sql/statement.ts';
import { type Column, type Row, SqlError, type Value } from '../sql/value.ts';
import { doneInWords, errorInWords, joinedWords, rowsInWords } from '../sql/words.ts';
import { mysqlDialect } from './dialect.ts';
import { emptyQuery, type ServerError, serverError } from './error.ts';
import * as payload from './payload.ts';
import type { Prepared, PreparedStatements } from './prepared.ts';

export interface Answered {
  payloads: Buffer[];
  words: string;
}

type EncodeRow = (row: Row, columns: readonly Column[]) => Buffer;

/** SERVER_STATUS_flags_enum */
export function statusOf({ transactions }: Session): number {
  const { inTransaction, autocommit } = payload.statusFlag;
  const isOpen = transactions.state !== 'none';
  return (isOpen ? inTransaction : 0) | (transactions.hasAutocommit ? autocommit : 0);
}

export const refused = (error: ServerError): Answered => ({
  payloads: [payload.err(error)],
  words: errorInWords(error.code, error.text),
});

/** COM_QUERY: with several statements those after one that fails are not executed. */
export function queried(text: string, session: Session, hasMultiStatements: boolean): Answered {
  const parts = hasMultiStatements ? partsOf(text) : [onlyPart(text)];
  const all: Answered[] = [];
  for (const [index, part] of parts.entries()) {
    const more = index === parts.length - 1 ? 0 : payload.statusFlag.moreResults;
    const one = part instanceof SqlError ? failed(part) : step(part, session, more);
    all.push(one.answered);
    if (one.hasFailed) break;
  }
  if (all.length === 0) return refused(emptyQuery);
  return {
    payloads: all.flatMap(({ payloads }) => payloads),
    words: joinedWords(all.map(({ words }) => words)),
  };
}

/** COM_STMT_EXECUTE */
export function executed(
  { statement }: Prepared,
  values: readonly Value[],
  session: Session,
): Answered {
  try {
    const result = session.execute(statement, values);
    return shown(result, session, payload.binaryRow, 0);
  } catch (error) {
    return failed(error).answered;
  }
}

/** COM_STMT_PREPARE */
export function prepared(text: string, session: Session, statements: PreparedStatements): Answered {
  try {
    const added = statements.add(text, session);
    if (!added) return refused(emptyQuery);
    const { parameters, columns = [] } = added.description;
    const payloads = payload.prepared(added.id, parameters.length, columns, statusOf(session));
    return { payloads, words: 'prepared' };
  } catch (error) {
    return failed(error).answered;
  }
}

/** The statements up to the first that is not understood, and its error. */
function partsOf(text: string): (Statement | SqlError)[] {
  const parts: (Statement | SqlError)[] = [];
  try {
    for (const statement of statementsOf(text, mysqlDialect.lexis)) parts.push(statement);
  } catch (error) {
    parts.push(sqlError(error));
  }
  return parts;
}

function onlyPart(text: string): Statement | SqlError | undefined {
  try {
    return statementOf(text, mysqlDialect.lexis);
  } catch (error) {
    return sqlError(error);
  }
}

interface Step {
  answered: Answered;
  hasFailed: boolean;
}

function step(statement: Statement | undefined, session: Session, more: number): Step {
  if (!statement) return { answered: refused(emptyQuery), hasFailed: true };
  try {
    const result = session.execute(statement);
    return { answered: shown(result, session, payload.textRow, more), hasFailed: false };
  } catch (error) {
    return failed(error);
  }
}

const failed = (error: unknown): Step => ({
  answered: refused(serverError(sqlError(error))),
  hasFailed: true,
});

/** Rethrows what is no error of a statement. */
function sqlError(error: unknown): SqlError {
  if (error instanceof SqlError) return error;
  throw error;
}

function shown(result: Result, session: Session, encode: EncodeRow, more: number): Answered {
  const status = statusOf(session) | more;
  if (result.kind === 'rows') {
    const { columns, rows } = result;
    const payloads = payload.resultSet(columns, rows, encode, status);
    return { payloads, words: rowsInWords(rows) };
  }
  const { changed, insertId } = result;
  return { payloads: [payload.ok(status, changed, insertId)], words: doneInWords(changed) };
}
