import t from 'tap';
import { SystemCallError } from '../../kernel/socket.ts';
import { TcpListener } from '../../kernel/tcp-listener.ts';
import { TcpSocket } from '../../kernel/tcp-socket.ts';
import { anyPort, connectedPair, errnoOf, readBytes, readToEnd } from '../support/sockets.ts';
import { turns, until } from '../support/turns.ts';

t.test('both ends carry the same name, client first', async (t) => {
  const { client, server, listener } = await connectedPair(t);
  t.equal(server.tuple, client.tuple);
  t.ok(client.tuple.endsWith(`->127.0.0.1:${listener.address.port}`));
});

t.test('closed with everything read, the peer reads what was sent and then EOF', async (t) => {
  const { client, server } = await connectedPair(t);
  await client.send(Buffer.from('abc'));
  await readBytes(server, 3);
  await server.send(Buffer.from('xyz'));
  server.close();
  const { bytes, end } = await readToEnd(client);
  t.equal(bytes.toString(), 'xyz');
  t.equal(end, 'EOF');
});

t.test('closed with unread bytes, the peer reads ECONNRESET and then EOF', async (t) => {
  const { client, server } = await connectedPair(t);
  await client.send(Buffer.from('abc'));
  await readBytes(server, 2);
  server.close();
  t.equal(await errnoOf(() => client.recv(1)), 'ECONNRESET');
  t.equal((await client.recv(1)).length, 0);
});

t.test('reset gives ECONNRESET though nothing is unread', async (t) => {
  const { client, server } = await connectedPair(t);
  server.reset();
  t.equal(await errnoOf(() => client.recv(1)), 'ECONNRESET');
});

t.test('a peek takes the ECONNRESET and finds EOF from then on', async (t) => {
  const { client, server } = await connectedPair(t);
  server.reset();
  await client.readable();
  t.strictSame([client.peek(), client.peek(), client.peek()], ['ECONNRESET', 'EOF', 'EOF']);
});

t.test('a half-closed end goes on reading', async (t) => {
  const { client, server } = await connectedPair(t);
  server.halfClose();
  t.equal((await client.recv(1)).length, 0);
  await client.send(Buffer.from('still here'));
  t.equal((await readBytes(server, 10)).toString(), 'still here');
  t.equal(await errnoOf(() => server.send(Buffer.from('x'))), 'EPIPE');
});

t.test('after a FIN one send works and draws a RST, the next is EPIPE', async (t) => {
  const { client, server } = await connectedPair(t);
  server.close();
  await client.readable();
  t.equal(await client.send(Buffer.from('b')), 1);
  let error = '';
  // The RST comes back over loopback; until it is there the kernel takes bytes.
  await until('the RST is there', () => {
    client.send(Buffer.from('c')).catch((reason: SystemCallError) => {
      error = reason.code;
    });
    return error !== '';
  });
  t.equal(error, 'EPIPE');
  t.equal((await client.recv(1)).length, 0);
});

t.test('nobody listens: ECONNREFUSED, and the call is named', async (t) => {
  const listener = new TcpListener(anyPort);
  const { address } = listener;
  listener.close();
  const error = await TcpSocket.connect(address).catch((reason: unknown) => reason);
  t.ok(error instanceof SystemCallError);
  t.match(error, { call: 'connect', code: 'ECONNREFUSED', message: 'connect: ECONNREFUSED' });
});

t.test('every call on a closed socket is EBADF', async (t) => {
  const { client } = await connectedPair(t);
  client.close();
  t.ok(client.isClosed);
  const calls: Record<string, () => unknown> = {
    send: () => client.send(Buffer.from('x')),
    recv: () => client.recv(1),
    recvNow: () => client.recvNow(1),
    peek: () => client.peek(),
    readable: () => client.readable(),
    bytesUnread: () => client.bytesUnread(),
    bytesUnacknowledged: () => client.bytesUnacknowledged(),
    halfClose: () => client.halfClose(),
  };
  for (const [name, call] of Object.entries(calls)) t.equal(await errnoOf(call), 'EBADF', name);
});

t.test('closing twice does not close the next owner of the descriptor', async (t) => {
  const { client, listener } = await connectedPair(t);
  client.close();
  const heir = await TcpSocket.connect(listener.address);
  t.teardown(() => heir.close());
  t.equal(heir.fd, client.fd, 'the kernel gives the lowest free number again');
  client.close();
  client.reset();
  t.equal(heir.peek(), 'nothing');
  t.equal(await heir.send(Buffer.from('x')), 1);
});

t.test('a receiver that waits is woken by its own close', async (t) => {
  const { client } = await connectedPair(t);
  const waiting = errnoOf(() => client.recv(1));
  client.close();
  t.equal(await waiting, 'EBADF');
});

t.test('recvNow does not wait', async (t) => {
  const { client, server } = await connectedPair(t);
  t.equal(server.recvNow(1), undefined);
  await client.send(Buffer.from('ab'));
  await server.readable();
  t.equal(server.recvNow(10)?.toString(), 'ab');
});

t.test('bytesUnread counts what came and was not read', async (t) => {
  const { client, server } = await connectedPair(t);
  t.equal(server.bytesUnread(), 0);
  await client.send(Buffer.from('abc'));
  await server.readable();
  t.equal(server.bytesUnread(), 3);
  server.peek();
  t.equal(server.bytesUnread(), 3, 'a peek leaves them there');
  await server.recv(2);
  t.equal(server.bytesUnread(), 1);
});

t.test('a full connection: send waits, and what is not acknowledged is counted', async (t) => {
  const { client } = await connectedPair(t);
  t.equal(client.bytesUnacknowledged(), 0);
  const chunk = Buffer.alloc(32 * 1024 * 1024);
  let taken = 0;
  let isWaiting = true;
  // Each call takes what there is room for; the one after the last room waits.
  const filling = (async () => {
    for (let calls = 0; calls < 50; calls++) taken += await client.send(chunk);
    isWaiting = false;
  })();
  let before = -1;
  while (taken !== before) {
    before = taken;
    await turns();
  }
  t.ok(isWaiting, 'there is no room for 1.6 GB');
  t.ok(client.bytesUnacknowledged() > 0, 'some wait for room at the other end');
  client.close();
  await t.rejects(filling, { code: 'EBADF' });
});

t.test('what the peer has read is acknowledged', async (t) => {
  const { client, server } = await connectedPair(t);
  await client.send(Buffer.alloc(1000));
  await readBytes(server, 1000);
  await until('all is acknowledged', () => client.bytesUnacknowledged() === 0);
  t.equal(server.bytesUnread(), 0);
});
