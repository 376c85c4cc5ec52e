import fc from 'fast-check';
import t from 'tap';
import { mysqlDialect } from '../../../fake-servers/protocols/mysql/dialect.ts';
import { postgresDialect } from '../../../fake-servers/protocols/postgres/dialect.ts';
import type { Dialect } from '../../../fake-servers/protocols/sql/dialect.ts';
import { statementOf, statementsOf } from '../../../fake-servers/protocols/sql/parse.ts';
import { type SqlServer, sqlServer } from '../../../fake-servers/protocols/sql/server.ts';
import type { Session } from '../../../fake-servers/protocols/sql/session.ts';
import { SqlError, type Value } from '../../../fake-servers/protocols/sql/value.ts';
import { doneInWords, rowsInWords } from '../../../fake-servers/protocols/sql/words.ts';

const dialects = { mysql: mysqlDialect, postgres: postgresDialect };

const open = (server: SqlServer, ordinal: number): Session =>
  server.open({ ordinal, tuple: `127.0.0.1:${ordinal}->127.0.0.1:1`, certificate: 'valid' });

/** The result in words, or the fault. */
function ask(session: Session, dialect: Dialect, text: string, values?: readonly Value[]): string {
  try {
    const statement = statementOf(text, dialect.lexis);
    if (!statement) return 'empty';
    const result = session.execute(statement, values);
    return result.kind === 'rows' ? rowsInWords(result.rows) : doneInWords(result.changed);
  } catch (error) {
    if (error instanceof SqlError) return error.fault;
    throw error;
  }
}

const fragments = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.constantFrom(
    ...['SELECT', 'INSERT INTO t VALUES', 'UPDATE t SET', 'c', '=', '+', '-', '(', ')', ',', '*'],
    ...[
      'CREATE TABLE',
      'INT',
      'PRIMARY KEY',
      'DEFAULT',
      "'",
      '"',
      '`',
      '$1',
      '$0',
      '?',
      '/*',
      '--',
    ],
    ...['@@version', 'COUNT(*)', 'FROM t', 'WHERE', 'LIMIT 1', '::', '1e999', '9'.repeat(40), ';'],
    ...['SET', 'SHOW', 'BEGIN', '$99999999', 'constructor()', '@@constructor', "'a'"],
  ),
);

const modelSteps = [
  'INSERT INTO t VALUES (1)',
  'BEGIN',
  'COMMIT',
  'ROLLBACK',
  'END OF CONVERSATION',
] as const;

/** How many rows are committed, and how many more a transaction has, if one is open. */
interface Model {
  committed: number;
  own: number | undefined;
}

function modelAfter(
  { committed, own }: Model,
  step: (typeof modelSteps)[number],
  { definitionsCommit: isMysql }: Dialect,
): Model {
  switch (step) {
    case 'INSERT INTO t VALUES (1)':
      return own === undefined ? { committed: committed + 1, own } : { committed, own: own + 1 };
    case 'BEGIN':
      // PostgreSQL goes on with the transaction that is open already.
      return isMysql ? { committed: committed + (own ?? 0), own: 0 } : { committed, own: own ?? 0 };
    case 'COMMIT':
      return { committed: committed + (own ?? 0), own: undefined };
    default:
      return { committed, own: undefined };
  }
}

for (const [name, dialect] of Object.entries(dialects)) {
  t.test(`${name}: whatever is asked is answered or refused`, async () => {
    const session = open(sqlServer(dialect), 1);
    ask(session, dialect, 'CREATE TABLE t (c INT)');
    fc.assert(
      fc.property(fc.array(fragments, { maxLength: 8 }), (words) => {
        const text = words.join(' ');
        const answer = ask(session, dialect, text);
        try {
          for (const statement of statementsOf(text, dialect.lexis)) session.describe(statement);
        } catch (error) {
          if (!(error instanceof SqlError)) throw error;
        }
        return typeof answer === 'string';
      }),
      { numRuns: 2000 },
    );
  });

  t.test(`${name}: a text comes back as it was written`, async () => {
    const session = open(sqlServer(dialect), 1);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const doubled = text.replaceAll("'", "''");
        const quoted = dialect.lexis.hasBackslashEscapes
          ? doubled.replaceAll('\\', '\\\\')
          : doubled;
        const parameter = dialect === mysqlDialect ? '?' : '$1';
        return (
          ask(session, dialect, `SELECT '${quoted}' AS a -- ?`) === text &&
          ask(session, dialect, `SELECT ${parameter}`, [text]) === text
        );
      }),
    );
  });

  t.test(`${name}: a transaction is seen by others when it is committed`, async () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...modelSteps), { maxLength: 30 }), (steps) => {
        const server = sqlServer(dialect);
        let writer = open(server, 1);
        const reader = open(server, 2);
        ask(writer, dialect, 'CREATE TABLE t (c INT)');
        let model: Model = { committed: 0, own: undefined };
        return steps.every((step) => {
          model = modelAfter(model, step, dialect);
          if (step === 'END OF CONVERSATION') {
            server.end(writer);
            writer = open(server, 3);
          } else {
            ask(writer, dialect, step);
          }
          const count = (session: Session) => ask(session, dialect, 'SELECT COUNT(*) FROM t');
          return (
            count(reader) === String(model.committed) &&
            count(writer) === String(model.committed + (model.own ?? 0))
          );
        });
      }),
    );
  });

  t.test(`${name}: statements, and what is refused`, async (t) => {
    const session = open(sqlServer(dialect), 7);
    const answers = (text: string) => ask(session, dialect, text);
    t.equal(
      answers('CREATE TABLE t (id INT PRIMARY KEY, c INT DEFAULT 5, v TEXT NOT NULL)'),
      'OK 0',
    );
    t.equal(answers("INSERT INTO t (id, v) VALUES (1, 'a'), (2, 'b')"), 'OK 2');
    t.equal(answers('SELECT * FROM t'), '1, 5, a; 2, 5, b');
    t.equal(answers('UPDATE t SET c = c + 1, v = DEFAULT WHERE id = 1'), 'syntax');
    t.equal(answers("UPDATE t SET c = c + 1 WHERE id = '1' AND v = 'a'"), 'OK 1');
    t.equal(answers('UPDATE t SET c = 6'), 'OK 1', 'the other row is the same as before');
    t.equal(answers('SELECT c, v FROM t WHERE id = 2 LIMIT 1'), '6, b');
    t.equal(answers("INSERT INTO t VALUES (3, 1, 'c'), (3, 1, 'd')"), 'duplicate');
    t.equal(answers('SELECT COUNT(*) FROM t'), '2', 'a statement that fails does nothing');
    t.equal(answers('INSERT INTO t VALUES (4, 1)'), 'value-count');
    t.equal(answers("INSERT INTO t VALUES (4, 'x', 'd')"), 'invalid-value');
    t.equal(answers("INSERT INTO t VALUES (4, 2147483648, 'd')"), 'out-of-range');
    t.equal(answers('INSERT INTO t VALUES (4, 1, NULL)'), 'null-value');
    t.equal(answers('SELECT nothing FROM t'), 'no-column');
    t.equal(answers('SELECT * FROM nowhere'), 'no-table');
    t.equal(answers('CREATE TABLE t (c INT)'), 'table-exists');
    t.equal(answers('CREATE TABLE IF NOT EXISTS t (c INT)'), 'OK 0');
    t.equal(answers('DELETE FROM t WHERE id = 1'), 'OK 1');
    t.equal(answers('DELETE FROM t'), 'OK 1');
    t.equal(answers('SELECT * FROM t'), 'no rows');
    t.equal(answers('DROP TABLE t'), 'OK 0');
    t.equal(answers('SELECT 1, -2, NULL, 1.5, 1 + 2'), '1, -2, NULL, 1.5, 3');
    t.equal(answers('SELECT 1 ORDER BY 1'), 'syntax');
  });

  t.test(`${name}: two transactions add to one row, and both count`, async (t) => {
    const server = sqlServer(dialect);
    const [one, other] = [open(server, 1), open(server, 2)];
    ask(one, dialect, 'CREATE TABLE t (c INT)');
    ask(one, dialect, 'INSERT INTO t VALUES (0)');
    for (const session of [one, other]) {
      ask(session, dialect, 'BEGIN');
      ask(session, dialect, 'UPDATE t SET c = c + 1');
    }
    t.equal(ask(one, dialect, 'SELECT c FROM t'), '1');
    ask(one, dialect, 'COMMIT');
    t.equal(ask(other, dialect, 'SELECT c FROM t'), '2');
    ask(other, dialect, 'COMMIT');
    t.equal(ask(one, dialect, 'SELECT c FROM t'), '2');
  });

  t.test(
    `${name}: the same unique value in two transactions is refused at the later commit`,
    async (t) => {
      const server = sqlServer(dialect);
      const [one, other] = [open(server, 1), open(server, 2)];
      ask(one, dialect, 'CREATE TABLE t (c INT UNIQUE)');
      for (const session of [one, other]) {
        ask(session, dialect, 'BEGIN');
        t.equal(ask(session, dialect, 'INSERT INTO t VALUES (1)'), 'OK 1');
      }
      t.equal(ask(one, dialect, 'COMMIT'), 'OK 0');
      t.equal(ask(other, dialect, 'COMMIT'), 'duplicate');
      t.equal(ask(other, dialect, 'SELECT COUNT(*) FROM t'), '1');
    },
  );
}

t.test('mysql: variables, settings and the list of processes', async (t) => {
  const server = sqlServer(mysqlDialect);
  const [one, other] = [open(server, 5), open(server, 6)];
  one.user = 'root';
  const answers = (text: string) => ask(one, mysqlDialect, text);
  t.equal(answers('SELECT @@wait_timeout'), '28800');
  t.equal(answers("SET SESSION wait_timeout = 10, sql_mode = ''"), 'OK 0');
  t.equal(answers('SELECT @@session.wait_timeout'), '10');
  t.equal(ask(other, mysqlDialect, 'SELECT @@wait_timeout'), '28800');
  t.equal(answers("SHOW VARIABLES LIKE 'wait\\_time%'"), 'wait_timeout, 10');
  t.equal(answers('SELECT @@nothing'), 'no-variable');
  t.equal(answers('SELECT $$'), 'syntax');
  t.equal(answers('SELECT CONNECTION_ID()'), '5');
  other.busyWith('SELECT 1');
  t.equal(
    answers('SHOW PROCESSLIST'),
    '5, root, 127.0.0.1:5, NULL, Sleep, 0, , NULL; ' +
      '6, , 127.0.0.1:6, NULL, Query, 0, executing, SELECT 1',
  );
  server.end(other);
  t.equal(answers('SELECT COUNT(*) FROM information_schema.processlist'), '1');
});

t.test('mysql: without autocommit a transaction begins by itself', async (t) => {
  const server = sqlServer(mysqlDialect);
  const [one, other] = [open(server, 1), open(server, 2)];
  const answers = (text: string) => ask(one, mysqlDialect, text);
  answers('CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, v TEXT)');
  answers('SET autocommit = 0');
  t.equal(answers('SELECT @@autocommit'), '0');
  answers("INSERT INTO t (v) VALUES ('a')");
  t.equal(ask(other, mysqlDialect, 'SELECT COUNT(*) FROM t'), '0');
  answers('ROLLBACK');
  answers("INSERT INTO t (v) VALUES ('b')");
  t.equal(answers('SELECT LAST_INSERT_ID()'), '2', 'a number is not given out again');
  answers('SET autocommit = 1');
  t.equal(ask(other, mysqlDialect, 'SELECT * FROM t'), '2, b');
});
