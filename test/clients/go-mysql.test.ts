/** What the versions of the driver log, and a pool that is too small for its load (document 003). */
import t, { type Test } from 'tap';
import { programs } from '../../clients/programs.ts';
import { mysql } from '../../fake-servers/protocols/mysql.ts';
import { serverKinds } from '../../fake-servers/servers/kinds.ts';
import { startServer, whyNotInstalled } from '../../fake-servers/servers/start.ts';
import { answerAll, close, type Step, serveUntil } from '../../fake-servers/step.ts';
import { hadProgram } from '../support/built-program.ts';
import { type Line, type SpeakingProgram, speakWith } from '../support/client-program.ts';
import { playUpstream } from '../support/upstream.ts';

/** Runs the test with the program, or skips it where it cannot be built. */
function withProgram(
  name: string,
  what: string,
  run: (t: Test, program: SpeakingProgram) => Promise<void>,
  skipped: string | false = false,
) {
  t.test(`${name}: ${what}`, { skip: skipped }, async (t) => {
    const build = programs.find((program) => program.name === name)?.build;
    if (!build) throw new Error(`there is no program ${name}`);
    const { command, skip } = await hadProgram(build);
    if (skip) t.plan(0, skip);
    else await run(t, await speakWith(t, command));
  });
}

const select = (number: number): Line => ({ kind: 'statement', sql: `SELECT ${number}` });

const open = async (program: SpeakingProgram, port: number, settings: Line) => {
  const target = { host: '127.0.0.1', port };
  return program.call('open', { protocol: 'mysql', target, targets: [target], settings });
};

const logged = ({ events }: SpeakingProgram) => events.map(({ level, text }) => `${level} ${text}`);

const time = String.raw`\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d`;
const said = (rest: string) => new RegExp(`^ERROR ${time} ${rest}$`);
const driverSaid = (rest: string) => new RegExp(`^ERROR \\[mysql\\] ${time} ${rest}$`);

/** The lines of document 002, and what later versions made of them. */
const linesAfterIdleClose: Record<string, readonly RegExp[]> = {
  '1.3.0': [
    driverSaid('packets.go:33: unexpected EOF'),
    driverSaid('packets.go:130: write tcp [\\d.:]+->[\\d.:]+: write: broken pipe'),
  ],
  '1.4.1': [driverSaid('packets.go:36: unexpected EOF'), said('invalid connection')],
  '877a977': [driverSaid('packets.go:122: closing bad idle connection: EOF')],
  '1.10.1': [driverSaid('connection.go:\\d+ closing bad idle connection: EOF')],
};

for (const [version, lines] of Object.entries(linesAfterIdleClose)) {
  withProgram(`go-mysql-${version}`, 'what it logs after an idle close', async (t, program) => {
    const idleClose: Step[] = [serveUntil({ gate: 'break' }), close()];
    const { upstream, hasFired } = playUpstream(t, [idleClose, [answerAll()]], { protocol: mysql });
    await open(program, upstream.address.port, {});
    await program.request(select(1));
    await upstream.openGate('break');
    await hasFired('close');
    await program.request(select(2));
    t.match(logged(program), lines);
    t.equal(logged(program).length, lines.length);
  });
}

const { mariadb } = serverKinds;
for (const name of ['go-mysql-1.3.0', 'go-mysql-1.10.1']) {
  withProgram(
    name,
    'speaks with MariaDB',
    async (t, program) => {
      const server = await startServer(mariadb);
      t.teardown(() => server.stop());
      await open(program, server.address.port, { database: 'mysql' });
      const asked = [
        ["SELECT 1, NULL, 'é', 1.50", '1, NULL, é, 1.50'],
        ['CREATE TEMPORARY TABLE t (id INT)', 'OK 0'],
        ['SELECT * FROM user WHERE 1 = 0', 'no rows'],
        ['SELECT 1 UNION SELECT 2', '1; 2'],
        ['SELECT * FROM none', "ERROR 1146: Table 'mysql.none' doesn't exist"],
      ] as const;
      for (const [sql, answer] of asked) {
        t.equal(await program.request({ kind: 'statement', sql }), answer);
      }
      t.strictSame(Object.keys(await program.call('close')), ['id']);
    },
    whyNotInstalled(mariadb) ?? false,
  );
}

const newest = 'go-mysql-1.10.1';

withProgram(newest, 'a pool too small for handlers with two connections', async (t, program) => {
  const { upstream, of } = playUpstream(t, [[answerAll()]], { protocol: mysql });
  const settings = { maxOpenConns: 1, nestedConnections: true };
  await open(program, upstream.address.port, { ...settings, acquireTimeoutMs: 50 });
  t.equal(await program.request(select(1)), 'TIMEOUT', 'it waits for itself');
  t.match(await program.call('stats'), { stats: { waitCount: 1, inUse: 0, idle: 1 } });
  t.strictSame(
    of('received').filter(({ key }) => key === 'SELECT 1'),
    [],
  );
  await program.call('close');

  // Without a deadline it is over when the client is closed.
  await open(program, upstream.address.port, settings);
  const waiting = program.call('request', { operation: select(1) });
  await program.call('close');
  t.match(await waiting, { error: /\w/ });

  await open(program, upstream.address.port, { ...settings, maxOpenConns: 2 });
  t.equal(await program.request(select(1)), '1');
  t.match(await program.call('stats'), { stats: { openConnections: 2, waitCount: 0 } });
});

withProgram(newest, 'one connection that is held between statements', async (t, program) => {
  const { upstream, of } = playUpstream(t, [[answerAll()]], { protocol: mysql });
  const settings = { pinnedConnection: true, maxOpenConns: 1 };
  await open(program, upstream.address.port, settings);
  t.equal(await program.request(select(1)), '1');
  t.equal(await program.request(select(2)), '2');
  t.match(await program.call('stats'), { stats: { inUse: 1, idle: 0 } }, 'it is not given back');
  t.equal(of('accepted').length, 1);
  t.strictSame(Object.keys(await program.call('close')), ['id']);
});

withProgram(newest, 'a caller gives up', async (t, program) => {
  const silent: Step[] = [serveUntil({ matching: 'SELECT' })];
  const { upstream, recorded } = playUpstream(t, [silent], { protocol: mysql });
  await open(program, upstream.address.port, {});
  t.equal(await program.request({ ...select(1), withinMs: 50 }), 'TIMEOUT');
  const underWay = program.call('request', { operation: select(2) });
  await recorded('accepted', 2);
  program.say({ call: 'cancel', request: 3 });
  t.match(await underWay, { id: 3, error: 'context canceled' });
});

withProgram('go-mysql-1.3.0', 'settings that its driver does not know', async (t, program) => {
  t.match(await open(program, 1, { checkConnLiveness: false }), {
    message: 'go-sql-driver/mysql 1.3.0 does not know checkConnLiveness',
  });
  t.match(await open(program, 1, { maxOpenConns: 'many' }), { message: 'setting maxOpenConns' });
});

withProgram(newest, 'settings of the pool and the driver', async (t, program) => {
  const { upstream, of } = playUpstream(t, [[answerAll()]], { protocol: mysql });
  const { port } = upstream.address;
  const settings = { connMaxLifetimeMs: 1, connMaxIdleTimeMs: 1, interpolateParams: true };
  const limits = { timeoutMs: 1000, readTimeoutMs: 1000, writeTimeoutMs: 1000, maxIdleConns: 0 };
  await open(program, port, { ...settings, ...limits, checkConnLiveness: false, user: 'me' });
  t.equal(await program.request(select(1)), '1');
  t.equal(await program.request({ kind: 'statement', sql: 'CREATE TABLE t (id INT)' }), 'OK 0');
  t.equal(
    await program.request({ kind: 'statement', sql: 'INSERT INTO t VALUES (1), (2)' }),
    'OK 2',
  );
  t.equal(await program.request({ kind: 'statement', sql: 'SELECT * FROM t' }), '1; 2');
  t.equal(of('accepted').length, 4, 'none is kept');
});
