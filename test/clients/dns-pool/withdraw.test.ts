/** Requests that their callers give up: by a signal, or by a limit of their own (F22, F24). */
import t from 'tap';
import { virtualClock } from '../../../harness/clocks.ts';
import { until } from '../../support/turns.ts';
import { failure, holding, set } from './setting.ts';
import { addressOf, answer } from './upstream.ts';

t.test('aborted before it starts: nothing is sent', async (t) => {
  const { upstream, pool, ask } = await set(t);
  const error = await failure(ask('a', { signal: AbortSignal.abort(new Error('enough')) }));
  t.match(error, { class: 'aborted', code: 'ABORTED', cause: { message: 'enough' } });
  t.equal(upstream.connections.length, 0);
  t.equal(pool.stats().queries, 0);
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
  t.match(pool.stats(), { active: 1, waiting: 1 });
  t.equal((await first).class, 'aborted');
  t.equal((await second).class, 'aborted');
  t.equal(await third, addressOf('third'), 'over the connection that was dialed for the first');
  t.same(upstream.names, ['third']);
  t.equal(upstream.connections.length, 1);
});

t.test('a signal aborted after the answer changes nothing', async (t) => {
  const controller = new AbortController();
  const { pool, ask } = await set(t);
  await ask('a', { signal: controller.signal });
  controller.abort();
  t.match(pool.stats(), { idle: 1, destroyed: 0 });
  t.equal(await ask('b'), addressOf('b'));
});

t.test('aborted in flight: the connection stays, the late answer is passed over', async (t) => {
  const controller = new AbortController();
  const { onQuery, held, holds } = holding();
  const options = { maxConnections: 1, nextId: () => 7 };
  const { upstream, pool, recorder, ask } = await set(t, onQuery, options);
  const first = ask('first');
  await holds('first');
  held[0]?.answer();
  await first;
  const aborted = failure(ask('aborted', { signal: controller.signal }));
  await holds('aborted');
  controller.abort();
  t.equal((await aborted).class, 'aborted');
  t.match(pool.stats(), { active: 1, idle: 0, inFlight: 1 });
  // Its id is taken until the answer comes, so that the answer is nobody else's.
  const next = ask('next');
  await holds('next');
  t.same(
    held.map(({ query }) => query.id),
    [7, 7, 8],
  );
  held[1]?.answer();
  held[2]?.answer();
  t.equal(await next, addressOf('next'));
  t.equal(upstream.connections.length, 1);
  t.match(pool.stats(), { active: 1, idle: 1, inFlight: 0, destroyed: 0, errors: 0 });
  t.same(recorder.words('stale', 'destroy', 'retry'), []);
});

t.test('the answer to an aborted first request opens the connection to all', async (t) => {
  const controller = new AbortController();
  const { onQuery, held, holds } = holding();
  const { pool, ask } = await set(t, onQuery, { maxConnections: 1 });
  const aborted = failure(ask('aborted', { signal: controller.signal }));
  await holds('aborted');
  const asked = ['a', 'b', 'c'].map((name) => ask(name));
  controller.abort();
  await aborted;
  t.match(pool.stats(), { inFlight: 1, waiting: 3 }, 'nobody knows yet what it is worth');
  held[0]?.answer();
  await holds('a', 'b', 'c');
  for (const { answer: respond } of held.slice(1)) respond();
  t.same(await Promise.all(asked), ['a', 'b', 'c'].map(addressOf));
});

t.test('aborted, and its answer never comes: the connection is closed after queryMs', async (t) => {
  const clock = virtualClock();
  const controller = new AbortController();
  const { onQuery, holds } = holding();
  const { pool, recorder, ask } = await set(t, onQuery, { clock });
  const aborted = failure(ask('aborted', { signal: controller.signal }));
  await holds('aborted');
  controller.abort();
  await aborted;
  clock.advance(4_999);
  t.match(pool.stats(), { active: 1 });
  clock.advance(1);
  t.match(pool.stats(), { active: 0, destroyed: 1, errors: 0, timeouts: 0 });
  t.same(recorder.words('destroy'), ['destroy TIMEOUT']);
});

t.test("the caller's limit ends a request wherever it is", async (t) => {
  const clock = virtualClock();
  const { onQuery, holds } = holding();
  const { upstream, pool, ask } = await set(t, onQuery, {
    clock,
    maxConnections: 1,
    maxInFlight: 1,
  });
  const dialing = failure(ask('dialing', { withinMs: 1 }));
  const waiting = failure(ask('waiting', { withinMs: 2 }));
  const inFlight = failure(ask('in-flight', { withinMs: 3 }));
  clock.advance(2);
  for (const error of [await dialing, await waiting]) {
    t.match(error, { class: 'deadline', code: 'DEADLINE' });
  }
  t.match(await dialing, { message: /^dialing A: nothing from 127.* within the 1 ms that/ });
  await holds('in-flight');
  clock.advance(1);
  t.equal((await inFlight).class, 'deadline');
  t.same(upstream.names, ['in-flight']);
  t.match(pool.stats(), { active: 0, waiting: 0, inFlight: 0, errors: 0, destroyed: 1 });
});

t.test('a limit that is over already: nothing is sent', async (t) => {
  const { upstream, pool, ask } = await set(t);
  for (const withinMs of [0, -1]) {
    t.equal((await failure(ask('a', { withinMs }))).class, 'deadline');
  }
  t.match(pool.stats(), { queries: 0, active: 0 });
  t.equal(upstream.connections.length, 0);
});

t.test('a limit that no timer can hold is none', async (t) => {
  const { ask } = await set(t);
  t.equal(await ask('a', { withinMs: Number.POSITIVE_INFINITY }), addressOf('a'));
});

t.test('after a deadline the connection takes no more; others in flight may finish', async (t) => {
  const clock = virtualClock();
  const { onQuery, held, holds } = holding();
  const { upstream, pool, recorder, ask } = await set(t, onQuery, { clock, maxConnections: 1 });
  const first = ask('first');
  await holds('first');
  held[0]?.answer();
  await first;
  const other = ask('other');
  const late = failure(ask('late', { withinMs: 10 }));
  await holds('other', 'late');
  clock.advance(10);
  t.equal((await late).class, 'deadline');
  const next = ask('next');
  t.match(pool.stats(), { active: 1, inFlight: 2, waiting: 1 });
  held[2]?.answer();
  held[1]?.answer();
  t.equal(await other, addressOf('other'));
  await holds('next');
  held[3]?.answer();
  t.equal(await next, addressOf('next'));
  t.equal(upstream.connections.length, 2);
  t.same(recorder.words('destroy'), ['destroy DEADLINE']);
  await until('it is closed', () => upstream.connection(1).socket.destroyed);
});
