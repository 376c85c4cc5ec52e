import { spawnSync } from 'node:child_process';
import { createConnection, createPool, type RowDataPacket } from 'mysql2/promise';
import t from 'tap';
import { mysql } from '../../../fake-servers/protocols/mysql.ts';
import { bridge } from '../../support/bridge-sql.ts';
import { runProgram } from '../../support/program-sql.ts';

const skip = spawnSync('mariadb', ['--version']).error ? 'there is no mariadb client here' : false;

t.test('the mariadb command line', { skip }, async (t) => {
  const bridged = await bridge(t, mysql);
  const { port } = bridged;
  const statements = [
    'CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, v TEXT)',
    "INSERT INTO t (v) VALUES ('é'), (NULL)",
    'SELECT * FROM t',
    'START TRANSACTION',
    'DELETE FROM t',
    'ROLLBACK',
    'SELECT COUNT(*) FROM t',
  ];
  const target = ['-h127.0.0.1', `-P${port}`, '-uroot', '-psecret', 'shop'];
  const ended = await runProgram(t, 'mariadb', [...target, '-e', statements.join('; ')]);
  t.strictSame(ended, { code: 0, stdout: 'id\tv\n1\té\n2\tNULL\nCOUNT(*)\n2\n', stderr: '' });
  t.strictSame(
    bridged.exchanges.filter(({ key }) => key?.startsWith('SELECT')).map(({ answer }) => answer),
    ['1, é; 2, NULL', '2'],
  );
  const refused = await runProgram(t, 'mariadb', [...target, '-e', 'SELECT FROM']);
  t.match(refused, { code: 1, stderr: /ERROR 1064 \(42000\) at line 1: You have an error/ });
  t.strictSame(bridged.malformed, []);
});

t.test('mysql2: texts, prepared statements, transactions, and pings of a pool', async (t) => {
  const bridged = await bridge(t, mysql);
  const { port } = bridged;
  const pool = createPool({
    host: '127.0.0.1',
    port,
    user: 'root',
    password: 'x',
    connectionLimit: 2,
  });
  t.teardown(() => pool.end());
  await pool.query('CREATE TABLE t (id BIGINT, v TEXT, d DOUBLE)');
  const [inserted] = await pool.execute('INSERT INTO t VALUES (?, ?, ?)', [7, 'é', 1.5]);
  t.match(inserted, { affectedRows: 1 });
  await pool.execute('INSERT INTO t VALUES (?, ?, ?)', [8, null, null]);
  const [rows] = await pool.execute<RowDataPacket[]>('SELECT * FROM t WHERE id = ?', [7]);
  t.strictSame(
    rows.map((row) => ({ ...row })),
    [{ id: 7, v: 'é', d: 1.5 }],
  );
  const [nulls] = await pool.query<RowDataPacket[]>('SELECT * FROM t WHERE id = ?', [8]);
  t.strictSame(
    nulls.map((row) => ({ ...row })),
    [{ id: 8, v: null, d: null }],
  );

  const connection = await pool.getConnection();
  await connection.ping();
  await connection.beginTransaction();
  await connection.query('DELETE FROM t');
  const [others] = await pool.query<RowDataPacket[]>('SELECT COUNT(*) AS n FROM t');
  t.match(others, [{ n: 2 }]);
  await connection.rollback();
  const [after] = await connection.query<RowDataPacket[]>('SELECT COUNT(*) AS n FROM t');
  t.match(after, [{ n: 2 }]);
  connection.release();

  const refused = { code: 'ER_PARSE_ERROR', message: /^You have an error/ };
  await t.rejects(pool.query('SELEC 1'), refused);
  t.ok(bridged.exchanges.some(({ key, answer }) => key === 'ping' && answer === 'OK 0'));
  t.ok(bridged.exchanges.some(({ key }) => key === 'SELECT * FROM t WHERE id = ? ["7"]'));
  t.strictSame(bridged.malformed, []);
});

t.test('mysql2: several statements in one text, and a connection each', async (t) => {
  const bridged = await bridge(t, mysql);
  const { port } = bridged;
  const open = async () => {
    const options = { host: '127.0.0.1', port, user: 'root', multipleStatements: true };
    const connection = await createConnection(options);
    t.teardown(() => connection.destroy());
    return connection;
  };
  const [one, other] = [await open(), await open()];
  const [rows] = await one.query<RowDataPacket[][]>('SELECT 1 AS a; SELECT CONNECTION_ID() AS b');
  t.match(rows, [[{ a: 1 }], [{ b: 1 }]]);
  const [id] = await other.query<RowDataPacket[]>('SELECT CONNECTION_ID() AS b');
  t.match(id, [{ b: 2 }]);
  const [processes] = await one.query<RowDataPacket[]>('SHOW PROCESSLIST');
  t.match(processes, [
    { Id: 1, User: 'root', Command: 'Query', Info: 'SHOW PROCESSLIST' },
    { Id: 2, User: 'root', Command: 'Sleep', Info: null },
  ]);
});
