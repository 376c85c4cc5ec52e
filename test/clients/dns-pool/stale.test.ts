/** Connections that died while idle: 000.2 to 000.4, F1, F3, F4, F5, F15, F17, F20, F21, F31. */
import t from 'tap';
import { answerTogether, set } from './setting.ts';
import { hideDescriptor, watchSockets } from './sockets.ts';
import { addressOf, answer, answerBytes } from './upstream.ts';

t.test('a FIN while idle evicts at once, and the next query gets a new connection', async (t) => {
  const { upstream, pool, recorder, ask } = await set(t);
  await ask('a.example');
  const stale = recorder.nextOf('stale');
  upstream.connection(1).socket.end();
  t.match(await stale, { reason: 'EOF', found: 'event' });
  t.match(pool.stats(), { active: 0, idle: 0, created: 1, destroyed: 1, errors: 0 });
  t.equal(await ask('b.example'), addressOf('b.example'));
  t.match(pool.stats(), { created: 2, destroyed: 1, retries: 0, errors: 0 });
  t.same(
    recorder.words('io').filter((words) => words.includes('EOF')),
    ['io recv EOF'],
  );
});

t.test('a RST while idle evicts at once', async (t) => {
  const { upstream, pool, recorder, ask } = await set(t);
  await ask('a.example');
  const stale = recorder.nextOf('stale');
  upstream.connection(1).socket.resetAndDestroy();
  t.match(await stale, { reason: 'ECONNRESET', found: 'event' });
  t.equal(await ask('b.example'), addressOf('b.example'));
  t.match(pool.stats(), { created: 2, destroyed: 1, retries: 0, errors: 0 });
});

const faults = {
  EOF: (socket: { destroy(): void }) => socket.destroy(),
  ECONNRESET: (socket: { resetAndDestroy(): void }) => socket.resetAndDestroy(),
};

for (const [reason, strike] of Object.entries(faults)) {
  t.test(
    `same tick: the upstream's close is probed before it is announced (${reason})`,
    async (t) => {
      const { upstream, pool, recorder, ask } = await set(t);
      for (let round = 1; round <= 50; round++) {
        await ask('a.example');
        // The upstream's end strikes and the query starts before the event loop turns.
        strike(upstream.connection(round).socket);
        t.equal(await ask('b.example'), addressOf('b.example'));
        upstream.connection(round + 1).socket.destroy();
        await recorder.nextOf('stale');
        // Keeps ordinals in step: one connection per round and one that replaced it.
        upstream.connections.splice(round, 1);
      }
      t.match(pool.stats(), { retries: 0, errors: 0, created: 100, destroyed: 100 });
      const probes = recorder.words('stale').filter((words) => words.endsWith('probe'));
      t.same(new Set(probes), new Set([`stale ${reason} probe`]));
      t.equal(probes.length, 50);
    },
  );
}

t.test('all of three idle connections dead: one query succeeds and destroys them', async (t) => {
  const { upstream, pool, recorder, ask } = await set(t, answerTogether(3));
  await Promise.all(['a', 'b', 'c'].map((name) => ask(name)));
  t.match(pool.stats(), { active: 3, idle: 3 });
  upstream.connection(1).socket.destroy();
  upstream.connection(2).socket.resetAndDestroy();
  upstream.connection(3).socket.destroy();
  t.equal(await ask('d'), addressOf('d'));
  t.match(pool.stats(), { active: 1, idle: 1, created: 4, destroyed: 3, queries: 4, retries: 0 });
  t.same(recorder.words('stale'), ['stale EOF probe', 'stale ECONNRESET probe', 'stale EOF probe']);
  const line = `[ConnectionPool] TCP 连接已过期或被远端关闭，销毁并重新获取: ${upstream.address}`;
  t.equal(recorder.logs().filter((text) => text === line).length, 3);
});

t.test('a dead one among the living costs nothing but itself', async (t) => {
  const { upstream, pool, ask } = await set(t, answerTogether(3));
  await Promise.all(['a', 'b', 'c'].map((name) => ask(name)));
  upstream.connection(1).socket.destroy();
  await ask('d');
  t.match(pool.stats(), { active: 2, created: 3, destroyed: 1 });
});

t.test('the least recently used connection is lent first', async (t) => {
  const { upstream, recorder, ask } = await set(t, answerTogether(3));
  await Promise.all(['a', 'b', 'c'].map((name) => ask(name)));
  await ask('d');
  await ask('e');
  await ask('f');
  await ask('g');
  t.same(
    upstream.connections.map(({ received }) => received),
    [3, 2, 2],
  );
  t.equal(recorder.words('checkout').filter((words) => words === 'checkout reused').length, 4);
});

t.test('a stray byte while idle is stale and never part of an answer', async (t) => {
  const { upstream, pool, recorder, ask } = await set(t);
  await ask('a.example');
  upstream.connection(1).socket.write(Buffer.of(0));
  t.equal(await ask('b.example'), addressOf('b.example'));
  t.match(pool.stats(), { created: 2, destroyed: 1, retries: 0, errors: 0 });
  t.same(recorder.words('stale'), ['stale unsolicited data probe']);
  t.ok(recorder.words('io').includes('io peek 1'));

  const stale = recorder.nextOf('stale');
  upstream.connection(2).socket.write(Buffer.of(0));
  t.match(await stale, { reason: 'unsolicited data', found: 'event' });
});

t.test('a whole unsolicited answer never answers the next query', async (t) => {
  const { upstream, pool, ask } = await set(t, (query, connection) => {
    const isFirst = connection.ordinal === 1;
    connection.socket.write(answerBytes(query));
    // In the same write system call or not: it must not matter.
    if (isFirst) connection.socket.write(answerBytes({ ...query, name: 'b.example' }));
  });
  t.equal(await ask('a.example'), addressOf('a.example'));
  t.equal(await ask('b.example'), addressOf('b.example'));
  t.equal(upstream.connections.length, 2);
  t.match(pool.stats(), { errors: 0, destroyed: 1 });
});

t.test(
  'an answer and more in one segment: delivered, and the connection is not kept',
  async (t) => {
    const { pool, recorder, ask } = await set(t, (query, { socket }) => {
      socket.write(Buffer.concat([answerBytes(query), Buffer.of(1)]));
    });
    t.equal(await ask('a.example'), addressOf('a.example'));
    t.match(pool.stats(), { active: 0, destroyed: 1, errors: 0 });
    t.notOk(recorder.words().includes('repool'));
  },
);

t.test(
  'a complete answer, then RST: delivered, and the connection is not lent again',
  async (t) => {
    const { pool, ask } = await set(t, (query, { socket }) => {
      socket.write(answerBytes(query), () => socket.resetAndDestroy());
    });
    t.equal(await ask('a.example'), addressOf('a.example'));
    t.equal(await ask('b.example'), addressOf('b.example'));
    t.match(pool.stats(), { errors: 0, retries: 0 });
  },
);

t.test('without a descriptor the probe is left out and the exchange still recovers', async (t) => {
  watchSockets(t, hideDescriptor);
  const { upstream, pool, recorder, ask } = await set(t);
  await ask('a.example');
  upstream.connection(1).socket.destroy();
  t.equal(await ask('b.example'), addressOf('b.example'));
  t.match(pool.stats(), { retries: 1, errors: 1, created: 2, destroyed: 1 });
  t.notOk(recorder.words('io').some((words) => words.startsWith('io peek')));
});

t.test('a healthy connection is reused, probed each time', async (t) => {
  const { upstream, pool, recorder, ask } = await set(t, answer);
  for (let i = 0; i < 5; i++) await ask(`n${i}.example`);
  t.equal(upstream.connections.length, 1);
  t.match(pool.stats(), { created: 1, destroyed: 0, queries: 5, idle: 1 });
  t.equal(recorder.words('io').filter((words) => words === 'io peek 0').length, 4);
});
