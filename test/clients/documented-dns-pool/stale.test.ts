/** The probe at checkout does what document 000 wrote, weaknesses 1 to 6 included. */
import t from 'tap';
import { findStale } from '../../../clients/documented-dns-pool/stale.ts';
import { GoTcpConnection } from '../../../clients/go-tcp-connection.ts';
import { GoUdpConnection } from '../../../clients/go-udp-connection.ts';
import { realClock, virtualClock } from '../../../harness/clocks.ts';
import { linux, setsockoptCall } from '../../../kernel/libc.ts';
import { uint32 } from '../../../kernel/socket.ts';
import { TcpListener } from '../../../kernel/tcp-listener.ts';
import { TcpSocket } from '../../../kernel/tcp-socket.ts';
import { UdpSocket } from '../../../kernel/udp-socket.ts';
import { anyPort, connectedPair } from '../../support/sockets.ts';
import { turns } from '../../support/turns.ts';
import { record, type Unwinds } from '../manual-upstream.ts';

/** No deadline passes: where the kernel has something to say, the probe need not wait. */
const clocks = { clock: realClock, probeClock: virtualClock() };

async function idleConnection(t: Unwinds) {
  const { client, server } = await connectedPair(t);
  const connection = new GoTcpConnection(client);
  const events = record(t);
  return {
    server,
    client,
    pooled: { connection, lastUsedMs: realClock.nowMs() },
    /** What system calls came to. */
    calls: () =>
      events.flatMap((e) => (e.type === 'io' ? [`${e.call} ${e.error ?? e.bytes}`] : [])),
  };
}

t.test('FIN while idle: stale', async (t) => {
  const { server, pooled, calls } = await idleConnection(t);
  server.close();
  t.same(await findStale(pooled, clocks), { reason: 'EOF', found: 'probe' });
  t.same(calls(), ['recv EOF']);
});

t.test('weakness 1: RST while idle: the probe eats the error and calls it healthy', async (t) => {
  const { server, client, pooled, calls } = await idleConnection(t);
  server.reset();
  t.equal(await findStale(pooled, clocks), undefined);
  t.same(calls(), ['recv ECONNRESET']);
  t.equal(client.recvNow(1)?.length, 0, 'who reads next hears of an end, not of a reset');
  await t.rejects(client.send(Buffer.from('x')), { code: 'EPIPE' });
});

t.test('weakness 2: a byte that nobody asked for is taken away and not missed', async (t) => {
  const { server, client, pooled, calls } = await idleConnection(t);
  await server.send(Buffer.from('ab'));
  await client.readable();
  t.equal(await findStale(pooled, clocks), undefined);
  t.same(calls(), ['recv 1']);
  t.equal(String(client.recvNow(10)), 'b', 'what follows has lost its first byte');
});

t.test('weakness 3: on a healthy connection it waits for the whole millisecond', async (t) => {
  const { pooled, calls } = await idleConnection(t);
  const clock = virtualClock();
  let isDone = false;
  const verdict = findStale({ ...pooled, lastUsedMs: 0 }, { clock, probeClock: clock });
  void verdict.then(() => {
    isDone = true;
  });
  clock.advance(0.999);
  await turns();
  t.notOk(isDone);
  clock.advance(0.001);
  t.equal(await verdict, undefined);
  t.same(calls(), []);
});

t.test('weakness 4: late, it reports a timeout before it asks the kernel', async (t) => {
  const { server, pooled, calls } = await idleConnection(t);
  server.close();
  const clock = virtualClock();
  const verdict = findStale({ ...pooled, lastUsedMs: 0 }, { clock, probeClock: clock });
  // In the tick in which the deadline was set, and before the read.
  clock.advance(1);
  t.equal(await verdict, undefined, 'a closed connection looks healthy');
  t.same(calls(), [], 'there was no system call');
});

/** TCP_USER_TIMEOUT of tcp(7): how long data may stay unacknowledged, in milliseconds. */
const TCP_USER_TIMEOUT = 18;

t.test(
  'weakness 5: a connection that the kernel gave up with ETIMEDOUT looks healthy',
  async (t) => {
    const listener = new TcpListener(anyPort, { receiveBufferBytes: 1024 });
    t.teardown(() => listener.close());
    const client = await TcpSocket.connect(listener.address);
    t.teardown(() => client.close());
    setsockoptCall(client.fd, linux.IPPROTO_TCP, TCP_USER_TIMEOUT, uint32(1), 4);
    // The upstream never reads: its window closes, and the kernel's patience is one millisecond.
    while (client.sendNow(Buffer.alloc(65_536)) !== undefined);
    await client.readable();
    const events = record(t);
    const pooled = { connection: new GoTcpConnection(client), lastUsedMs: realClock.nowMs() };
    t.equal(await findStale(pooled, clocks), undefined);
    const calls = events.filter(({ type }) => type === 'io');
    t.match(calls, [{ call: 'recv', error: 'ETIMEDOUT' }]);
    t.equal(client.recvNow(1)?.length, 0, 'it is dead');
  },
);

t.test('weakness 6: five minutes, whoever is asked', async (t) => {
  const { pooled, calls } = await idleConnection(t);
  const clock = virtualClock();
  clock.advance(300_001);
  const staleness = { reason: 'idle timeout', found: 'idle timeout' };
  t.same(await findStale({ ...pooled, lastUsedMs: 0 }, { ...clocks, clock }), staleness);
  t.same(calls(), [], 'it is not even probed');
  t.equal(
    await findStale({ ...pooled, lastUsedMs: 1 }, { clock, probeClock: realClock }),
    undefined,
  );
});

t.test('what is no TCP connection is not probed', async (t) => {
  const upstream = UdpSocket.bind(anyPort);
  t.teardown(() => upstream.close());
  const connection = GoUdpConnection.dial(upstream.address);
  t.teardown(() => connection.close());
  const events = record(t);
  const pooled = { connection, lastUsedMs: realClock.nowMs() };
  t.equal(await findStale(pooled, clocks), undefined);
  t.same(events, []);
});
