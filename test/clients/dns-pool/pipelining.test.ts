/** Several requests in flight on one connection: RFC 7766 section 6.2.1.1, F25, F26, F29. */
import t from 'tap';
import { virtualClock } from '../../../harness/clocks.ts';
import { failure, type Held, holding, type Setting, set } from './setting.ts';
import { addressOf, answer, answerBytes, type OnQuery } from './upstream.ts';

const oneConnection = { maxConnections: 1, askKeepalive: false };

/** A connection that has answered once, so that it takes many. */
async function opened(t: Parameters<typeof set>[0], onQuery: OnQuery, options = {}) {
  const setting = await set(
    t,
    (query, connection) => {
      if (query.name === 'first') answer(query, connection);
      else onQuery(query, connection);
    },
    { ...oneConnection, ...options },
  );
  await setting.ask('first');
  return setting;
}

const asAnswer = ({ query }: Held) => answerBytes(query);
const socketOf = ({ upstream }: Setting, ordinal = 1) => upstream.connection(ordinal).socket;

t.test('a connection that has not answered yet carries one request', async (t) => {
  const { onQuery, held, holds } = holding();
  const { upstream, pool, ask } = await set(t, onQuery, oneConnection);
  const asked = ['a', 'b', 'c'].map((name) => ask(name));
  await holds('a');
  t.match(pool.stats(), { inFlight: 1, waiting: 2, active: 1 });
  held[0]?.answer();
  await holds('b', 'c');
  t.match(pool.stats(), { inFlight: 2, waiting: 0, active: 1 });
  t.equal(upstream.connections.length, 1);
  held[2]?.answer();
  held[1]?.answer();
  t.same(await Promise.all(asked), ['a', 'b', 'c'].map(addressOf));
  t.match(pool.stats(), { inFlight: 0, idle: 1 });
});

t.test('answers in any order, in pieces of any size, each to its own', async (t) => {
  const { onQuery, held, holds } = holding();
  const setting = await opened(t, onQuery);
  const names = Array.from({ length: 30 }, (_, i) => `n${i}.example`);
  const asked = names.map((name) => setting.ask(name));
  await holds(...names);
  const all = Buffer.concat(held.toReversed().map(asAnswer));
  for (let at = 0; at < all.length; at += 17) socketOf(setting).write(all.subarray(at, at + 17));
  t.same(await Promise.all(asked), names.map(addressOf));
  t.match(setting.pool.stats(), { created: 1, idle: 1, inFlight: 0, errors: 0 });
});

t.test('at most maxInFlight, the rest waits', async (t) => {
  const { onQuery, held, holds } = holding();
  const { pool, ask } = await opened(t, onQuery, { maxInFlight: 3 });
  const names = ['a', 'b', 'c', 'd', 'e'];
  const asked = names.map((name) => ask(name));
  t.match(pool.stats(), { inFlight: 3, waiting: 2 });
  await holds('a', 'b', 'c');
  held[1]?.answer();
  await holds('d');
  t.match(pool.stats(), { inFlight: 3, waiting: 1 });
  for (const { answer: respond } of [...held]) if (held.length < 5) respond();
  await holds('e');
  held[4]?.answer();
  t.same(await Promise.all(asked), names.map(addressOf));
});

t.test(
  'what is asked in one tick goes out in one write, after the one that is alone',
  async (t) => {
    const { onQuery, held, holds } = holding();
    const { recorder, ask } = await opened(t, onQuery);
    recorder.events.length = 0;
    const names = ['a', 'b', 'c', 'd'];
    const asked = names.map((name) => ask(name));
    t.same(recorder.words('io'), ['io peek 0', 'io send ok']);
    await holds(...names);
    const sizes = recorder.events.flatMap((event) =>
      event.type === 'io' && event.call === 'send' ? [event.bytes] : [],
    );
    const frameBytes = 2 + 12 + 'a'.length + 2 + 4;
    t.same(sizes, [frameBytes, 3 * frameBytes]);
    for (const { answer: respond } of held) respond();
    await Promise.all(asked);
  },
);

t.test('new connections before shared ones; then the least recently lent with room', async (t) => {
  const { onQuery, held, holds } = holding();
  const { upstream, pool, ask } = await set(t, onQuery, { maxConnections: 2, maxInFlight: 2 });
  const first = [ask('a'), ask('b')];
  await holds('a', 'b');
  for (const { answer: respond } of held.splice(0)) respond();
  await Promise.all(first);
  const names = ['c', 'd', 'e', 'f', 'g'];
  const asked = names.map((name) => ask(name));
  t.match(pool.stats(), { active: 2, inFlight: 4, waiting: 1 });
  await holds('c', 'd', 'e', 'f');
  const ordinalOf = (name: string) =>
    held.find(({ query }) => query.name === name)?.connection.ordinal;
  t.equal(ordinalOf('c'), ordinalOf('e'));
  t.equal(ordinalOf('d'), ordinalOf('f'));
  t.not(ordinalOf('c'), ordinalOf('d'));
  held.find(({ query }) => query.name === 'f')?.answer();
  await holds('g');
  t.equal(ordinalOf('g'), ordinalOf('d'));
  for (const { query, answer: respond } of held) if (query.name !== 'f') respond();
  t.same(await Promise.all(asked), names.map(addressOf));
  t.equal(upstream.connections.length, 2);
});

for (const code of ['EOF', 'ECONNRESET']) {
  t.test(`one of four answered, then ${code}: queries go again, updates fail`, async (t) => {
    const { onQuery, held, holds } = holding();
    const setting = await opened(t, (query, connection) => {
      if (connection.ordinal === 1) onQuery(query, connection);
      else answer(query, connection);
    });
    const { upstream, pool, recorder, ask, update } = setting;
    const [a, b, c] = ['a', 'b', 'c'].map((name) => ask(name));
    const u = failure(update('u'));
    await holds('a', 'b', 'c', 'u');
    held[1]?.answer();
    await b;
    if (code === 'EOF') socketOf(setting).end();
    else socketOf(setting).resetAndDestroy();
    t.same(await Promise.all([a, b, c]), ['a', 'b', 'c'].map(addressOf));
    t.match(await u, { code, isUnsent: false });
    t.same(upstream.names.slice(1), ['a', 'b', 'c', 'u', 'a', 'c']);
    t.equal(upstream.connections.length, 2);
    t.same(recorder.words('retry', 'destroy'), [
      `destroy ${code}`,
      `retry ${code}`,
      `retry ${code}`,
    ]);
    t.match(pool.stats(), { active: 1, created: 2, destroyed: 1, retries: 2, errors: 3 });
  });
}

t.test('those sent again go one at a time until the new connection has answered', async (t) => {
  const { onQuery, held, holds } = holding();
  const setting = await opened(t, onQuery);
  const { pool, ask } = setting;
  const names = ['a', 'b', 'c'];
  const asked = names.map((name) => ask(name));
  const [a, b] = [ask('late-a'), ask('late-b')];
  await holds(...names, 'late-a', 'late-b');
  const before = held.splice(0).length;
  t.equal(before, 5);
  socketOf(setting).resetAndDestroy();
  await holds('a');
  // Who comes now waits behind the heirs.
  const newcomer = ask('newcomer');
  t.match(pool.stats(), { inFlight: 1, waiting: 1, retries: 5 });
  t.equal(held.length, 1);
  held[0]?.answer();
  await holds('b', 'c', 'late-a', 'late-b', 'newcomer');
  t.equal(held.at(-1)?.query.name, 'newcomer');
  for (const { answer: respond } of held.slice(1)) respond();
  t.same(
    await Promise.all([...asked, a, b, newcomer]),
    [...names, 'late-a', 'late-b', 'newcomer'].map(addressOf),
  );
  t.match(pool.stats(), { active: 1, created: 2 });
});

t.test(
  'the first of those sent again is lost too: it fails, the others are not stranded',
  async (t) => {
    const { onQuery, holds } = holding();
    const setting = await opened(t, (query, connection) => {
      if (connection.ordinal === 1) onQuery(query, connection);
      else if (connection.ordinal === 2) connection.socket.resetAndDestroy();
      else answer(query, connection);
    });
    const [a, b, c] = [failure(setting.ask('a')), setting.ask('b'), setting.ask('c')];
    await holds('a', 'b', 'c');
    socketOf(setting).resetAndDestroy();
    t.match(await a, { code: 'ECONNRESET' });
    t.same(await Promise.all([b, c]), ['b', 'c'].map(addressOf));
    t.match(setting.pool.stats(), { retries: 3, created: 3, destroyed: 2, errors: 4 });
  },
);

t.test('the first of those sent again is not answered in time: the others go on', async (t) => {
  const clock = virtualClock();
  const { onQuery, held, holds } = holding();
  // Who was admitted once is not refused later for a queue that is full.
  const setting = await opened(t, onQuery, { clock, queueMax: 0 });
  const [a, b] = [failure(setting.ask('a')), setting.ask('b')];
  await holds('a', 'b');
  held.length = 0;
  socketOf(setting).resetAndDestroy();
  await holds('a');
  clock.advance(5_000);
  t.match(await a, { class: 'timeout' });
  await holds('b');
  held.at(-1)?.answer();
  t.equal(await b, addressOf('b'));
});

t.test(
  "wrong under its id: that request fails, the others' answers are asked for again",
  async (t) => {
    const { onQuery, held, holds } = holding();
    const setting = await opened(t, (query, connection) => {
      if (connection.ordinal === 1) onQuery(query, connection);
      else answer(query, connection);
    });
    const { pool, ask, update, upstream } = setting;
    const [a, b] = [ask('a'), failure(ask('b'))];
    const u = failure(update('u'));
    await holds('a', 'b', 'u');
    const query = held[1]?.query;
    if (query) socketOf(setting).write(answerBytes(query, { name: 'wrong' }));
    t.match(await b, {
      class: 'protocol',
      message: /expected the answer to b A, got an answer to anot/,
    });
    t.match(await u, { class: 'protocol', isUnsent: false });
    t.equal(await a, addressOf('a'));
    t.same(upstream.names.slice(1), ['a', 'b', 'u', 'a']);
    t.match(pool.stats(), { created: 2, destroyed: 1, retries: 1, errors: 3 });
  },
);

t.test(
  'the new connection closes after its first answer: the others lose no attempt',
  async (t) => {
    const { onQuery, holds } = holding();
    const setting = await opened(t, (query, connection) => {
      if (connection.ordinal === 1) onQuery(query, connection);
      else {
        answer(query, connection);
        // At once, so that the end is there when the answer is read.
        connection.socket.destroy();
      }
    });
    const names = ['a', 'b', 'c', 'd'];
    const asked = names.map((name) => setting.ask(name));
    await holds(...names);
    socketOf(setting).resetAndDestroy();
    t.same(await Promise.all(asked), names.map(addressOf));
    t.match(setting.pool.stats(), { retries: 4, errors: 4 });
  },
);

t.test('its question under an unknown id: that request fails', async (t) => {
  const { onQuery, held, holds } = holding();
  const setting = await opened(
    t,
    (query, connection) => {
      if (connection.ordinal === 1) onQuery(query, connection);
      else answer(query, connection);
    },
    { nextId: () => 7 },
  );
  const [a, b] = [setting.ask('a'), failure(setting.ask('b'))];
  await holds('a', 'b');
  const query = held[1]?.query;
  if (query) socketOf(setting).write(answerBytes(query, { id: 99 }));
  t.match(await b, { class: 'protocol', message: /b A, got the id 99, which is not its own/ });
  t.equal(await a, addressOf('a'));
});

t.test('an error about no question, under an unknown id: nobody is to blame', async (t) => {
  const { onQuery, holds } = holding();
  const setting = await opened(
    t,
    (query, connection) => {
      if (connection.ordinal === 1) onQuery(query, connection);
      else answer(query, connection);
    },
    { nextId: () => 7 },
  );
  const asked = ['a', 'b'].map((name) => setting.ask(name));
  await holds('a', 'b');
  const bareFormErr = Buffer.from('000c' + '0063' + '8001' + '0000000000000000', 'hex');
  socketOf(setting).write(bareFormErr);
  t.same(await Promise.all(asked), ['a', 'b'].map(addressOf));
  t.match(setting.pool.stats(), { retries: 2, errors: 2, created: 2 });
});

t.test(
  'an answer that comes twice is delivered once; the other request is asked again',
  async (t) => {
    const { onQuery, held, holds } = holding();
    const setting = await opened(t, (query, connection) => {
      if (connection.ordinal === 1) onQuery(query, connection);
      else answer(query, connection);
    });
    const [a, b] = [setting.ask('a'), setting.ask('b')];
    await holds('a', 'b');
    const [first] = held;
    if (first) socketOf(setting).write(Buffer.concat([asAnswer(first), asAnswer(first)]));
    t.same(await Promise.all([a, b]), ['a', 'b'].map(addressOf));
    t.same(setting.upstream.names.slice(1), ['a', 'b', 'b']);
    t.match(setting.pool.stats(), { created: 2, destroyed: 1, retries: 1 });
  },
);

t.test('the last answer and half of another in one segment: delivered, not kept', async (t) => {
  const { onQuery, held, holds } = holding();
  const setting = await opened(t, onQuery);
  const asked = ['a', 'b'].map((name) => setting.ask(name));
  await holds('a', 'b');
  const bytes = Buffer.concat([...held.map(asAnswer), Buffer.of(0, 40, 1)]);
  socketOf(setting).write(bytes);
  t.same(await Promise.all(asked), ['a', 'b'].map(addressOf));
  t.match(setting.pool.stats(), { active: 0, destroyed: 1, errors: 0, retries: 0 });
});

t.test('one not answered in time: the others may finish, then the connection goes', async (t) => {
  const clock = virtualClock();
  const { onQuery, held, holds } = holding();
  const setting = await opened(t, onQuery, { clock });
  const { pool, recorder, ask } = setting;
  const late = failure(ask('late'));
  clock.advance(1);
  const other = ask('other');
  await holds('late', 'other');
  clock.advance(4_999);
  t.match(await late, { class: 'timeout' });
  t.match(pool.stats(), { active: 1, inFlight: 2, timeouts: 1, errors: 1 });
  held[1]?.answer();
  t.equal(await other, addressOf('other'));
  t.match(pool.stats(), { active: 0, destroyed: 1, retries: 0 });
  t.same(recorder.words('destroy'), ['destroy TIMEOUT']);
});

t.test('maxInFlight 1: one at a time, as before', async (t) => {
  const { onQuery, held, holds } = holding();
  const { pool, ask } = await opened(t, onQuery, { maxInFlight: 1 });
  const asked = ['a', 'b'].map((name) => ask(name));
  await holds('a');
  t.match(pool.stats(), { inFlight: 1, waiting: 1 });
  held[0]?.answer();
  await holds('b');
  held[1]?.answer();
  t.same(await Promise.all(asked), ['a', 'b'].map(addressOf));
});
