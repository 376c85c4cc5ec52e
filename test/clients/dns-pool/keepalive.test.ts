/** How long an upstream keeps a silent connection, as it says itself: RFC 7828, F27. */
import t from 'tap';
import { virtualClock } from '../../../harness/clocks.ts';
import { failure, holding, set } from './setting.ts';
import { addressOf, answer, answerBytes, type OnQuery, type Query } from './upstream.ts';

const asksKeepalive = ({ packet }: Query) =>
  packet.additionals?.some(({ type }) => type === 'OPT') ?? false;

/** Knows no EDNS. */
const oldFashioned: OnQuery = (query, { socket }) => {
  socket.write(answerBytes(query, asksKeepalive(query) ? { rcode: 1 } : {}));
};

const granting =
  (keepalive: number): OnQuery =>
  (query, { socket }) => {
    socket.write(answerBytes(query, asksKeepalive(query) ? { keepalive } : {}));
  };

t.test('the first request on each connection asks, and no other', async (t) => {
  const asking: [number, string, boolean][] = [];
  const { ask, update } = await set(
    t,
    (query, connection) => {
      asking.push([connection.ordinal, query.name, asksKeepalive(query)]);
      if (query.name === 'b') connection.socket.end(answerBytes(query));
      else answer(query, connection);
    },
    { maxConnections: 1 },
  );
  await ask('a');
  await ask('b');
  await update('u');
  await ask('c');
  t.same(asking, [
    [1, 'a', true],
    [1, 'b', false],
    [2, 'u', true],
    [2, 'c', false],
  ]);
});

t.test('nobody asks when told not to', async (t) => {
  const { ask } = await set(
    t,
    (query, connection) => {
      t.notOk(asksKeepalive(query));
      answer(query, connection);
    },
    { askKeepalive: false },
  );
  await ask('a');
});

t.test('a granted timeout ends the idleness of that connection, between two sweeps', async (t) => {
  const clock = virtualClock();
  const { pool, recorder, ask } = await set(t, granting(20), { clock });
  await ask('a');
  clock.advance(1_500);
  await ask('b');
  clock.advance(1_999);
  t.match(pool.stats(), { idle: 1 });
  clock.advance(1);
  t.match(pool.stats(), { idle: 0, destroyed: 1, errors: 0 });
  t.same(recorder.words('stale'), ['stale idle timeout idle timeout']);
});

t.test('a longer one lengthens nothing', async (t) => {
  const clock = virtualClock();
  const { pool, ask } = await set(t, granting(60_000), { clock, idleMs: 10_000, sweepMs: 10_000 });
  await ask('a');
  clock.advance(9_999);
  t.match(pool.stats(), { idle: 1 });
  clock.advance(1);
  t.match(pool.stats(), { idle: 0, destroyed: 1 });
});

t.test('zero: the answer counts, the connection is closed, nothing more is sent', async (t) => {
  const { upstream, pool, recorder, ask } = await set(t, granting(0), { maxConnections: 1 });
  const names = ['a', 'b', 'c'];
  t.same(await Promise.all(names.map((name) => ask(name))), names.map(addressOf));
  t.same(
    upstream.connections.map(({ received }) => received),
    [1, 1, 1],
  );
  t.same(new Set(recorder.words('destroy')), new Set(['destroy keepalive 0']));
  t.match(pool.stats(), { active: 0, created: 3, destroyed: 3, errors: 0, retries: 0 });
});

t.test('zero, and others are to be sent again: they go to the next connection', async (t) => {
  const { onQuery, holds } = holding();
  const { upstream, pool, ask } = await set(
    t,
    (query, connection) => {
      const { ordinal, socket } = connection;
      if (query.name === 'first' || ordinal === 3) answer(query, connection);
      else if (ordinal === 1) onQuery(query, connection);
      else socket.write(answerBytes(query, { keepalive: 0 }));
    },
    { maxConnections: 1, queueMax: 0 },
  );
  await ask('first');
  const names = ['a', 'b', 'c'];
  const asked = names.map((name) => ask(name));
  await holds(...names);
  upstream.connection(1).socket.destroy();
  t.same(await Promise.all(asked), names.map(addressOf));
  t.same(upstream.names, ['first', 'a', 'b', 'c', 'a', 'b', 'c']);
  t.match(pool.stats(), { created: 3, retries: 3, errors: 3 });
});

t.test('zero with others in flight: they may finish', async (t) => {
  const { onQuery, held, holds } = holding();
  const { upstream, pool, ask } = await set(
    t,
    (query, connection) => {
      if (query.name === 'first') answer(query, connection);
      else onQuery(query, connection);
    },
    { maxConnections: 1 },
  );
  await ask('first');
  const [a, b] = [ask('a'), ask('b')];
  await holds('a', 'b');
  const [first] = held;
  first?.connection.socket.write(answerBytes(first.query, { keepalive: 0 }));
  t.equal(await a, addressOf('a'));
  t.match(pool.stats(), { active: 1, inFlight: 1, destroyed: 0 });
  const next = ask('next');
  t.match(pool.stats(), { waiting: 1 });
  held[1]?.answer();
  t.equal(await b, addressOf('b'));
  await holds('next');
  held[2]?.answer();
  t.equal(await next, addressOf('next'));
  t.equal(upstream.connections.length, 2);
});

t.test('FORMERR without OPT: asked again without it, on the same connection', async (t) => {
  const { upstream, pool, ask, update } = await set(t, oldFashioned, { maxConnections: 1 });
  const names = ['a', 'b'];
  t.same(await Promise.all(names.map((name) => ask(name))), names.map(addressOf));
  t.same(upstream.names, ['a', 'a', 'b']);
  upstream.connection(1).socket.destroy();
  t.equal(await update('u'), 'NOERROR');
  t.same(upstream.names, ['a', 'a', 'b', 'u'], 'never again in this pool');
  t.match(pool.stats(), { created: 2, queries: 3, errors: 0, retries: 0 });
});

t.test('FORMERR on several new connections at once: each asks again', async (t) => {
  const { upstream, ask, update } = await set(t, oldFashioned, { maxConnections: 3 });
  const updated = update('u');
  const names = ['a', 'b'];
  t.same(await Promise.all(names.map((name) => ask(name))), names.map(addressOf));
  t.equal(await updated, 'NOERROR');
  t.equal(upstream.names.length, 6);
});

t.test('FORMERR also without OPT in the request is the answer', async (t) => {
  const { upstream, pool } = await set(t, (query, { socket }) => {
    socket.write(answerBytes(query, { rcode: 1 }));
  });
  t.match(await pool.query({ name: 'a', type: 'A' }), { rcode: 'FORMERR' });
  t.same(upstream.names, ['a', 'a']);
});

t.test('lost before it is asked again: it goes to the next connection', async (t) => {
  const { upstream, pool, ask } = await set(t, (query, connection) => {
    if (connection.ordinal > 1) answer(query, connection);
    else connection.socket.write(Buffer.concat([answerBytes(query, { rcode: 1 }), Buffer.of(7)]));
  });
  t.equal(await ask('a'), addressOf('a'));
  t.equal(upstream.connections.length, 2);
  t.match(pool.stats(), { active: 1, retries: 0, errors: 0 });
});

t.test('a retry that is asked again without OPT is still the only retry', async (t) => {
  const { upstream, pool, ask } = await set(
    t,
    (query, connection) => {
      if (query.name === 'first') connection.socket.write(answerBytes(query, { keepalive: 50 }));
      else if (connection.ordinal === 2 && asksKeepalive(query)) oldFashioned(query, connection);
      else connection.socket.destroy();
    },
    { maxConnections: 1 },
  );
  await ask('first');
  t.match(await failure(ask('a')), { class: 'eof' });
  t.same(upstream.names, ['first', 'a', 'a', 'a']);
  t.match(pool.stats(), { retries: 1, created: 2, destroyed: 2 });
});
