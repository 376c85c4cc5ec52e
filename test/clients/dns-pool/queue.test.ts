/** More queries than connections: 001.1, 001.5. */
import t from 'tap';
import { virtualClock } from '../../../harness/clocks.ts';
import { failure, set } from './setting.ts';
import { addressOf, answer, type Query, type UpstreamConnection } from './upstream.ts';

t.test('1000 queries at once take ten connections, and each gets its own answer', async (t) => {
  const { upstream, pool, ask } = await set(t);
  const names = Array.from({ length: 1000 }, (_, i) => `n${i}.example`);
  t.same(await Promise.all(names.map((name) => ask(name))), names.map(addressOf));
  t.equal(upstream.connections.length, 10);
  t.match(pool.stats(), { active: 10, created: 10, destroyed: 0, queries: 1000, waiting: 0 });
});

t.test('first come, first served', async (t) => {
  const options = { maxConnections: 1, maxInFlight: 1 };
  const { upstream, recorder, ask } = await set(t, answer, options);
  const names = Array.from({ length: 20 }, (_, i) => `n${i}.example`);
  await Promise.all(names.map((name) => ask(name)));
  t.same(upstream.names, names);
  const line = `[ConnectionPool] 连接池满，复用最旧连接到 ${upstream.address} (tcp)`;
  t.equal(recorder.logs().filter((text) => text === line).length, 19);
  // A waiter too gets a connection only after the probe.
  t.equal(recorder.words('io').filter((words) => words === 'io peek 0').length, 19);
});

t.test('a waiter is not given the connection that died as it was handed over', async (t) => {
  const { upstream, pool, recorder, ask } = await set(
    t,
    (query, connection) => {
      answer(query, connection);
      // The answer and the end arrive together, before the waiter is served.
      if (connection.ordinal === 1) connection.socket.destroy();
    },
    { maxConnections: 1 },
  );
  const names = ['a', 'b', 'c'];
  t.same(await Promise.all(names.map((name) => ask(name))), names.map(addressOf));
  t.equal(upstream.connections.length, 2);
  t.match(pool.stats(), { retries: 0, errors: 0, destroyed: 1 });
  t.same(recorder.words('stale'), ['stale EOF probe']);
});

t.test('a full queue refuses at once', async (t) => {
  const { pool, ask } = await set(t, answer, { maxConnections: 1, queueMax: 1 });
  const served = [ask('a'), ask('b')];
  t.match(await failure(ask('c')), { class: 'queue-full', code: 'QUEUE_FULL', isUnsent: true });
  t.same(await Promise.all(served), ['a', 'b'].map(addressOf));
  t.match(pool.stats(), { errors: 0, waiting: 0, queries: 3 });
});

t.test('waiting is bounded, and who stopped waiting is not sent', async (t) => {
  const clock = virtualClock();
  const held: [Query, UpstreamConnection][] = [];
  const { upstream, pool, recorder, ask } = await set(
    t,
    (query, connection) => held.push([query, connection]),
    { clock, maxConnections: 1, maxInFlight: 1, queueMs: 50 },
  );
  const sent = recorder.next((event) => event.type === 'io' && event.call === 'send');
  const first = ask('a');
  const second = failure(ask('b'));
  await sent;
  clock.advance(50);
  t.match(await second, { class: 'queue-timeout', code: 'QUEUE_TIMEOUT', isUnsent: true });
  const third = ask('c');
  for (const name of ['a', 'c']) {
    while (held.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const [[query, connection]] = held.splice(0) as [[Query, UpstreamConnection]];
    t.equal(query.name, name);
    answer(query, connection);
  }
  t.same(await Promise.all([first, third]), ['a', 'c'].map(addressOf));
  t.same(upstream.names, ['a', 'c']);
  t.equal(pool.stats().waiting, 0);
});

t.test('a refused upstream fails every waiter, one dial each', async (t) => {
  const { upstream, pool, recorder, ask } = await set(t, answer, { maxConnections: 2 });
  await upstream.refuse();
  const failures = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => failure(ask(name))));
  t.same(new Set(failures.map(({ code }) => code)), new Set(['ECONNREFUSED']));
  t.equal(recorder.words('dial').length, 5);
  t.match(pool.stats(), { active: 0, errors: 5, waiting: 0 });
});
