/** Limits of time, on a clock that only moves when told: 000.2, 000.10, 001.2, 001.3, F24, F28, F34. */
import t from 'tap';
import { virtualClock } from '../../../harness/clocks.ts';
import { answerTogether, failure, set } from './setting.ts';
import { addressOf, answer, answerBytes } from './upstream.ts';

t.test('five idle minutes, then the sweep destroys', async (t) => {
  const clock = virtualClock();
  const { upstream, pool, recorder, ask } = await set(t, answer, { clock });
  await ask('a.example');
  clock.advance(299_999);
  t.match(pool.stats(), { idle: 1, destroyed: 0 });
  clock.advance(1);
  t.match(pool.stats(), { active: 0, idle: 0, destroyed: 1 });
  t.same(recorder.words('stale', 'destroy'), [
    'stale idle timeout idle timeout',
    'destroy idle timeout',
  ]);
  const line = `[ConnectionPool] 清理空闲连接到 ${upstream.address} (tcp)，当前连接数: 0/10`;
  t.ok(recorder.logs().includes(line));
  t.equal(await ask('b.example'), addressOf('b.example'));
  t.match(pool.stats(), { created: 2, retries: 0, errors: 0 });
});

t.test('past the idle limit between two sweeps: checkout destroys and rebuilds', async (t) => {
  const clock = virtualClock();
  const { pool, recorder, ask } = await set(t, answer, { clock, sweepMs: 400_000 });
  await ask('a.example');
  clock.advance(300_000);
  t.match(pool.stats(), { idle: 1, destroyed: 0 });
  t.equal(await ask('b.example'), addressOf('b.example'));
  t.match(pool.stats(), { created: 2, destroyed: 1, idle: 1, retries: 0 });
  t.same(recorder.words('stale'), ['stale idle timeout idle timeout']);
});

t.test('use starts the five minutes anew, for that connection alone', async (t) => {
  const clock = virtualClock();
  const { pool, ask } = await set(t, answerTogether(2), { clock });
  await Promise.all([ask('a'), ask('b')]);
  // A multiple of the sweep's 30 s, so that a sweep falls on each limit.
  clock.advance(210_000);
  await ask('c');
  clock.advance(90_000);
  t.match(pool.stats(), { active: 1, idle: 1, destroyed: 1 });
  clock.advance(210_000);
  t.match(pool.stats(), { active: 0, idle: 0, destroyed: 2 });
});

t.test(
  'the sweep falls due while a connection is being taken: it is lent, not swept',
  async (t) => {
    const clock = virtualClock();
    const { pool, recorder, ask } = await set(t, answer, { clock, sweepMs: 300_000 });
    await ask('a.example');
    clock.advance(299_999);
    const atProbe = recorder.onEvent((event) => event.type === 'io' && event.call === 'peek');
    const swept = atProbe(async () => clock.advance(1));
    t.equal(await ask('b.example'), addressOf('b.example'));
    await swept;
    t.match(pool.stats(), { active: 1, created: 1, destroyed: 0 });
  },
);

t.test('stale ones discarded and no new one to be had: no timer is left', async (t) => {
  const clock = virtualClock();
  const alarms = new Set<() => void>();
  const counting = {
    nowMs: clock.nowMs,
    after(delayMs: number, run: () => void) {
      const cancel = clock.after(delayMs, () => {
        alarms.delete(end);
        run();
      });
      const end = () => {
        alarms.delete(end);
        cancel();
      };
      alarms.add(end);
      return end;
    },
  };
  const { upstream, ask } = await set(t, answer, { clock: counting });
  await ask('a.example');
  t.equal(alarms.size, 1, 'the sweep');
  await upstream.refuse();
  upstream.connection(1).socket.destroy();
  t.match(await failure(ask('b.example')), { code: 'ECONNREFUSED' });
  t.equal(alarms.size, 0);
});

t.test('a connection in use is not swept', async (t) => {
  const clock = virtualClock();
  const { upstream, pool, ask } = await set(
    t,
    (query, connection) => {
      if (connection.received === 1) answer(query, connection);
      else held.push(() => answer(query, connection));
    },
    { clock, idleMs: 10, sweepMs: 1 },
  );
  const held: (() => void)[] = [];
  await ask('a.example');
  const second = ask('b.example');
  clock.advance(1_000);
  t.match(pool.stats(), { active: 1, destroyed: 0 });
  await new Promise((resolve) => upstream.connection(1).socket.once('data', resolve));
  held[0]?.();
  t.equal(await second, addressOf('b.example'));
});

for (const [when, isBefore] of Object.entries({ 'just before': true, after: false })) {
  t.test(`no answer in time, one comes ${when} the end: it reaches nobody`, async (t) => {
    const clock = virtualClock();
    let arrived: (release: () => void) => void = () => t.fail('asked too early');
    const { upstream, pool, recorder, ask } = await set(
      t,
      (query, connection) => {
        if (query.name !== 'late.example') answer(query, connection);
        else arrived(() => connection.socket.write(answerBytes(query)));
      },
      // The same id every time: the id alone must not be what keeps the answers apart.
      { clock, maxConnections: 1, maxInFlight: 1, queueMs: 60_000, nextId: () => 7 },
    );
    await ask('a.example');
    const inUpstream = new Promise<() => void>((resolve) => {
      arrived = resolve;
    });
    const late = failure(ask('late.example'));
    const release = await inUpstream;
    const next = ask('next.example');
    clock.advance(4_999);
    t.match(pool.stats(), { active: 1, waiting: 1, errors: 0 });
    if (isBefore) release();
    clock.advance(1);
    if (!isBefore) release();
    t.match(await late, { class: 'timeout', code: 'TIMEOUT' });
    t.equal(await next, addressOf('next.example'));
    t.same(upstream.names, ['a.example', 'late.example', 'next.example']);
    t.match(pool.stats(), { active: 1, created: 2, destroyed: 1, retries: 0, errors: 1 });
    t.same(recorder.words('destroy'), ['destroy TIMEOUT']);
  });
}

t.test('a dial that gets no answer is given up after dialMs and its slot given back', async (t) => {
  const clock = virtualClock();
  const { pool, recorder, ask } = await set(t, answer, { clock, dialMs: 15_000 });
  const first = failure(ask('a.example'));
  // Before the event loop turns, so the handshake cannot have been seen yet.
  clock.advance(15_000);
  t.match(await first, { class: 'dial', code: 'TIMEOUT' });
  t.match(pool.stats(), { active: 0, created: 0, destroyed: 0, errors: 1 });
  t.notOk(recorder.words().some((words) => words.startsWith('destroy')));
  t.equal(await ask('b.example'), addressOf('b.example'));
});

t.test('latency is the average on the clock, weighted to the newest', async (t) => {
  const clock = virtualClock();
  const { pool, ask } = await set(
    t,
    (query, connection) => {
      clock.advance(Number(query.name.slice(1)));
      answer(query, connection);
    },
    { clock },
  );
  await ask('n100');
  t.equal(pool.stats().averageLatencyMs, 100);
  await ask('n200');
  t.equal(pool.stats().averageLatencyMs, 120);
});
