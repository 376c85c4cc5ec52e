/** What the documents promise of their pool, and it keeps. */
import t from 'tap';
import { dnsUdp } from '../../../fake-servers/protocols/dns-udp.ts';
import { answer, answerAll, answerWrongId, close, swallow } from '../../../fake-servers/step.ts';
import { virtualClock } from '../../../harness/clocks.ts';
import { microtasks, until } from '../../support/turns.ts';
import { failure } from '../manual-upstream.ts';
import { answerNext, play, set, warm } from './setting.ts';

t.test('one connection serves query after query, and an update', async (t) => {
  const { pool, ask, update, of, told, upstream } = play(t, [[answerAll()]]);
  const answers = [await ask('a.example'), await ask('b.example')];
  t.equal(await update('c.example'), 'NOERROR');
  t.same(
    answers,
    of('served')
      .slice(0, 2)
      .map((served) => served.answer),
  );
  t.equal(of('accepted').length, 1);
  t.match(told('dial', 'connected', 'checkout', 'stale', 'repool', 'destroy'), [
    ...['dial', 'connected', 'checkout new', 'repool'],
    ...['checkout reused', 'repool', 'checkout reused', 'repool'],
  ]);
  const address = `127.0.0.1:${upstream.address.port}`;
  t.same(told('log'), [`DEBUG [ConnectionPool] 创建新连接到 ${address} (tcp)，当前连接数: 1/10`]);
  const { averageLatencyMs, ...counted } = pool.stats();
  t.ok(averageLatencyMs > 0);
  t.same(counted, {
    ...{ address, network: 'tcp', active: 1, total: 1, maxConnections: 10, idleMs: 300_000 },
    ...{ idle: 1, created: 1, destroyed: 0, errors: 0, retries: 0, queries: 3 },
  });
});

t.test('closed while idle: destroyed, and the next one is taken', async (t) => {
  // However busy the machine is, the probe's millisecond does not pass before it has read.
  const setting = set(t, { probeClock: virtualClock() });
  const { pool, ask, accept, told, target } = setting;
  (await warm(setting)).close();
  const asked = ask('b.example');
  await answerNext(await accept());
  t.equal(await asked, '10.0.0.1');
  t.same(told('stale', 'destroy', 'retry'), ['stale EOF by probe', 'destroy EOF']);
  const line = '[ConnectionPool] TCP 连接已过期或被远端关闭，销毁并重新获取:';
  t.ok(told('log').includes(`DEBUG ${line} 127.0.0.1:${target.port}`));
  t.match(pool.stats(), { active: 1, created: 2, destroyed: 1, errors: 0, retries: 0 });
});

t.test('the connection ends in an exchange: one retry, and the caller sees success', async (t) => {
  const { pool, ask, told, upstream } = play(t, [[swallow(), close()], [answerAll()]]);
  t.match(await ask('a.example'), /^10\./);
  t.same(told('retry', 'destroy', 'repool'), ['destroy EOF', 'retry EOF', 'repool']);
  const line = '[ConnectionPool] TCP 连接被远端关闭 (broken pipe)，销毁连接并重试:';
  t.ok(told('log').includes(`WARN ${line} 127.0.0.1:${upstream.address.port}`));
  t.notOk(told('log').some((text) => text.startsWith('ERROR')));
  t.match(pool.stats(), { active: 1, created: 2, destroyed: 1, errors: 1, retries: 1, queries: 1 });
});

t.test('the retry fails too: its error, and no third try', async (t) => {
  const { pool, ask, told, of } = play(t, [
    [swallow(), close()],
    [swallow(), close()],
  ]);
  t.match(await failure(ask('a.example')), { code: 'EOF', message: 'read failed: EOF' });
  t.equal(of('accepted').length, 2);
  t.same(told('log').slice(-2), [
    'ERROR [querySequential] 所有服务器都失败',
    'WARN [handleQuery] 上游查询失败: read failed: EOF',
  ]);
  t.match(pool.stats(), { active: 0, idle: 0, created: 2, destroyed: 2, errors: 2, retries: 1 });
});

t.test('a dial that fails gives its slot back, in a retry too', async (t) => {
  const { pool, ask, accept, refuse } = set(t, { maxConnections: 1 });
  const asked = failure(ask('a.example'));
  const socket = await accept();
  refuse();
  socket.reset();
  t.equal((await asked).code, 'ECONNREFUSED');
  t.equal((await failure(ask('b.example'))).code, 'ECONNREFUSED');
  t.match(pool.stats(), { active: 0, created: 1, destroyed: 1, errors: 1, retries: 1 });
});

const full = (port: number) =>
  `DEBUG [ConnectionPool] 连接池满，复用最旧连接到 127.0.0.1:${port} (tcp)`;

t.test('all in use: who waits gets what comes back, in the order of asking', async (t) => {
  const { pool, ask, accept, told, target } = set(t, { maxConnections: 1 });
  const names = ['a.example', 'b.example', 'c.example'];
  const asked = names.map((name) => ask(name));
  const socket = await accept();
  await until(
    'two wait',
    () => told('log').filter((line) => line === full(target.port)).length === 2,
  );
  for (const name of names) t.equal(await answerNext(socket), name);
  await Promise.all(asked);
  t.match(pool.stats(), { active: 1, idle: 1, created: 1, queries: 3 });
});

t.test('all in use, and nothing comes back: the waiting ends', async (t) => {
  const clock = virtualClock();
  const { ask, accept, told } = set(t, { clock, maxConnections: 1, queueMs: 1_000 });
  const served = ask('a.example');
  const socket = await accept();
  const patient = failure(ask('b.example'));
  const impatient = failure(ask('c.example', { timeoutMs: 10 }));
  await until('two wait', () => told('log').length === 3);
  clock.advance(10);
  t.match(await impatient, { code: 'QUEUE_TIMEOUT', message: 'wait for connection timeout' });
  clock.advance(990);
  t.equal((await patient).code, 'QUEUE_TIMEOUT');
  await answerNext(socket);
  t.equal(await served, '10.0.0.1');
});

t.test('the sweep closes what was idle for the idle timeout', async (t) => {
  const clock = virtualClock();
  const setting = set(t, { clock, idleMs: 60_000 });
  const { pool, told, target } = setting;
  const socket = await warm(setting);
  clock.advance(59_999);
  t.match(pool.stats(), { idle: 1, destroyed: 0 });
  clock.advance(1);
  t.equal((await socket.recv(1)).length, 0);
  await microtasks();
  t.match(pool.stats(), { active: 0, idle: 0, destroyed: 1 });
  t.same(told('stale', 'destroy'), ['stale idle timeout by idle timeout', 'destroy idle timeout']);
  const line = `[ConnectionPool] 清理空闲连接到 127.0.0.1:${target.port} (tcp)，当前连接数: 0/10`;
  t.ok(told('log').includes(`DEBUG ${line}`));
});

t.test("a dial that nothing answers ends after its limit, or the caller's", async (t) => {
  for (const [options, limitMs] of [
    [{}, 10_000],
    [{ timeoutMs: 50 }, 50],
  ] as const) {
    const clock = virtualClock();
    const { pool, ask, told } = set(t, { clock });
    const asked = failure(ask('a.example', options));
    await microtasks();
    t.same(told('dial'), ['dial']);
    // Before the event loop turns, so that the handshake cannot have been seen yet.
    clock.advance(limitMs);
    t.match(await asked, { code: 'TIMEOUT', message: /^dial failed: .*: i\/o timeout$/ });
    t.match(pool.stats(), { active: 0, created: 0 });
  }
});

t.test('UDP: no probe, no retry; another id is an error', async (t) => {
  const script = [answer(1), answerWrongId(), answerAll()];
  const { pool, ask, told } = play(t, [script], { network: 'udp' }, dnsUdp);
  await ask('a.example');
  t.match(await failure(ask('b.example')), { code: 'ID_MISMATCH', message: /id mismatch/ });
  t.match(await ask('c.example'), /^10\./);
  t.same(
    told('io').map((io) => io.split(' ')[0]),
    ['connect', 'send', 'recv', 'send', 'recv', 'send', 'recv'],
  );
  t.match(pool.stats(), { network: 'udp', created: 1, idle: 1, retries: 0, errors: 0 });
});
