/** The end of a pool and of single queries: 001.9, F32. */
import t from 'tap';
import { virtualClock } from '../../../harness/clocks.ts';
import { socketCount } from '../socket-count.ts';
import { failure, set } from './setting.ts';
import { addressOf, answer } from './upstream.ts';

t.test('close() twice, at once and later: one close', async (t) => {
  const { upstream, pool, recorder, ask } = await set(t);
  await ask('a.example');
  t.equal(pool.close(), pool.close());
  await pool.close();
  await pool.close();
  t.match(pool.stats(), { active: 0, idle: 0, created: 1, destroyed: 1 });
  const line = `INFO [ConnectionPool] 关闭所有连接到 ${upstream.address} (tcp)`;
  t.equal(recorder.words('log').filter((text) => text === line).length, 1);
  t.match(await failure(ask('b.example')), { class: 'closed', code: 'CLOSED' });
});

t.test('a pool that was never used closes', async (t) => {
  const { pool } = await set(t);
  await pool.close();
  t.equal(pool.stats().created, 0);
});

t.test('close() fails what is in flight, dialing and waiting, and leaves nothing', async (t) => {
  const clock = virtualClock();
  const { upstream, pool, recorder, ask } = await set(
    t,
    (query, connection) => {
      if (query.name === 'idle') answer(query, connection);
    },
    { clock, maxConnections: 2 },
  );
  const before = socketCount();
  await ask('idle');
  const inFlight = failure(ask('in-flight'));
  const dialing = failure(ask('dialing'));
  const waiting = failure(ask('waiting'));
  t.match(pool.stats(), { active: 2, waiting: 1 });
  const closed = pool.close();
  t.match(pool.stats(), { active: 0, waiting: 0, idle: 0 });
  for (const error of await Promise.all([inFlight, dialing, waiting])) {
    t.equal(error.class, 'closed');
  }
  await closed;
  await upstream.close();
  // The listener was open before, too.
  t.equal(socketCount(), before - 1);
  const count = recorder.events.length;
  clock.advance(1_000_000);
  t.equal(recorder.events.length, count, 'no timer is left to fire');
  t.match(pool.stats(), { created: 1, destroyed: 1, errors: 0 });
});

t.test('nothing is retried after close()', async (t) => {
  const { upstream, pool, ask } = await set(t, (query, connection) => {
    if (query.name === 'a') answer(query, connection);
    else connection.socket.destroy();
  });
  await ask('a');
  const query = failure(ask('b'));
  await pool.close();
  t.equal((await query).class, 'closed');
  t.equal(upstream.connections.length, 1);
});

t.test('aborted before it starts: nothing is sent', async (t) => {
  const { upstream, pool, ask } = await set(t);
  const error = await failure(ask('a', { signal: AbortSignal.abort(new Error('enough')) }));
  t.match(error, { class: 'aborted', code: 'ABORTED', cause: { message: 'enough' } });
  t.equal(upstream.connections.length, 0);
  t.equal(pool.stats().queries, 0);
});

t.test('aborted in flight: the connection goes, because its answer may still come', async (t) => {
  const controller = new AbortController();
  const { upstream, pool, ask } = await set(t, (query, connection) => {
    if (query.name === 'a') controller.abort();
    answer(query, connection);
  });
  t.equal((await failure(ask('a', { signal: controller.signal }))).class, 'aborted');
  t.match(pool.stats(), { active: 0, created: 1, destroyed: 1, errors: 0, retries: 0 });
  t.equal(await ask('b'), addressOf('b'));
  t.equal(upstream.connections.length, 2);
});

t.test('aborted while waiting or dialing: the others are served', async (t) => {
  const { upstream, pool, ask } = await set(t, answer, { maxConnections: 1 });
  const [dialing, waiting] = [new AbortController(), new AbortController()];
  const first = failure(ask('first', { signal: dialing.signal }));
  const second = failure(ask('second', { signal: waiting.signal }));
  const third = ask('third');
  waiting.abort();
  t.match(pool.stats(), { active: 1, waiting: 1 });
  dialing.abort();
  t.match(pool.stats(), { active: 1, waiting: 0 }, 'the slot went to the third');
  t.equal((await first).class, 'aborted');
  t.equal((await second).class, 'aborted');
  t.equal(await third, addressOf('third'));
  t.same(upstream.names, ['third']);
});

t.test('a signal aborted after the answer changes nothing', async (t) => {
  const controller = new AbortController();
  const { pool, ask } = await set(t);
  await ask('a', { signal: controller.signal });
  controller.abort();
  t.match(pool.stats(), { idle: 1, destroyed: 0 });
  t.equal(await ask('b'), addressOf('b'));
});
