/** An update may be executed when its connection is lost, so it is not sent again: F7, F9. */
import t from 'tap';
import { linux, shutdownCall } from '../../../kernel/libc.ts';
import { peek } from '../../../kernel/peek.ts';
import { failure, set } from './setting.ts';
import { descriptor, hideDescriptor, watchSockets } from './sockets.ts';
import { strikes } from './strikes.ts';
import { addressOf, answer, answerBytes } from './upstream.ts';

t.test('an update is sent on a pooled connection and resolves with the answer', async (t) => {
  const packets: unknown[] = [];
  const { upstream, pool, ask, update } = await set(t, (query, connection) => {
    packets.push(query.packet);
    answer(query, connection);
  });
  await ask('a.example');
  t.equal(await update('b.example'), 'NOERROR');
  t.match(packets[1], {
    opcode: 'UPDATE',
    questions: [{ name: 'b.example', type: 'SOA' }],
    authorities: [{ name: 'b.example', type: 'A', data: '192.0.2.1' }],
  });
  t.equal(await ask('c.example'), addressOf('c.example'));
  t.equal(upstream.connections.length, 1);
  t.match(pool.stats(), { created: 1, idle: 1, queries: 3, errors: 0, retries: 0 });
});

t.test('an update that the upstream refuses is answered, with its rcode', async (t) => {
  const { update, pool } = await set(t, (query, { socket }) => {
    socket.write(answerBytes(query, { rcode: 5 }));
  });
  t.equal(await update('b.example'), 'REFUSED');
  t.match(pool.stats(), { idle: 1, errors: 0 });
});

t.test('what an update cannot be is refused before anything is sent', async (t) => {
  const { upstream, pool } = await set(t);
  const error = await failure(pool.update({ name: 'b.example', data: 'no address' }));
  t.match(error, { class: 'invalid-query', isUnsent: true });
  t.equal(upstream.connections.length, 0);
});

for (const [what, { code, strike }] of Object.entries(strikes)) {
  t.test(`the upstream ${what} on a reused connection: not sent again`, async (t) => {
    const { upstream, pool, recorder, ask, update } = await set(t, (query, connection) => {
      if (connection.ordinal === 1 && connection.received === 2) strike(query, connection);
      else answer(query, connection);
    });
    await ask('a.example');
    const error = await failure(update('b.example'));
    t.match(error, { class: code === 'EOF' ? 'eof' : 'reset', code, isUnsent: false });
    t.same(upstream.names, ['a.example', 'b.example']);
    t.match(pool.stats(), { active: 0, created: 1, destroyed: 1, errors: 1, retries: 0 });
    t.same(recorder.words('retry', 'destroy'), [`destroy ${code}`]);
    t.equal(await ask('c.example'), addressOf('c.example'), 'the pool goes on');
  });

  t.test(`the upstream ${what} on a fresh connection: not sent again`, async (t) => {
    const { upstream, pool, update } = await set(t, strike);
    t.equal((await failure(update('b.example'))).code, code);
    t.same(upstream.names, ['b.example']);
    t.match(pool.stats(), { active: 0, created: 1, destroyed: 1, errors: 1, retries: 0 });
  });
}

t.test('in the same place a query is sent again', async (t) => {
  const { upstream, pool, ask } = await set(t, (query, { socket, ordinal, received }) => {
    if (ordinal === 1 && received === 2) socket.end();
    else socket.write(answerBytes(query));
  });
  await ask('a.example');
  t.equal(await ask('b.example'), addressOf('b.example'));
  t.same(upstream.names, ['a.example', 'b.example', 'b.example']);
  t.equal(pool.stats().retries, 1);
});

t.test('an idle connection that was closed: the probe finds it, the update succeeds', async (t) => {
  const { upstream, pool, recorder, ask, update } = await set(t);
  await ask('a.example');
  // In the tick in which the update starts, so that no event can tell of it.
  upstream.connection(1).socket.destroy();
  t.equal(await update('b.example'), 'NOERROR');
  t.same(upstream.names, ['a.example', 'b.example']);
  t.same(recorder.words('stale'), ['stale EOF probe']);
  t.match(pool.stats(), { created: 2, destroyed: 1, errors: 0, retries: 0 });
});

t.test('without a probe it is written to the closed connection, and not again', async (t) => {
  watchSockets(t, hideDescriptor);
  const { upstream, pool, ask, update } = await set(t);
  await ask('a.example');
  upstream.connection(1).socket.destroy();
  // The kernel took the bytes; that nobody read them cannot be seen from here.
  t.match(await failure(update('b.example')), { isUnsent: false });
  t.same(upstream.names, ['a.example']);
  t.match(pool.stats(), { created: 1, destroyed: 1, errors: 1, retries: 0 });
});

for (const code of ['ECONNRESET', 'EPIPE']) {
  t.test(`the write fails with ${code}, nothing was sent: sent again, arrives once`, async (t) => {
    const { upstream, pool, recorder, ask, update } = await set(t);
    let fd = -1;
    watchSockets(t, (socket) => {
      fd = descriptor(socket);
      hideDescriptor(socket);
    });
    await ask('a.example');
    upstream.connection(1).socket.resetAndDestroy();
    // The pending error is reported once; who peeks takes it, and EPIPE is left.
    if (code === 'EPIPE') t.equal(peek(fd), 'ECONNRESET');
    t.equal(await update('b.example'), 'NOERROR');
    t.same(upstream.names, ['a.example', 'b.example']);
    t.same(recorder.words('retry', 'destroy'), [`destroy ${code}`, `retry ${code}`]);
    t.match(pool.stats(), { retries: 1, errors: 1, created: 2, destroyed: 1 });
  });
}

t.test('unsent on the second connection too: that error', async (t) => {
  const { upstream, pool, update } = await set(t);
  watchSockets(t, (socket) => shutdownCall(descriptor(socket), linux.SHUT_WR));
  t.match(await failure(update('b.example')), { class: 'broken-pipe', isUnsent: true });
  t.same(upstream.names, []);
  t.match(pool.stats(), { created: 2, destroyed: 2, retries: 1, errors: 2 });
});
