/** What is published, in which order, and that nothing is said twice: 001.6, 001.8. */
import t from 'tap';
import { DnsPool } from '../../../clients/dns-pool/index.ts';
import { linux, shutdownCall } from '../../../kernel/libc.ts';
import { peek } from '../../../kernel/peek.ts';
import { failure, set } from './setting.ts';
import { descriptor, hideDescriptor, watchSockets } from './sockets.ts';
import { addressOf, answer, openUpstream } from './upstream.ts';

t.test('the life of a connection', async (t) => {
  const { upstream, recorder, ask, pool } = await set(t);
  await ask('a.example');
  await ask('b.example');
  await pool.close();
  t.same(recorder.words(), [
    'dial',
    'io connect ok',
    'connected',
    `DEBUG [ConnectionPool] 创建新连接到 ${upstream.address} (tcp)，当前连接数: 1/10`,
    'checkout fresh',
    'io send ok',
    'io recv ok',
    'repool',
    'probe',
    'io peek 0',
    'checkout reused',
    'io send ok',
    'io recv ok',
    'repool',
    `INFO [ConnectionPool] 关闭所有连接到 ${upstream.address} (tcp)`,
    'destroy pool closed',
  ]);
  const tuples = recorder.events.slice(1, -2).map((event) => 'tuple' in event && event.tuple);
  t.equal(new Set(tuples).size, 1);
  t.match(tuples[0], new RegExp(`^127\\.0\\.0\\.1:\\d+->${upstream.address}$`));
  t.equal(recorder.events.at(-1)?.type === 'destroy' && recorder.events.at(-1)?.source, 'client');
});

t.test('with an idle connection, query() has probed and written when it returns', async (t) => {
  const { recorder, ask } = await set(t);
  await ask('a.example');
  recorder.events.length = 0;
  const answered = ask('b.example');
  t.same(recorder.words(), ['probe', 'io peek 0', 'checkout reused', 'io send ok']);
  await answered;
});

t.test('length and message go out in one send', async (t) => {
  const { recorder, ask } = await set(t, answer, { askKeepalive: false });
  await ask('a.example');
  const sends = recorder.events.filter((event) => event.type === 'io' && event.call === 'send');
  t.match(sends, [{ bytes: 2 + 12 + 'a.example'.length + 2 + 4 }]);
});

t.test('a write that draws an error is told once, and retried', async (t) => {
  for (const code of ['ECONNRESET', 'EPIPE']) {
    await t.test(code, async (t) => {
      const { upstream, pool, recorder, ask } = await set(t);
      let fd = -1;
      watchSockets(t, (socket) => {
        fd = descriptor(socket);
        hideDescriptor(socket);
      });
      await ask('a.example');
      upstream.connection(1).socket.resetAndDestroy();
      // The pending error is reported once; who peeks takes it, and EPIPE is left.
      if (code === 'EPIPE') t.equal(peek(fd), 'ECONNRESET');
      t.equal(await ask('b.example'), addressOf('b.example'));
      t.same(recorder.words('retry', 'destroy'), [`destroy ${code}`, `retry ${code}`]);
      const errors = recorder.words('io').filter((words) => words.endsWith(code));
      t.same(errors, [`io send ${code}`]);
      t.match(pool.stats(), { retries: 1, errors: 1, created: 2, destroyed: 1 });
    });
  }
});

t.test(
  'a fresh connection that took no byte: nobody saw the query, so it is sent again',
  async (t) => {
    const { upstream, pool, ask } = await set(t);
    let isFirst = true;
    watchSockets(t, (socket) => {
      if (isFirst) shutdownCall(descriptor(socket), linux.SHUT_WR);
      isFirst = false;
    });
    t.equal(await ask('a.example'), addressOf('a.example'));
    t.same(upstream.names, ['a.example']);
    t.match(pool.stats(), { created: 2, destroyed: 1, retries: 1, errors: 1 });
  },
);

t.test('and when the second takes none either: its error', async (t) => {
  const { upstream, pool, ask } = await set(t);
  watchSockets(t, (socket) => shutdownCall(descriptor(socket), linux.SHUT_WR));
  t.match(await failure(ask('a.example')), { class: 'broken-pipe', code: 'EPIPE', isUnsent: true });
  t.same(upstream.names, []);
  t.match(pool.stats(), { created: 2, destroyed: 2, retries: 1, errors: 2 });
});

t.test('a refused dial is told once, without a tuple', async (t) => {
  const { upstream, recorder, ask } = await set(t);
  await upstream.refuse();
  await failure(ask('a.example'));
  t.same(recorder.words(), ['dial', 'io connect ECONNREFUSED']);
  t.notOk(recorder.events.some((event) => 'tuple' in event));
});

t.test('lines go to the logger by level, with nobody on the channel', async (t) => {
  const upstream = await openUpstream(answer);
  t.teardown(() => upstream.close());
  const written: string[] = [];
  const write = (level: string) => (text: string) => {
    written.push(`${level} ${text}`);
  };
  const pool = new DnsPool({
    port: upstream.port,
    logger: {
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
    },
  });
  await pool.query({ name: 'a.example', type: 'A' });
  await pool.close();
  t.same(written, [
    `debug [ConnectionPool] 创建新连接到 ${upstream.address} (tcp)，当前连接数: 1/10`,
    `info [ConnectionPool] 关闭所有连接到 ${upstream.address} (tcp)`,
  ]);
});
