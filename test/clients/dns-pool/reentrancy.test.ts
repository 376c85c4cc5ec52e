/** Whoever is told what happens in the pool may call back into it. */
import t from 'tap';
import { DnsPool, type DnsPoolOptions, type Logger } from '../../../clients/dns-pool/index.ts';
import { virtualClock } from '../../../harness/clocks.ts';
import { socketCount } from '../socket-count.ts';
import { type PoolEvent, record } from './recorder.ts';
import { failure } from './setting.ts';
import { addressOf, answer, type OnQuery, openUpstream } from './upstream.ts';

interface Unwinds {
  teardown(run: () => unknown): void;
}

/** Runs `react` at the first event that passes. */
async function setUp(
  t: Unwinds,
  when: (event: PoolEvent) => boolean,
  react: (pool: DnsPool) => void,
  options: DnsPoolOptions = {},
  onQuery: OnQuery = answer,
) {
  const upstream = await openUpstream(onQuery);
  const recorder = record();
  const pool = new DnsPool({ port: upstream.port, ...options });
  void recorder.onEvent(when)(async () => react(pool));
  t.teardown(async () => {
    await pool.close();
    recorder.stop();
    await upstream.close();
  });
  const ask = async (name: string) => {
    const { answers = [] } = await pool.query({ name, type: 'A' });
    return answers.map((record) => ('data' in record ? String(record.data) : '')).join(' ');
  };
  return { upstream, pool, recorder, ask };
}

const moments: Record<string, (event: PoolEvent) => boolean> = {
  dial: ({ type }) => type === 'dial',
  connected: ({ type }) => type === 'connected',
  'created line': (event) => event.type === 'log' && event.text.includes('创建'),
  checkout: ({ type }) => type === 'checkout',
  send: (event) => event.type === 'io' && event.call === 'send',
  recv: (event) => event.type === 'io' && event.call === 'recv',
  repool: ({ type }) => type === 'repool',
};

for (const [moment, when] of Object.entries(moments)) {
  t.test(`closed at ${moment}: everything ends, nothing is left`, async (t) => {
    const before = socketCount();
    const clock = virtualClock();
    const options = { clock, maxConnections: 2 };
    const { upstream, pool, recorder, ask } = await setUp(t, when, (p) => void p.close(), options);
    const settled = await Promise.allSettled(['a', 'b', 'c'].map((name) => ask(name)));
    for (const outcome of settled) {
      if (outcome.status === 'rejected') t.match(outcome.reason, { class: 'closed' });
    }
    await pool.close();
    await upstream.close();
    t.equal(socketCount(), before);
    const { created, destroyed, active, idle, waiting, inFlight } = pool.stats();
    t.same({ active, idle, waiting, inFlight }, { active: 0, idle: 0, waiting: 0, inFlight: 0 });
    t.equal(created, destroyed);
    const count = recorder.events.length;
    clock.advance(1_000_000);
    t.equal(recorder.events.length, count, 'no timer is left to fire');
  });
}

t.test('asked as the pool is closed: refused, and no connection is made for it', async (t) => {
  const asked: Promise<string>[] = [];
  const isEnd = (event: PoolEvent) =>
    event.type === 'destroy' || (event.type === 'log' && event.text.includes('关闭所有'));
  const react = (pool: DnsPool) => {
    asked.push(failure(pool.query({ name: 'late', type: 'A' })).then((error) => error.class));
    void pool.close();
  };
  for (const moment of ['log', 'destroy']) {
    const when = (event: PoolEvent) => event.type === moment && isEnd(event);
    const { upstream, pool, recorder, ask } = await setUp(t, when, react);
    await ask('a');
    await pool.close();
    t.same(upstream.names, ['a']);
    t.equal(recorder.words('dial').length, 1);
    t.equal(recorder.logs().filter((text) => text.includes('关闭所有')).length, 1);
    t.match(pool.stats(), { active: 0, created: 1, destroyed: 1 });
  }
  t.same(await Promise.all(asked), ['closed', 'closed']);
});

t.test('asked as a connection is dialed: the limit holds', async (t) => {
  let second: Promise<unknown> | undefined;
  const react = (pool: DnsPool) => {
    second = pool.query({ name: 'b', type: 'A' });
    t.match(pool.stats(), { active: 1, waiting: 1 });
  };
  const isDial = ({ type }: PoolEvent) => type === 'dial';
  const { upstream, ask } = await setUp(t, isDial, react, { maxConnections: 1 });
  t.equal(await ask('a'), addressOf('a'));
  await second;
  t.equal(upstream.connections.length, 1);
});

t.test('asked as the sweep discards: each connection is discarded once', async (t) => {
  const clock = virtualClock();
  let later: Promise<unknown> | undefined;
  const react = (pool: DnsPool) => {
    later = pool.query({ name: 'c', type: 'A' });
  };
  const isStale = ({ type }: PoolEvent) => type === 'stale';
  const { pool, recorder, ask } = await setUp(t, isStale, react, { clock });
  await Promise.all(['a', 'b'].map((name) => ask(name)));
  clock.advance(300_000);
  await later;
  t.match(pool.stats(), { created: 3, destroyed: 2, active: 1 });
  t.equal(recorder.words('stale').length, 2);
});

t.test('a logger that closes the pool', async (t) => {
  const upstream = await openUpstream();
  t.teardown(() => upstream.close());
  const write = () => void pool.close();
  const logger: Logger = { debug: write, info: write, warn: write, error: write };
  const pool = new DnsPool({ port: upstream.port, logger });
  t.match(await failure(pool.query({ name: 'a', type: 'A' })), { class: 'closed' });
  await pool.close();
  t.match(pool.stats(), { active: 0, created: 1, destroyed: 1 });
});

t.test('asked as a connection is lost: the slot stays with those who are sent again', async (t) => {
  for (const moment of ['destroy', 'retry']) {
    let later: Promise<unknown> | undefined;
    const react = (pool: DnsPool) => {
      later = pool.query({ name: 'later', type: 'A' });
      t.match(pool.stats(), { active: 1, waiting: 1 }, moment);
    };
    const when = ({ type }: PoolEvent) => type === moment;
    const options = { maxConnections: 1 };
    const { upstream, pool, ask } = await setUp(t, when, react, options, (query, connection) => {
      if (query.name === 'b' && connection.ordinal === 1) connection.socket.destroy();
      else answer(query, connection);
    });
    await ask('a');
    t.equal(await ask('b'), addressOf('b'));
    await later;
    t.same(upstream.names, ['a', 'b', 'b', 'later']);
    t.match(pool.stats(), { created: 2, retries: 1 });
  }
});

t.test('asked at a checkout: no connection is given more than it has room for', async (t) => {
  let inner: Promise<unknown> | undefined;
  const react = (pool: DnsPool) => {
    inner = pool.query({ name: 'inner', type: 'A' });
  };
  const isReuse = (event: PoolEvent) => event.type === 'checkout' && event.reused;
  const options = { maxConnections: 1, maxInFlight: 1 };
  const { upstream, pool, ask } = await setUp(t, isReuse, react, options);
  await ask('a');
  const outer = ask('b');
  t.match(pool.stats(), { inFlight: 1, waiting: 1 });
  t.equal(await outer, addressOf('b'));
  await inner;
  t.same([...upstream.names].sort(), ['a', 'b', 'inner']);
  t.match(pool.stats(), { created: 1, idle: 1, waiting: 0 });
});

t.test('aborted at its checkout: nothing is sent, the connection is free again', async (t) => {
  const controller = new AbortController();
  const isReuse = (event: PoolEvent) => event.type === 'checkout' && event.reused;
  const { upstream, pool, ask } = await setUp(t, isReuse, () => controller.abort());
  await ask('a');
  const aborted = pool.query({ name: 'b', type: 'A' }, { signal: controller.signal });
  t.match(await failure(aborted), { class: 'aborted' });
  t.match(pool.stats(), { active: 1, idle: 1, inFlight: 0 });
  t.equal(await ask('c'), addressOf('c'));
  t.same(upstream.names, ['a', 'c']);
});

t.test('closed as a connection is lost: nothing is dialed any more', async (t) => {
  for (const moment of ['destroy', 'retry']) {
    const when = ({ type }: PoolEvent) => type === moment;
    const close = (pool: DnsPool) => void pool.close();
    const { pool, recorder, ask } = await setUp(t, when, close, {}, (query, connection) => {
      if (query.name === 'b') connection.socket.destroy();
      else answer(query, connection);
    });
    await ask('a');
    t.match(await failure(ask('b')), { class: 'closed' }, moment);
    await pool.close();
    t.equal(recorder.words('dial').length, 1);
    t.match(pool.stats(), { active: 0, created: 1, destroyed: 1 });
    recorder.stop();
  }
});

t.test('one aborted as another is started: nobody is sent twice', async (t) => {
  const controller = new AbortController();
  const isReuse = (event: PoolEvent) => event.type === 'checkout' && event.reused;
  const options = { maxConnections: 1, askKeepalive: false };
  const { upstream, pool, ask } = await setUp(t, isReuse, () => controller.abort(), options);
  const first = ask('first');
  const asked = ['a', 'b'].map((name) => ask(name));
  const { signal } = controller;
  const aborted = failure(pool.query({ name: 'c', type: 'A' }, { signal }));
  await first;
  t.same(await Promise.all(asked), ['a', 'b'].map(addressOf));
  t.equal((await aborted).class, 'aborted');
  t.same(upstream.names, ['first', 'a', 'b']);
  t.match(pool.stats(), { inFlight: 0, idle: 1 });
});
