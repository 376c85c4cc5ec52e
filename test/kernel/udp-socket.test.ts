import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { UdpSocket } from '../../kernel/udp-socket.ts';
import { anyPort, errnoOf } from '../support/sockets.ts';
import { withTeardown } from '../support/upstream.ts';

interface Unwinds {
  teardown(run: () => void): void;
}

function pair(t: Unwinds): { server: UdpSocket; client: UdpSocket } {
  const server = UdpSocket.bind(anyPort);
  t.teardown(() => server.close());
  const client = UdpSocket.connect(server.address);
  t.teardown(() => client.close());
  return { server, client };
}

async function next(socket: UdpSocket) {
  const { value, done } = await socket.datagrams().next();
  if (done) throw new Error('expected a datagram, the socket is closed');
  return value;
}

const payload = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));

t.test('datagrams come one by one as they were sent, with their sender', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(payload, { minLength: 1, maxLength: 8 }), async (payloads) =>
      withTeardown(async (t) => {
        const { server, client } = pair(t);
        for (const bytes of payloads) await client.send(bytes);
        for (const bytes of payloads) {
          const datagram = await next(server);
          if (!datagram.bytes.equals(bytes)) return false;
          if (datagram.from.port !== client.address.port) return false;
        }
        return server.recvNow() === undefined;
      }),
    ),
    { numRuns: 30 },
  );
});

t.test('what is received stays as it is when more is received', async (t) => {
  const { server, client } = pair(t);
  await client.send(Buffer.from('first'));
  const { bytes } = await next(server);
  await client.send(Buffer.from('other'));
  await next(server);
  t.equal(bytes.toString(), 'first');
});

t.test('the largest datagram, and one byte more', async (t) => {
  const { server, client } = pair(t);
  // 65535 less the headers of IPv4 and UDP.
  await client.send(Buffer.alloc(65_507, 7));
  t.equal((await next(server)).bytes.length, 65_507);
  t.equal(await errnoOf(() => client.send(Buffer.alloc(65_508))), 'EMSGSIZE');
});

t.test('an answer goes to whom it is sent, and a connected socket hears nobody else', async (t) => {
  const { server, client } = pair(t);
  const stranger = UdpSocket.bind(anyPort);
  t.teardown(() => stranger.close());
  await stranger.send(Buffer.from('spoofed'), client.address);
  await server.send(Buffer.from('answer'), client.address);
  const { bytes, from } = await next(client);
  t.equal(bytes.toString(), 'answer');
  t.strictSame(from, server.address);
});

t.test('a connected socket is told once that the port is closed, and goes on', async (t) => {
  const { server, client } = pair(t);
  const { address } = server;
  server.close();
  await client.send(Buffer.from('x'));
  await client.readable();
  t.equal(await errnoOf(() => client.recvNow()), 'ECONNREFUSED');
  t.equal(client.recvNow(), undefined, 'the error is gone with the call that reports it');

  await client.send(Buffer.from('x'));
  t.equal(await errnoOf(() => client.send(Buffer.from('y'))), 'ECONNREFUSED', 'or the next send');

  const back = UdpSocket.bind(address);
  t.teardown(() => back.close());
  await client.send(Buffer.from('z'));
  t.equal((await next(back)).bytes.toString(), 'z');
});

t.test('a closed port is held, and closed for everybody', async (t) => {
  const closed = UdpSocket.closedPort(anyPort);
  t.teardown(() => closed.close());
  t.equal(await errnoOf(() => UdpSocket.bind(closed.address)), 'EADDRINUSE');
  for (let client = 0; client < 3; client++) {
    const socket = UdpSocket.connect(closed.address);
    t.teardown(() => socket.close());
    await socket.send(Buffer.from('x'));
    await socket.readable();
    t.equal(await errnoOf(() => socket.recvNow()), 'ECONNREFUSED');
  }
  closed.close();
  const open = UdpSocket.bind(closed.address);
  t.teardown(() => open.close());
  t.equal(open.address.port, closed.address.port);
});

t.test('close wakes whoever waits, and is idempotent', async (t) => {
  const socket = UdpSocket.bind(anyPort);
  const waiting = socket.datagrams().next();
  socket.close();
  t.strictSame(await waiting, { value: undefined, done: true });
  socket.close();
  t.ok(socket.isClosed);
  t.equal(await errnoOf(() => socket.recvNow()), 'EBADF');
  t.equal(await errnoOf(() => socket.send(Buffer.from('x'), socket.address)), 'EBADF');
});

t.test('what cannot be bound leaves no descriptor', async (t) => {
  const socket = UdpSocket.bind(anyPort);
  t.teardown(() => socket.close());
  const before = readdirSync('/proc/self/fd').length;
  t.throws(() => UdpSocket.bind(socket.address), { call: 'bind', code: 'EADDRINUSE' });
  t.throws(() => UdpSocket.closedPort(socket.address), { call: 'bind', code: 'EADDRINUSE' });
  t.throws(() => UdpSocket.connect({ host: 'localhost', port: 1 }), TypeError);
  t.equal(readdirSync('/proc/self/fd').length, before);
});
