/** The documents' pool before its fix fails as the documents say: 000.8. */
import t from 'tap';
import { NaiveDnsPool, type NaivePoolOptions } from '../../../clients/naive-dns-pool/pool.ts';
import { queryFor, updateOf } from '../../../clients/plain-dns.ts';
import { virtualClock } from '../../../harness/clocks.ts';
import { TcpListener } from '../../../kernel/tcp-listener.ts';
import type { TcpSocket } from '../../../kernel/tcp-socket.ts';
import {
  answerBytes,
  failure,
  listen,
  type ManualUpstream,
  type PoolEvent,
  readQuery,
  record,
  type Unwinds,
} from '../manual-upstream.ts';
import { socketCount } from '../socket-count.ts';

interface Setting extends ManualUpstream {
  pool: NaiveDnsPool;
  address: string;
  events: PoolEvent[];
}

function set(t: Unwinds, options: Partial<NaivePoolOptions> = {}): Setting {
  const upstream = listen(t);
  const { host, port } = upstream.target;
  const pool = new NaiveDnsPool({ host, port, ...options });
  t.teardown(() => pool.close());
  return { ...upstream, pool, address: `${host}:${port}`, events: record(t) };
}

/** One answered query, so that the pool has an idle connection. Returns the upstream's side. */
async function warm({ pool, accept }: Setting): Promise<TcpSocket> {
  const query = pool.exchange(queryFor('warm.example', 'A'));
  const socket = await accept();
  const { id, name } = await readQuery(socket);
  await socket.send(answerBytes(id, name, '10.0.0.1'));
  await query;
  return socket;
}

const ioOf = (events: PoolEvent[]) =>
  events.flatMap((event) =>
    event.type === 'io' ? [`${event.call} ${event.error ?? event.bytes}`] : [],
  );

t.test('closed while idle: this query fails with EPIPE, and so does the next', async (t) => {
  const setting = set(t);
  const { pool, events, address } = setting;
  const socket = await warm(setting);
  socket.close();
  events.length = 0;

  const first = await failure(pool.exchange(queryFor('b.example', 'A')));
  t.equal(first.code, 'EPIPE');
  // The RST that the length draws is there before the message is sent.
  t.same(ioOf(events), ['send 2', 'send EPIPE']);
  const second = await failure(pool.exchange(queryFor('b.example', 'A')));
  t.equal(second.code, 'EPIPE');
  t.same(ioOf(events), ['send 2', 'send EPIPE', 'send EPIPE']);

  const { tuple } = socket;
  t.match(tuple, new RegExp(`^127\\.0\\.0\\.1:\\d+->${address}$`));
  const warning = `[handleQuery] 上游查询失败: write failed: write tcp ${tuple}: write: broken pipe`;
  t.same(
    events.flatMap((event) => (event.type === 'log' ? [`${event.level} ${event.text}`] : [])),
    [
      'ERROR [querySequential] 所有服务器都失败',
      `WARN ${warning}`,
      'ERROR [querySequential] 所有服务器都失败',
      `WARN ${warning}`,
    ],
  );
  t.match(pool.stats(), { created: 1, destroyed: 0, idle: 1, active: 1, errors: 2, queries: 3 });
});

t.test('reset while idle: ECONNRESET, then EPIPE for ever', async (t) => {
  const setting = set(t);
  const socket = await warm(setting);
  socket.reset();
  const codes: string[] = [];
  for (let i = 0; i < 4; i++) {
    codes.push((await failure(setting.pool.exchange(queryFor('b.example', 'A')))).code);
  }
  t.same(codes, ['ECONNRESET', 'EPIPE', 'EPIPE', 'EPIPE']);
});

t.test('closed in the middle of the answer: unexpected EOF, and repooled', async (t) => {
  const setting = set(t);
  const query = failure(setting.pool.exchange(queryFor('a.example', 'A')));
  const socket = await setting.accept();
  const { id, name } = await readQuery(socket);
  await socket.send(answerBytes(id, name, '10.0.0.1').subarray(0, 20));
  socket.close();
  t.match(await query, { code: 'EOF', message: 'read failed: unexpected EOF' });
  t.match(ioOf(setting.events).slice(-3), ['recv 2', 'recv 18', 'recv EOF']);
  t.match(setting.pool.stats(), { idle: 1, destroyed: 0 });
});

t.test('reset with the query unread: the read fails in the words of Go', async (t) => {
  const setting = set(t);
  const query = failure(setting.pool.exchange(queryFor('a.example', 'A')));
  const socket = await setting.accept();
  await socket.readable();
  socket.reset();
  const { tuple } = socket;
  const { code, message } = await query;
  t.equal(code, 'ECONNRESET');
  t.equal(message, `read failed: read tcp ${tuple}: read: connection reset by peer`);
});

t.test('a late answer is handed to the next caller', async (t) => {
  const clock = virtualClock();
  const setting = set(t, { clock });
  const { pool, accept, events } = setting;
  const late = failure(pool.exchange(queryFor('late.example', 'A')));
  const socket = await accept();
  const { id } = await readQuery(socket);
  clock.advance(5_000);
  t.match(await late, { code: 'TIMEOUT', message: /^read failed: read tcp .*: i\/o timeout$/ });
  t.equal(pool.stats().idle, 1, 'repooled');
  const next = pool.exchange(queryFor('next.example', 'A'));
  t.equal((await readQuery(socket)).name, 'next.example');
  await socket.send(answerBytes(id, 'late.example', '10.6.6.6'));
  const { answers } = await next;
  t.match(answers, [{ name: 'late.example', data: '10.6.6.6' }]);
  t.same(
    events.flatMap((event) => (event.type === 'checkout' ? [event.reused] : [])),
    [false, true],
  );
});

t.test('refused: the dial fails in the words of Go', async (t) => {
  const listener = new TcpListener({ host: '127.0.0.1', port: 0 });
  listener.close();
  const pool = new NaiveDnsPool(listener.address);
  t.match(await failure(pool.exchange(queryFor('a.example', 'A'))), {
    code: 'ECONNREFUSED',
    message: `dial failed: dial tcp 127.0.0.1:${listener.address.port}: connect: connection refused`,
  });
  await pool.close();
});

t.test('an unanswered handshake is given up after dialMs', async (t) => {
  const clock = virtualClock();
  const before = socketCount();
  // A backlog of 0 holds one connection; the SYN of the next is dropped.
  const listener = new TcpListener({ host: '127.0.0.1', port: 0 }, { backlog: 0 });
  const filler = new NaiveDnsPool({ ...listener.address, clock });
  const filling = failure(filler.exchange(queryFor('a.example', 'A')));
  const pool = new NaiveDnsPool({ ...listener.address, clock });
  const query = failure(pool.exchange(queryFor('a.example', 'A')));
  const closing = new NaiveDnsPool({ ...listener.address, clock });
  const closed = failure(closing.exchange(queryFor('a.example', 'A')));
  await closing.close();
  t.equal((await closed).code, 'CLOSED');
  clock.advance(10_000);
  t.match(await query, { code: 'TIMEOUT', message: /^dial failed: .*: i\/o timeout$/ });
  await Promise.all([filler.close(), pool.close()]);
  t.match((await filling).code, /^(TIMEOUT|CLOSED)$/);
  listener.close();
  t.equal(socketCount(), before, 'no descriptor is left behind');
});

t.test('an update is sent like a query: no retry, and its connection is repooled', async (t) => {
  const setting = set(t);
  const { pool } = setting;
  const socket = await warm(setting);
  const update = failure(pool.exchange(updateOf('b.example', '192.0.2.1')));
  const { packet } = await readQuery(socket);
  t.match(packet, {
    opcode: 'UPDATE',
    questions: [{ name: 'b.example', type: 'SOA' }],
    authorities: [{ name: 'b.example', type: 'A', data: '192.0.2.1' }],
  });
  socket.close();
  t.equal((await update).code, 'EOF');
  t.match(pool.stats(), { created: 1, destroyed: 0, idle: 1, errors: 1, queries: 2 });
  t.match(
    (await failure(pool.exchange(queryFor('c.example', 'A')))).code,
    /^(EPIPE|ECONNRESET|EOF)$/,
  );
});

t.test('idle connections are lent in the order in which they came back', async (t) => {
  const setting = set(t);
  const { pool, accept } = setting;
  const both = [
    pool.exchange(queryFor('a.example', 'A')),
    pool.exchange(queryFor('b.example', 'A')),
  ];
  const [one, two] = [await accept(), await accept()];
  for (const socket of [two, one]) {
    const { id, name } = await readQuery(socket);
    await socket.send(answerBytes(id, name, '10.0.0.1'));
    await Promise.race(both.splice(socket === two ? 1 : 0, 1));
  }
  const third = pool.exchange(queryFor('c.example', 'A'));
  const { id, name } = await readQuery(two);
  await two.send(answerBytes(id, name, '10.0.0.3'));
  t.match((await third).answers, [{ data: '10.0.0.3' }]);
});

t.test('close() ends what is in flight, twice if asked', async (t) => {
  const setting = set(t);
  const { pool } = setting;
  const query = failure(pool.exchange(queryFor('a.example', 'A')));
  const socket = await setting.accept();
  await readQuery(socket);
  await Promise.all([pool.close(), pool.close()]);
  t.equal((await query).code, 'CLOSED');
  t.match(pool.stats(), { active: 0, idle: 0, created: 1, destroyed: 1 });
  t.equal((await socket.recv(1)).length, 0, 'the upstream sees the end');
  t.equal((await failure(pool.exchange(queryFor('b.example', 'A')))).code, 'CLOSED');
});
