import t from 'tap';
import { TcpListener } from '../../kernel/tcp-listener.ts';
import { TcpSocket } from '../../kernel/tcp-socket.ts';
import { anyPort, errnoOf, readBytes } from '../support/sockets.ts';

t.test('connections come in the order of their handshakes', async (t) => {
  const listener = new TcpListener(anyPort);
  t.teardown(() => listener.close());
  const clients: TcpSocket[] = [];
  for (let i = 0; i < 20; i++) clients.push(await TcpSocket.connect(listener.address));
  const accepted: TcpSocket[] = [];
  for await (const socket of listener.connections()) {
    accepted.push(socket);
    if (accepted.length === clients.length) break;
  }
  t.strictSame(
    accepted.map(({ tuple }) => tuple),
    clients.map(({ tuple }) => tuple),
  );
  for (const socket of [...clients, ...accepted]) socket.close();
});

t.test('close ends the generator that waits', async (t) => {
  const listener = new TcpListener(anyPort);
  const waiting = listener.connections().next();
  listener.close();
  t.strictSame(await waiting, { value: undefined, done: true });
  listener.close();
  t.strictSame(await listener.connections().next(), { value: undefined, done: true });
});

t.test('what was accepted stays when the listener is closed', async (t) => {
  const listener = new TcpListener(anyPort);
  const client = await TcpSocket.connect(listener.address);
  const { value: server } = await listener.connections().next();
  listener.close();
  await client.send(Buffer.from('x'));
  t.equal((await readBytes(server, 1)).toString(), 'x');
  t.equal(await errnoOf(() => TcpSocket.connect(listener.address)), 'ECONNREFUSED');
  client.close();
  server.close();
});

t.test('a connection that is reset before it is accepted does not end the generator', async (t) => {
  const listener = new TcpListener(anyPort);
  t.teardown(() => listener.close());
  const first = await TcpSocket.connect(listener.address);
  first.reset();
  const second = await TcpSocket.connect(listener.address);
  const tuples: string[] = [];
  for await (const socket of listener.connections()) {
    tuples.push(socket.tuple);
    socket.close();
    if (socket.tuple === second.tuple) break;
  }
  t.equal(tuples.at(-1), second.tuple);
  second.close();
});

t.test('a port that is taken is EADDRINUSE, and leaves no descriptor', async (t) => {
  const listener = new TcpListener(anyPort);
  t.teardown(() => listener.close());
  t.equal(await errnoOf(() => new TcpListener(listener.address)), 'EADDRINUSE');
  const client = await TcpSocket.connect(listener.address);
  const { fd } = client;
  client.close();
  await errnoOf(() => new TcpListener(listener.address));
  const again = await TcpSocket.connect(listener.address);
  t.equal(again.fd, fd, 'the lowest free number is the same as before');
  again.close();
});
