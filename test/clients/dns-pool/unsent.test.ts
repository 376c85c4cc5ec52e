/** Requests of which the kernel took nothing are sent again, whatever they are: F9, F29, F35. */
import t from 'tap';
import { virtualClock } from '../../../harness/clocks.ts';
import { until } from '../../support/turns.ts';
import { failure, holding, type Setting, set } from './setting.ts';
import { limitSendBuffer, watchSockets } from './sockets.ts';
import { addressOf, answer, type OnQuery } from './upstream.ts';

t.test('asked for as the upstream closes, not written yet: an update goes again', async (t) => {
  const { onQuery, holds } = holding();
  const { upstream, pool, ask, update } = await set(t, firstConnection(onQuery), {
    maxConnections: 1,
  });
  let updated: Promise<string | undefined> | undefined;
  watchSockets(t, (socket) => {
    // Before the pool hears of it.
    socket.prependOnceListener('end', () => {
      updated ??= update('u');
    });
  });
  await ask('first');
  const a = ask('a');
  await holds('a');
  upstream.connection(1).socket.end();
  t.equal(await a, addressOf('a'));
  t.equal(await updated, 'NOERROR');
  t.same(upstream.names, ['first', 'a', 'a', 'u']);
  t.match(pool.stats(), { retries: 2, errors: 2, created: 2, destroyed: 1 });
});

t.test('asked for as nonsense comes, not written yet: an update goes again', async (t) => {
  const { onQuery, holds } = holding();
  const setting = await set(t, firstConnection(onQuery), { maxConnections: 1 });
  const { upstream, recorder, ask, update } = setting;
  await ask('first');
  const a = ask('a');
  await holds('a');
  const received = recorder.onEvent((event) => event.type === 'io' && event.call === 'recv');
  upstream.connection(1).socket.write(Buffer.of(0, 0));
  const updated = received(() => update('u'));
  t.equal(await a, addressOf('a'));
  t.equal(await updated, 'NOERROR');
  t.same(upstream.names, ['first', 'a', 'a', 'u']);
});

/** The first connection's queries are held after the first one; those of others are answered. */
function firstConnection(onQuery: OnQuery): OnQuery {
  return (query, connection) => {
    if (connection.ordinal === 1 && connection.received > 1) onQuery(query, connection);
    else answer(query, connection);
  };
}

const longName = (i: number) => `n${i}.${'x'.repeat(60)}.${'y'.repeat(60)}`;
/** More than the buffers of both ends hold, with the sender's made small. */
const names = Array.from({ length: 6_000 }, (_, i) => longName(i));

/** An upstream that has stopped reading, and a connection to it of which the last write is not done. */
async function stalled(t: Parameters<typeof set>[0] & Parameters<typeof watchSockets>[0]) {
  const clock = virtualClock();
  watchSockets(t, limitSendBuffer);
  const setting = await set(t, answer, {
    clock,
    maxConnections: 1,
    maxInFlight: 65_536,
    askKeepalive: false,
  });
  await setting.ask('first');
  setting.upstream.connection(1).socket.pause();
  const asked = names.map((name) => setting.ask(name));
  // The first write goes at once, the second at the end of the tick; all the rest waits for them.
  await sendsToStop(setting);
  return { ...setting, clock, asked };
}

async function sendsToStop({ pool, recorder }: Setting): Promise<void> {
  await until('all are in flight', () => pool.stats().inFlight === names.length);
  const sends = () => recorder.words('io').filter((words) => words === 'io send ok').length;
  // That of the first query, and the one of `names` that went alone.
  await until('the first write is done', () => sends() === 2);
}

t.test('the upstream reads nothing for a while: all are answered', async (t) => {
  const { upstream, pool, asked } = await stalled(t);
  upstream.connection(1).socket.resume();
  t.same(await Promise.all(asked), names.map(addressOf));
  t.equal(upstream.connections.length, 1);
  t.match(pool.stats(), { inFlight: 0, idle: 1, errors: 0 });
});

t.test('the upstream never reads again: bounded by queryMs', async (t) => {
  const { clock, pool, asked } = await stalled(t);
  const failures = Promise.all(asked.map(failure));
  clock.advance(5_000);
  t.same(new Set((await failures).map(({ code }) => code)), new Set(['TIMEOUT']));
  t.match(pool.stats(), { active: 0, destroyed: 1, retries: 0, timeouts: names.length });
});

t.test('behind a write that is not done nothing is sent: an update goes again', async (t) => {
  const { upstream, pool, asked, update } = await stalled(t);
  const updated = update('u');
  upstream.connection(1).socket.resetAndDestroy();
  t.equal(await updated, 'NOERROR');
  t.same(await Promise.all(asked), names.map(addressOf));
  t.equal(upstream.names.filter((name) => name === 'u').length, 1);
  t.match(pool.stats(), { created: 2, destroyed: 1, retries: names.length + 1 });
});
