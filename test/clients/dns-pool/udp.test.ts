/** The pool over UDP, against an upstream under the test's hand: 001.11, F24, F25, F33. */
import { decode } from 'dns-packet';
import t from 'tap';
import { DnsPool, type DnsPoolOptions } from '../../../clients/dns-pool/index.ts';
import { truncatedMessage, withOtherId } from '../../../fake-servers/protocols/dns/message.ts';
import { virtualClock } from '../../../harness/clocks.ts';
import { type Datagram, UdpSocket } from '../../../kernel/udp-socket.ts';
import { anyPort } from '../../support/sockets.ts';
import { until } from '../../support/turns.ts';
import { socketCount } from '../socket-count.ts';
import { record } from './recorder.ts';
import { failure } from './setting.ts';
import { type AnswerChanges, addressOf, answer, answerBytes, openUpstream } from './upstream.ts';

interface Unwinds {
  teardown(run: () => unknown): void;
}

function setUp(t: Unwinds, options: DnsPoolOptions = {}) {
  let server = UdpSocket.bind(anyPort);
  const { address } = server;
  t.teardown(() => server.close());
  const clock = virtualClock();
  const recorder = record();
  const all = { network: 'udp' as const, ...address, clock, maxConnections: 1, ...options };
  const pool = new DnsPool(all);
  t.teardown(async () => {
    await pool.close();
    recorder.stop();
  });
  const say = (bytes: Buffer, { from }: Datagram) => server.send(bytes, from);
  return {
    address,
    clock,
    pool,
    recorder,
    ask: async (name: string) => {
      const { answers = [] } = await pool.query({ name, type: 'A' });
      return answers.map((answer) => ('data' in answer ? String(answer.data) : '')).join(' ');
    },
    /** The next query. */
    async heard(): Promise<Datagram> {
      const { value } = await server.datagrams().next();
      if (!value) throw new Error('expected a query');
      return value;
    },
    say,
    reply: (query: Datagram, changes?: AnswerChanges) => say(responseTo(query, changes), query),
    goDown: () => server.close(),
    goUp: () => {
      server = UdpSocket.bind(address);
    },
    dropped: (count: number) =>
      until(`${count} datagrams are dropped`, () => pool.stats().dropped >= count),
    errors: () => recorder.words('io').filter((words) => !/ (ok|\d+)$/.test(words)),
  };
}

function responseTo({ bytes }: Datagram, changes?: AnswerChanges): Buffer {
  const packet = decode(bytes);
  const query = { id: packet.id ?? 0, name: packet.questions?.[0]?.name ?? '', packet };
  return answerBytes(query, changes).subarray(2);
}

const idOf = ({ bytes }: Datagram) => bytes.readUInt16BE(0);

t.test('many queries on one socket, answered in any order', async (t) => {
  const { pool, recorder, ask, heard, reply } = setUp(t);
  const names = Array.from({ length: 50 }, (_, i) => `q${i}.example`);
  const asked = names.map((name) => ask(name));
  const queries: Datagram[] = [];
  for (const _ of names) queries.push(await heard());
  t.equal(new Set(queries.map(idOf)).size, names.length);
  t.equal(new Set(queries.map(({ from }) => from.port)).size, 1);
  t.equal(pool.stats().inFlight, 50);
  for (const query of queries.toReversed()) await reply(query);
  t.same(await Promise.all(asked), names.map(addressOf));
  t.match(pool.stats(), {
    network: 'udp',
    queries: 50,
    created: 1,
    idle: 1,
    inFlight: 0,
    dropped: 0,
    timeouts: 0,
  });
  t.equal(recorder.words('dial').length, 1);
  t.same(
    recorder.words('checkout'),
    names.map((_, i) => `checkout ${i > 0 ? 'reused' : 'fresh'}`),
  );
});

t.test('no OPT record, and no length in front', async (t) => {
  const { ask, heard, reply } = setUp(t);
  const asked = ask('a.example');
  const query = await heard();
  t.match(decode(query.bytes), { questions: [{ name: 'a.example' }], additionals: [] });
  await reply(query);
  t.equal(await asked, addressOf('a.example'));
});

t.test('new sockets before shared ones, up to maxConnections', async (t) => {
  const { pool, ask, heard, reply } = setUp(t, { maxConnections: 3, maxInFlight: 2 });
  const names = Array.from({ length: 7 }, (_, i) => `q${i}.example`);
  const asked = names.map((name) => ask(name));
  const queries: Datagram[] = [];
  for (let i = 0; i < 6; i++) queries.push(await heard());
  t.match(pool.stats(), { active: 3, inFlight: 6, waiting: 1 });
  t.equal(new Set(queries.map(({ from }) => from.port)).size, 3);
  for (const query of queries) await reply(query);
  await reply(await heard());
  t.same(await Promise.all(asked), names.map(addressOf));
});

t.test('ids in flight are never used twice, even if they are proposed', async (t) => {
  const { ask, heard, reply } = setUp(t, { nextId: () => 65_535 });
  const asked = [ask('a.example'), ask('b.example')];
  const [one, two] = [await heard(), await heard()];
  t.same([one, two].map(idOf), [65_535, 0]);
  for (const query of [two, one]) await reply(query);
  t.same(await Promise.all(asked), ['a.example', 'b.example'].map(addressOf));
});

t.test('what answers no query in flight is dropped, counted and logged', async (t) => {
  const { pool, recorder, ask, heard, say, reply, dropped } = setUp(t);
  const asked = ask('a.example');
  const query = await heard();
  await say(withOtherId(responseTo(query)), query);
  await reply(query, { name: 'b.example' });
  await reply(query, { type: 'query' });
  await say(Buffer.from('short'), query);
  await say(Buffer.alloc(0), query);
  await say(responseTo(query).subarray(0, -1), query);
  await dropped(6);
  await reply(query);
  t.equal(await asked, addressOf('a.example'));
  await reply(query);
  await dropped(7);
  const warnings = recorder.logs().filter((text) => text.startsWith('dropped a datagram of '));
  t.equal(warnings.length, 7);
  t.match(pool.stats(), { dropped: 7, errors: 0, idle: 1 });
});

t.test('no answer is a timeout, and the late one reaches nobody', async (t) => {
  const { pool, clock, ask, heard, reply, dropped } = setUp(t);
  const late = failure(ask('late.example'));
  const query = await heard();
  clock.advance(4999);
  const asked = ask('next.example');
  const next = await heard();
  clock.advance(1);
  t.match(await late, { class: 'timeout', message: /late.example A from .* within 5000 ms/ });
  await reply(query);
  await dropped(1);
  await reply(next);
  t.equal(await asked, addressOf('next.example'));
  t.match(pool.stats(), { timeouts: 1, errors: 1, active: 1, destroyed: 0 });
});

t.test('who takes the place of one that timed out does not put off the others', async (t) => {
  const { clock, ask, heard } = setUp(t, { maxInFlight: 2, queueMs: 60_000 });
  const first = failure(ask('a.example'));
  await heard();
  clock.advance(1);
  const second = failure(ask('b.example'));
  const third = failure(ask('c.example'));
  await heard();
  clock.advance(4_999);
  t.equal((await first).class, 'timeout');
  clock.advance(1);
  t.equal((await second).class, 'timeout');
  await heard();
  clock.advance(5_000);
  t.equal((await third).class, 'timeout');
});

t.test('aborted, or past its limit: its id is free, its answer is dropped', async (t) => {
  const { pool, clock, ask, heard, reply, dropped } = setUp(t, { nextId: () => 7 });
  const controller = new AbortController();
  const { signal } = controller;
  const aborted = failure(pool.query({ name: 'a.example', type: 'A' }, { signal }));
  const late = failure(pool.query({ name: 'b.example', type: 'A' }, { withinMs: 10 }));
  const [one, two] = [await heard(), await heard()];
  controller.abort();
  clock.advance(10);
  t.equal((await aborted).class, 'aborted');
  t.equal((await late).class, 'deadline');
  t.match(pool.stats(), { inFlight: 0, idle: 1, errors: 0, timeouts: 0 });
  const asked = ask('c.example');
  const query = await heard();
  t.equal(idOf(query), 7);
  await reply(one);
  await reply(two);
  await dropped(2);
  await reply(query);
  t.equal(await asked, addressOf('c.example'));
});

t.test('a closed port fails what is in flight at once; the same socket goes on', async (t) => {
  const { pool, ask, heard, reply, goDown, goUp, errors, recorder } = setUp(t);
  goDown();
  t.match(await failure(ask('a.example')), { class: 'network', code: 'ECONNREFUSED' });
  t.same(errors(), ['io recv ECONNREFUSED']);
  goUp();
  const asked = ask('b.example');
  await reply(await heard());
  t.equal(await asked, addressOf('b.example'));
  t.equal(recorder.words('connected').length, 1);
  t.match(pool.stats(), { errors: 1, retries: 0, created: 1, destroyed: 0 });
});

t.test('a refusal that is told to a later send is not blamed on it', async (t) => {
  const { pool, ask, heard, reply, goDown, goUp, errors } = setUp(t);
  const first = ask('first.example');
  await reply(await heard());
  await first;
  goDown();
  const controller = new AbortController();
  const limits = { signal: controller.signal };
  const refused = failure(pool.query({ name: 'a.example', type: 'A' }, limits));
  // Nobody waits for it any more, so the next one goes out in the same tick.
  controller.abort();
  goUp();
  const asked = ask('b.example');
  t.match(await refused, { code: 'ABORTED' });
  await reply(await heard());
  t.equal(await asked, addressOf('b.example'));
  t.same(errors(), ['io send ECONNREFUSED']);
});

t.test('a refusal is not blamed on what is not sent yet', async (t) => {
  const { ask, heard, reply, goDown, goUp, errors } = setUp(t);
  const first = ask('first.example');
  await reply(await heard());
  await first;
  goDown();
  const refused = failure(ask('a.example'));
  goUp();
  const asked = ask('b.example');
  t.match(await refused, { code: 'ECONNREFUSED', isUnsent: false });
  await reply(await heard());
  t.equal(await asked, addressOf('b.example'));
  t.same(errors(), ['io recv ECONNREFUSED']);
});

t.test('a dial that gets nowhere is given up after dialMs', async (t) => {
  const { pool, clock, ask } = setUp(t, { dialMs: 15_000 });
  const asked = failure(ask('a.example'));
  // Before the event loop turns.
  clock.advance(15_000);
  t.match(await asked, { class: 'dial', code: 'TIMEOUT' });
  t.match(pool.stats(), { active: 0, created: 0, destroyed: 0, errors: 1 });
});

t.test('idle sockets are closed as idle connections are', async (t) => {
  const { pool, clock, recorder, ask, heard, reply } = setUp(t);
  const asked = ask('a.example');
  await reply(await heard());
  await asked;
  clock.advance(300_000);
  t.match(pool.stats(), { active: 0, created: 1, destroyed: 1 });
  t.same(recorder.words('stale', 'destroy'), [
    'stale idle timeout idle timeout',
    'destroy idle timeout',
  ]);
});

t.test('close() fails what is in flight, frees all, and nothing is told after it', async (t) => {
  const { pool, clock, recorder, ask, heard, goDown } = setUp(t);
  const before = socketCount();
  const asked = failure(ask('a.example'));
  await heard();
  const dialing = failure(ask('b.example'));
  const closing = pool.close();
  t.equal(pool.close(), closing);
  t.equal((await asked).class, 'closed');
  t.equal((await dialing).class, 'closed');
  await closing;
  t.match(await failure(ask('c.example')), { class: 'closed' });
  t.equal(socketCount(), before);
  const count = recorder.events.length;
  clock.advance(1_000_000);
  t.equal(recorder.events.length, count);
  goDown();
});

t.test('close() in the tick of the first query', async (t) => {
  const { pool, ask } = setUp(t);
  const before = socketCount();
  const asked = failure(ask('a.example'));
  await pool.close();
  t.equal((await asked).class, 'closed');
  t.equal(socketCount(), before);
});

t.test('truncated: the whole is asked for over TCP, at the same port', async (t) => {
  const upstream = await openUpstream((query, connection) => {
    if (query.name === 'lost.example') connection.socket.destroy();
    else answer(query, connection);
  });
  t.teardown(() => upstream.close());
  const udp = UdpSocket.bind({ host: upstream.host, port: upstream.port });
  t.teardown(() => udp.close());
  const pool = new DnsPool({ network: 'udp', port: upstream.port });
  const before = socketCount();
  t.teardown(() => pool.close());
  const truncating = (async () => {
    for await (const query of udp.datagrams()) {
      const isWhole = responseTo(query).includes('whole');
      const bytes = responseTo(query);
      await udp.send(isWhole ? bytes : truncatedMessage(bytes), query.from);
    }
  })();
  const dataOf = async (name: string) => {
    const { answers = [], flag_tc } = await pool.query({ name, type: 'A' });
    t.notOk(flag_tc);
    return answers.map((record) => ('data' in record ? String(record.data) : '')).join(' ');
  };
  const names = ['a.example', 'b.example'];
  t.same(await Promise.all(names.map(dataOf)), names.map(addressOf));
  t.ok(pool.stats().averageLatencyMs > 0);
  t.equal(await dataOf('whole.example'), addressOf('whole.example'));
  t.same([...upstream.names].sort(), ['a.example', 'b.example']);
  t.match(pool.stats(), { queries: 3, truncated: 2, errors: 0 });
  t.match(await failure(dataOf('lost.example')), { class: /eof|reset/ });
  await pool.close();
  t.match(pool.stats(), { active: 0 });
  await until('the upstream has seen the end of all', () =>
    upstream.connections.every(({ socket }) => socket.destroyed),
  );
  t.equal(socketCount(), before, 'the connections over TCP are closed, too');
  udp.close();
  await truncating;
});

t.test('truncated, and nobody listens on TCP: that error, of a query that was seen', async (t) => {
  const { pool, ask, heard, say } = setUp(t);
  const asked = failure(ask('a.example'));
  const query = await heard();
  await say(truncatedMessage(responseTo(query)), query);
  t.match(await asked, { class: 'dial', code: 'ECONNREFUSED', isUnsent: false });
  t.match(pool.stats(), { truncated: 1, inFlight: 0 });
});

t.test('truncated, and given up while it is asked for over TCP', async (t) => {
  const upstream = await openUpstream(() => {});
  t.teardown(() => upstream.close());
  const udp = UdpSocket.bind({ host: upstream.host, port: upstream.port });
  t.teardown(() => udp.close());
  const pool = new DnsPool({ network: 'udp', port: upstream.port });
  t.teardown(() => pool.close());
  const controller = new AbortController();
  const { signal } = controller;
  const aborted = failure(pool.query({ name: 'a.example', type: 'A' }, { signal }));
  const closed = failure(pool.query({ name: 'b.example', type: 'A' }));
  for (let i = 0; i < 2; i++) {
    const { value } = await udp.datagrams().next();
    if (value) await udp.send(truncatedMessage(responseTo(value)), value.from);
  }
  await until('both are asked over TCP', () => upstream.names.length === 2);
  controller.abort();
  t.equal((await aborted).class, 'aborted');
  await pool.close();
  t.equal((await closed).class, 'closed');
});
