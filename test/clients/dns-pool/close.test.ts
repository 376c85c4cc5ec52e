/** The end of a pool: 001.9, F32. */
import t from 'tap';
import { virtualClock } from '../../../harness/clocks.ts';
import { socketCount } from '../socket-count.ts';
import { failure, holding, set } from './setting.ts';
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
    { clock, maxConnections: 2, maxInFlight: 1 },
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

t.test('with a grace, what is in flight and waiting is served first', async (t) => {
  const clock = virtualClock();
  const { onQuery, held, holds } = holding();
  const { pool, ask } = await set(t, onQuery, { clock, maxConnections: 1, maxInFlight: 1 });
  const [first, second] = [ask('first'), ask('second')];
  await holds('first');
  const closed = pool.close({ graceMs: 1_000 });
  t.equal(pool.close(), closed);
  t.match(await failure(ask('third')), { class: 'closed' });
  held[0]?.answer();
  t.equal(await first, addressOf('first'));
  await holds('second');
  held[1]?.answer();
  t.equal(await second, addressOf('second'));
  await closed;
  t.match(pool.stats(), { active: 0, created: 1, destroyed: 1, errors: 0 });
});

t.test('when the grace is over, the rest fails', async (t) => {
  const clock = virtualClock();
  const { onQuery, holds } = holding();
  const { pool, ask } = await set(t, onQuery, { clock });
  const first = failure(ask('first'));
  await holds('first');
  const closed = pool.close({ graceMs: 1_000 });
  clock.advance(999);
  t.equal(pool.stats().active, 1);
  clock.advance(1);
  t.equal((await first).class, 'closed');
  await closed;
  t.equal(pool.stats().active, 0);
});

t.test('a grace without end lasts as long as the requests do', async (t) => {
  const { pool, ask } = await set(t);
  const first = ask('first');
  const closed = pool.close({ graceMs: Number.POSITIVE_INFINITY });
  t.equal(await first, addressOf('first'));
  await closed;
});

t.test('a pool with nothing to wait for does not wait', async (t) => {
  const clock = virtualClock();
  const { pool, ask } = await set(t, answer, { clock });
  await ask('first');
  await pool.close({ graceMs: 1_000 });
  t.equal(pool.stats().active, 0);
});
