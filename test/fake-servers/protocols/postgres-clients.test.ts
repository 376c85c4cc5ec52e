import { spawnSync } from 'node:child_process';
import pg from 'pg';
import t from 'tap';
import { postgres } from '../../../fake-servers/protocols/postgres.ts';
import { bridge } from '../../support/bridge-sql.ts';
import { runProgram } from '../../support/program-sql.ts';

const skip = spawnSync('psql', ['--version']).error ? 'there is no psql here' : false;

t.test('psql', { skip }, async (t) => {
  const bridged = await bridge(t, postgres);
  const { port } = bridged;
  const statements = [
    'CREATE TABLE t (id SERIAL PRIMARY KEY, v TEXT)',
    "INSERT INTO t (v) VALUES ('é'), (NULL)",
    'SELECT * FROM t',
    'BEGIN; DELETE FROM t; ROLLBACK',
    'SELECT COUNT(*) FROM t',
  ].flatMap((text) => ['-c', text]);
  const target = ['-X', '-A', '-h', '127.0.0.1', '-p', String(port), '-U', 'bob', 'shop'];
  const env = { PGPASSWORD: 'secret' };
  const ended = await runProgram(t, 'psql', [...target, ...statements], env);
  t.strictSame(ended, {
    code: 0,
    stderr: '',
    stdout:
      'CREATE TABLE\nINSERT 0 2\nid|v\n1|é\n2|\n(2 rows)\n' +
      'BEGIN\nDELETE 2\nROLLBACK\ncount\n2\n(1 row)\n',
  });
  t.ok(
    bridged.exchanges.some(
      ({ key, answer }) => key === 'SELECT * FROM t' && answer === '1, é; 2, NULL',
    ),
  );
  const refused = await runProgram(t, 'psql', [...target, '-c', 'SELECT FROM'], env);
  t.match(refused, { code: 1, stderr: /ERROR: {2}syntax error at/ });
  t.strictSame(bridged.malformed, []);
});

t.test('pg: simple and with parameters, a transaction, errors', async (t) => {
  const bridged = await bridge(t, postgres);
  const { port } = bridged;
  const pool = new pg.Pool({
    host: '127.0.0.1',
    port,
    user: 'bob',
    password: 'x',
    database: 'shop',
    max: 2,
  });
  t.teardown(() => pool.end());
  await pool.query('CREATE TABLE t (id BIGINT, n INT, v TEXT, d FLOAT)');
  const inserted = await pool.query('INSERT INTO t VALUES ($1, $2, $3, $4)', [7, 8, 'é', 1.5]);
  t.equal(inserted.rowCount, 1);
  await pool.query({ name: 'again', text: 'INSERT INTO t (id) VALUES ($1)', values: [9] });
  const { rows } = await pool.query('SELECT * FROM t');
  t.strictSame(rows, [
    { id: '7', n: 8, v: 'é', d: 1.5 },
    { id: '9', n: null, v: null, d: null },
  ]);
  const found = await pool.query('SELECT n FROM t WHERE id = $1', [7]);
  t.strictSame(found.rows, [{ n: 8 }]);
  const all = await pool.query('SELECT $1::int AS a, $2 AS b, current_database()', [1, null]);
  t.strictSame(all.rows, [{ a: 1, b: null, current_database: 'shop' }]);

  const client = await pool.connect();
  await client.query('BEGIN');
  await client.query('DELETE FROM t');
  const others = await pool.query('SELECT COUNT(*) FROM t');
  t.strictSame(others.rows, [{ count: '2' }]);
  await t.rejects(client.query('SELEC 1'), { code: '42601' });
  await t.rejects(client.query('SELECT 1'), { code: '25P02' });
  await client.query('ROLLBACK');
  const after = await client.query('SELECT COUNT(*) FROM t');
  t.strictSame(after.rows, [{ count: '2' }]);
  const processes = await client.query('SELECT pid, usename, state FROM pg_stat_activity');
  t.strictSame(processes.rows, [
    { pid: 1, usename: 'bob', state: 'active' },
    { pid: 2, usename: 'bob', state: 'idle' },
  ]);
  client.release();

  await t.rejects(pool.query('SELECT $1::int', ['x']), { code: '22P02' });
  t.ok(bridged.exchanges.some(({ key }) => key === 'SELECT n FROM t WHERE id = $1 ["7"]'));
  t.strictSame(bridged.malformed, []);
});

t.test('pg: binary results', async (t) => {
  const bridged = await bridge(t, postgres);
  const { port } = bridged;
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'bob' });
  await client.connect();
  t.teardown(() => client.end());
  // pg reads binary values as UTF-8, so that only bytes below 0x80 come through whole.
  const { rows } = await client.query({
    text: 'SELECT 7 AS n, 2.0 AS d, $1 AS v',
    values: ['é'],
    binary: true,
  } as pg.QueryConfig);
  t.strictSame(rows, [{ n: 7, d: 2, v: 'é' }]);
});
