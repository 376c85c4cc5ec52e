/** From a SQL text to its statements. What is not understood is a syntax error. */
import { Cursor } from './cursor.ts';
import type { Lexis } from './lexis.ts';
import { parseCreate } from './parse-create.ts';
import { parseExpression, parseWhere } from './parse-expression.ts';
import type { Item, Statement } from './statement.ts';

/** The statements of a text, each read when it is asked for. Throws a SqlError. */
export function* statementsOf(text: string, lexis: Lexis): Generator<Statement, void> {
  const cursor = new Cursor(text, lexis);
  while (!cursor.isAtEnd) {
    if (cursor.takeSymbol(';')) continue;
    const statement = parseStatement(cursor);
    if (!cursor.isAtEnd) cursor.expectSymbol(';');
    yield statement;
  }
}

/** The only statement of a text, or undefined when it has none. Throws a SqlError. */
export function statementOf(text: string, lexis: Lexis): Statement | undefined {
  const cursor = new Cursor(text, lexis);
  if (cursor.isAtEnd) return undefined;
  const statement = parseStatement(cursor);
  cursor.takeSymbol(';');
  return cursor.isAtEnd ? statement : cursor.fail();
}

/** Whether a text only sets something up: it asks for nothing that counts, see `Message.key`. */
export const isSetting = (text: string): boolean => /^\s*(?:set|use)\s/i.test(text);

const parsers: Record<string, (cursor: Cursor) => Statement> = {
  SELECT: parseSelect,
  INSERT: parseInsert,
  UPDATE: parseUpdate,
  DELETE: parseDelete,
  CREATE: parseCreate,
  DROP: parseDrop,
  SET: parseSet,
  USE: (cursor) => ({ kind: 'use', database: cursor.expectName() }),
  SHOW: parseShow,
  BEGIN: (cursor) => ended(cursor, { kind: 'begin' }),
  START: parseStart,
  COMMIT: (cursor) => ended(cursor, { kind: 'commit' }),
  END: (cursor) => ended(cursor, { kind: 'commit' }),
  ROLLBACK: (cursor) => ended(cursor, { kind: 'rollback' }),
};

function parseStatement(cursor: Cursor): Statement {
  const parser = parsers[cursor.peekWord() ?? ''] ?? cursor.fail();
  cursor.take('word');
  return parser(cursor);
}

function ended(cursor: Cursor, statement: Statement): Statement {
  if (!cursor.takeWords('WORK')) cursor.takeWords('TRANSACTION');
  return statement;
}

function parseStart(cursor: Cursor): Statement {
  cursor.expectWords('TRANSACTION');
  return { kind: 'begin' };
}

function parseSelect(cursor: Cursor): Statement {
  const items = cursor.list(() => parseItem(cursor));
  const table = cursor.takeWords('FROM') ? cursor.expectName() : undefined;
  const where = table === undefined ? [] : parseWhere(cursor);
  const rowsMax = cursor.takeWords('LIMIT')
    ? Number(cursor.take('integer') ?? cursor.fail())
    : undefined;
  return { kind: 'select', items, table, where, rowsMax };
}

const afterItems = ['FROM', 'LIMIT', 'WHERE', 'ORDER', 'GROUP', 'UNION', 'FOR', 'INTO'];

function parseItem(cursor: Cursor): Item {
  if (cursor.takeSymbol('*')) return { kind: 'all' };
  const { offset } = cursor;
  const expression = parseExpression(cursor);
  const text = cursor.textSince(offset);
  const word = cursor.peekWord();
  const hasAlias = cursor.takeWords('AS') || (word !== undefined && !afterItems.includes(word));
  return {
    kind: 'expression',
    expression,
    alias: hasAlias ? cursor.expectName() : undefined,
    text,
  };
}

function parseInsert(cursor: Cursor): Statement {
  cursor.expectWords('INTO');
  const table = cursor.expectName();
  const columns = cursor.takeSymbol('(') ? cursor.list(() => cursor.expectName()) : undefined;
  if (columns) cursor.expectSymbol(')');
  if (!cursor.takeWords('VALUE')) cursor.expectWords('VALUES');
  const rows = cursor.list(() => {
    cursor.expectSymbol('(');
    const row = cursor.list(() => parseExpression(cursor));
    cursor.expectSymbol(')');
    return row;
  });
  return { kind: 'insert', table, columns, rows };
}

function parseUpdate(cursor: Cursor): Statement {
  const table = cursor.expectName();
  cursor.expectWords('SET');
  const assignments = cursor.list(() => {
    const column = cursor.expectName();
    cursor.expectSymbol('=');
    return { column, expression: parseExpression(cursor) };
  });
  return { kind: 'update', table, assignments, where: parseWhere(cursor) };
}

function parseDelete(cursor: Cursor): Statement {
  cursor.expectWords('FROM');
  return { kind: 'delete', table: cursor.expectName(), where: parseWhere(cursor) };
}

function parseDrop(cursor: Cursor): Statement {
  cursor.expectWords('TABLE');
  const ifExists = cursor.takeWords('IF EXISTS');
  return { kind: 'drop', table: cursor.expectName(), ifExists };
}

/** Each `name = value` is remembered; `SET NAMES utf8` and the like are accepted. */
function parseSet(cursor: Cursor): Statement {
  const settings: { name: string; value: string }[] = [];
  do {
    const setting = parseSetting(cursor);
    if (setting) settings.push(setting);
  } while (cursor.takeSymbol(','));
  return { kind: 'set', settings };
}

function parseSetting(cursor: Cursor): { name: string; value: string } | undefined {
  if (!cursor.takeWords('SESSION') && !cursor.takeWords('GLOBAL')) cursor.takeWords('LOCAL');
  const words = [cursor.take('variable') ?? cursor.expectName()];
  let isAssigned = false;
  for (;;) {
    const sign = ['=', ':=', '-'].find((symbol) => cursor.takeSymbol(symbol));
    isAssigned ||= sign === '=' || sign === ':=' || cursor.takeWords('TO');
    const word = takeAny(cursor);
    if (word !== undefined) words.push(sign === '-' ? `-${word}` : word);
    else if (sign === undefined) break;
  }
  const [name = '', ...values] = words;
  return isAssigned ? { name: name.toLowerCase(), value: values.join(' ') } : undefined;
}

const takeAny = (cursor: Cursor) =>
  cursor.take('string') ??
  cursor.take('integer') ??
  cursor.take('decimal') ??
  cursor.take('variable') ??
  cursor.take('name') ??
  cursor.take('word');

function parseShow(cursor: Cursor): Statement {
  if (cursor.takeWords('PROCESSLIST') || cursor.takeWords('FULL PROCESSLIST')) {
    return { kind: 'show-processlist' };
  }
  const isScoped = cursor.takeWords('SESSION') || cursor.takeWords('GLOBAL');
  if (cursor.takeWords('VARIABLES')) {
    const like = cursor.takeWords('LIKE') ? (cursor.take('string') ?? cursor.fail()) : undefined;
    return { kind: 'show-variables', like };
  }
  if (isScoped) cursor.fail();
  return { kind: 'show-variable', name: cursor.expectName().toLowerCase() };
}
