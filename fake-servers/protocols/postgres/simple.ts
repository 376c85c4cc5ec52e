/** The simple query protocol: "Message Flow", section "Simple Query". */
import { statementsOf } from '../sql/parse.ts';
import type { Result, Session } from '../sql/session.ts';
import type { Statement } from '../sql/statement.ts';
import { doneInWords, rowsInWords } from '../sql/words.ts';
import * as backend from './backend.ts';
import { postgresDialect } from './dialect.ts';
import { type ServerError, serverErrorOf } from './error.ts';
import { tagOf } from './extended.ts';

export interface Queried {
  parts: Buffer[];
  words: string[];
  error: ServerError | undefined;
}

/**
 * All statements of a text are one transaction, unless they end or begin one. What follows one that
 * fails is not executed.
 */
export function queried(text: string, session: Session): Queried {
  const all: Queried = { parts: [], words: [], error: undefined };
  try {
    const statements = [...statementsOf(text, postgresDialect.lexis)];
    for (const [index, statement] of statements.entries()) {
      session.transactions.openImplicit();
      const result = session.execute(statement);
      if (index === statements.length - 1) session.transactions.closeImplicit();
      for (const part of shown(result, statement)) all.parts.push(part);
      all.words.push(inWords(result));
    }
    if (statements.length === 0) {
      all.parts.push(backend.emptyQueryResponse);
      all.words.push(doneInWords(0));
    }
  } catch (error) {
    all.error = serverErrorOf(error);
  }
  return all;
}

const inWords = (result: Result): string =>
  result.kind === 'rows' ? rowsInWords(result.rows) : doneInWords(result.matched);

function shown(result: Result, statement: Statement): Buffer[] {
  if (result.kind === 'done') return [backend.commandComplete(tagOf(result))];
  const { columns, rows } = result;
  return [
    backend.rowDescription(columns, []),
    ...rows.map((row) => backend.dataRow(row, columns, [])),
    backend.commandComplete(tagOf(result, statement.kind, rows.length)),
  ];
}
