/** Failures during an exchange: 000.5 to 000.7, F5, F6, F8, F10, F11, F25, F26, F30, F33. */
import t from 'tap';
import { answerTogether, failure, set } from './setting.ts';
import { strikes } from './strikes.ts';
import { addressOf, answer, answerBytes, openUpstream, type Query } from './upstream.ts';

for (const [what, { code, strike }] of Object.entries(strikes)) {
  t.test(`the upstream ${what} on a reused connection: one retry, unseen`, async (t) => {
    const { upstream, pool, recorder, ask } = await set(t, (query, connection) => {
      if (connection.ordinal === 1 && connection.received === 2) strike(query, connection);
      else answer(query, connection);
    });
    await ask('a.example');
    t.equal(await ask('b.example'), addressOf('b.example'));
    t.same(upstream.names, ['a.example', 'b.example', 'b.example']);
    t.match(pool.stats(), {
      active: 1,
      idle: 1,
      created: 2,
      destroyed: 1,
      errors: 1,
      retries: 1,
      queries: 2,
    });
    t.same(recorder.words('retry', 'destroy'), [`destroy ${code}`, `retry ${code}`]);
    const line = `WARN [ConnectionPool] TCP 连接被远端关闭 (broken pipe)，销毁连接并重试: ${upstream.address}`;
    t.equal(recorder.words('log').filter((text) => text === line).length, 1);
    t.equal(await ask('c.example'), addressOf('c.example'), 'the new connection is kept');
    t.equal(upstream.connections.length, 2);
  });

  t.test(`the upstream ${what} on a fresh connection: no retry`, async (t) => {
    const { upstream, pool, ask } = await set(t, strike);
    const error = await failure(ask('a.example'));
    t.equal(error.code, code);
    t.equal(upstream.names.length, 1);
    t.match(pool.stats(), { active: 0, created: 1, destroyed: 1, errors: 1, retries: 0 });
  });

  t.test(`the upstream ${what} again on the retry: that error, no third try`, async (t) => {
    const { upstream, pool, ask } = await set(t, (query, connection) => {
      if (query.name === 'a.example') answer(query, connection);
      else strike(query, connection);
    });
    await ask('a.example');
    const error = await failure(ask('b.example'));
    t.equal(error.code, code);
    t.same(upstream.names, ['a.example', 'b.example', 'b.example']);
    t.match(pool.stats(), { active: 0, created: 2, destroyed: 2, errors: 2, retries: 1 });
  });
}

t.test('errors keep what the system said', async (t) => {
  const { ask } = await set(t, (_query, { socket }) => socket.resetAndDestroy());
  const error = await failure(ask('a.example'));
  t.match(error, { class: 'reset', code: 'ECONNRESET', cause: { syscall: 'read' } });
  t.match(error.message, /^read failed on 127\.0\.0\.1:\d+->127\.0\.0\.1:\d+: ECONNRESET$/);
});

t.test('the retry keeps the slot when the pool is full and queries are waiting', async (t) => {
  const { upstream, pool, ask } = await set(
    t,
    (query, connection) => {
      if (connection.ordinal === 1 && connection.received === 2) connection.socket.destroy();
      else answer(query, connection);
    },
    { maxConnections: 1, maxInFlight: 1 },
  );
  await ask('a.example');
  const names = ['b', 'c', 'd', 'e'];
  const answers = await Promise.all(names.map((name) => ask(name)));
  t.same(answers, names.map(addressOf));
  // b is sent again before c is sent at all: nobody stole its slot.
  t.same(upstream.names, ['a.example', 'b', 'b', 'c', 'd', 'e']);
  t.match(pool.stats(), { active: 1, created: 2, retries: 1 });
});

t.test('pool full and every connection dies with the query in flight: all retried', async (t) => {
  const together = answerTogether(4);
  const { upstream, pool, ask } = await set(
    t,
    (query, connection) => {
      if (connection.ordinal <= 4 && connection.received === 2) connection.socket.resetAndDestroy();
      else together(query, connection);
    },
    { maxConnections: 4 },
  );
  await Promise.all(['a', 'b', 'c', 'd'].map((name) => ask(name)));
  const names = ['e', 'f', 'g', 'h'];
  t.same(await Promise.all(names.map((name) => ask(name))), names.map(addressOf));
  t.match(pool.stats(), { active: 4, created: 8, destroyed: 4, retries: 4, errors: 4 });
  t.equal(upstream.connections.length, 8);
});

t.test('the retry cannot dial: that error, and the slot is given back', async (t) => {
  const { upstream, pool, ask } = await set(
    t,
    (query, connection) => {
      if (connection.received === 1) {
        answer(query, connection);
        return;
      }
      connection.socket.destroy();
      refused = upstream.refuse();
    },
    { maxConnections: 1 },
  );
  let refused: Promise<void> | undefined;
  await ask('a.example');
  const error = await failure(ask('b.example'));
  t.match(error, { class: 'dial', code: 'ECONNREFUSED', cause: { syscall: 'connect' } });
  t.equal(error.isUnsent, false, 'the upstream had it in the first attempt');
  await refused;
  t.match(pool.stats(), { active: 0, created: 1, destroyed: 1, errors: 2, retries: 1 });
});

const wrongs: Record<string, (query: Query) => Buffer> = {
  'another id': (query) => answerBytes(query, { id: query.id ^ 1 }),
  'another name': (query) => answerBytes(query, { name: 'other.example' }),
  'a query': (query) => answerBytes(query, { type: 'query' }),
};

const emptinesses: Record<string, Buffer> = {
  'an empty message': Buffer.of(0, 0),
  'a message too short for a header': Buffer.of(0, 3, 1, 2, 3),
};

for (const [what, bytes] of Object.entries(wrongs)) {
  t.test(`${what} is a protocol error: not delivered, not retried, not kept`, async (t) => {
    const { upstream, pool, ask } = await set(t, (query, connection) => {
      if (query.name === 'b.example') connection.socket.write(bytes(query));
      else answer(query, connection);
    });
    await ask('a.example');
    t.match(await failure(ask('b.example')), { class: 'protocol', code: 'PROTOCOL' });
    t.match(pool.stats(), { active: 0, destroyed: 1, errors: 1, retries: 0 });
    t.equal(await ask('c.example'), addressOf('c.example'));
    t.equal(upstream.connections.length, 2);
  });
}

for (const [what, bytes] of Object.entries(emptinesses)) {
  t.test(`${what} is nobody's answer: the query is sent again, the update is not`, async (t) => {
    const { pool, ask, update } = await set(t, (query, connection) => {
      if (query.name === 'b.example' && connection.received > 1) connection.socket.write(bytes);
      else answer(query, connection);
    });
    await ask('a.example');
    t.equal(await ask('b.example'), addressOf('b.example'));
    t.match(pool.stats(), { active: 1, created: 2, destroyed: 1, errors: 1, retries: 1 });
    t.match(await failure(update('b.example')), { class: 'protocol', isUnsent: false });
    t.match(pool.stats(), { active: 0, destroyed: 2, errors: 2, retries: 1 });
  });
}

t.test('refused, then back: the pool recovers', async (t) => {
  const { upstream, pool, ask } = await set(t);
  await upstream.refuse();
  t.match(await failure(ask('a.example')), { class: 'dial', code: 'ECONNREFUSED', isUnsent: true });
  t.match(pool.stats(), { active: 0, created: 0, destroyed: 0, errors: 1 });
  const again = await openUpstream(answer, upstream.port);
  t.teardown(() => again.close());
  t.equal(await ask('b.example'), addressOf('b.example'));
});
