/** What a Go program sees of a TCP connection: each call's outcome, in Go's words. */
import t from 'tap';
import { perPhase } from '../../clients/go-deadline.ts';
import { GoTcpConnection } from '../../clients/go-tcp-connection.ts';
import { realClock, virtualClock } from '../../harness/clocks.ts';
import { connectedPair, readBytes } from '../support/sockets.ts';
import { failure, listen, type PoolEvent, record, type Unwinds } from './manual-upstream.ts';

const message = Buffer.from('question');
const framed = Buffer.from('\0\u0006answer');
const limit = perPhase(realClock, 5_000);

async function pair(t: Unwinds) {
  const { client, server } = await connectedPair(t);
  const events = record(t);
  return { connection: new GoTcpConnection(client), server, events };
}

const calls = (events: PoolEvent[]) =>
  events.flatMap((e) => (e.type === 'io' ? [`${e.call} ${e.error ?? e.bytes}`] : []));

t.test('length and message in two writes, length and answer in two reads', async (t) => {
  const { connection, server, events } = await pair(t);
  const answer = connection.exchange(message, limit);
  t.equal(String(await readBytes(server, 10)), '\0\u0008question');
  await server.send(framed);
  t.equal(String(await answer), 'answer');
  t.same(calls(events), ['send 2', 'send 8', 'recv 2', 'recv 6']);
});

t.test('closed by the upstream: the length draws the RST that the message meets', async (t) => {
  const { connection, server, events } = await pair(t);
  server.close();
  t.match(await failure(connection.exchange(message, limit)), {
    code: 'EPIPE',
    message: `write failed: write tcp ${connection.tuple}: write: broken pipe`,
  });
  t.same(calls(events), ['send 2', 'send EPIPE']);
});

t.test('an end in the middle is unexpected', async (t) => {
  for (const [bytes, message] of [
    [framed.subarray(0, 0), 'read failed: EOF'],
    [framed.subarray(0, 1), 'read failed: unexpected EOF'],
    [framed.subarray(0, 2), 'read failed: EOF'],
    [framed.subarray(0, 5), 'read failed: unexpected EOF'],
  ] as const) {
    const { connection, server } = await pair(t);
    const asked = failure(connection.exchange(Buffer.from('question'), limit));
    await readBytes(server, 10);
    if (bytes.length > 0) await server.send(bytes);
    server.close();
    t.match(await asked, { code: 'EOF', message });
  }
});

t.test('a deadline that is past: no system call is made', async (t) => {
  const { connection, server, events } = await pair(t);
  server.close();
  const clock = virtualClock();
  const late = perPhase(clock, 0);
  const { tuple } = connection;
  t.match(await failure(late((deadline) => connection.read(1, deadline))), {
    code: 'TIMEOUT',
    message: `read failed: read tcp ${tuple}: i/o timeout`,
  });
  t.match(await failure(late((deadline) => connection.write(message, deadline))), {
    code: 'TIMEOUT',
    message: `write failed: write tcp ${tuple}: i/o timeout`,
  });
  t.same(calls(events), []);
});

t.test('closed by this side while it reads', async (t) => {
  const { connection, events } = await pair(t);
  const asked = failure(connection.exchange(message, limit));
  await new Promise(setImmediate);
  connection.close();
  t.match(await asked, { code: 'CLOSED', message: /use of closed network connection$/ });
  t.same(calls(events), ['send 2', 'send 8']);
});

t.test('dialed, refused, late, given up', async (t) => {
  const { target, refuse } = listen(t);
  const events = record(t);
  const clock = virtualClock();
  const dialer = { clock, dialMs: 10_000 };
  const connection = await GoTcpConnection.dial(target, dialer);
  t.teardown(() => connection.close());
  const late = failure(GoTcpConnection.dial(target, dialer));
  clock.advance(10_000);
  t.match(await late, { code: 'TIMEOUT', message: /^dial failed: dial tcp .*: i\/o timeout$/ });
  const signal = AbortSignal.abort();
  t.equal((await failure(GoTcpConnection.dial(target, { ...dialer, signal }))).code, 'CLOSED');
  refuse();
  t.match(await failure(GoTcpConnection.dial(target, dialer)), {
    code: 'ECONNREFUSED',
    message: `dial failed: dial tcp 127.0.0.1:${target.port}: connect: connection refused`,
  });
  t.same(
    events.map(({ type }) => type),
    ['dial', 'io', 'connected', 'dial', 'dial', 'dial', 'io'],
  );
});
