import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import t from 'tap';
import { forgetDescriptor, whenReady } from '../../kernel/reactor.ts';
import { connectedPair } from '../support/sockets.ts';
import { turns } from '../support/turns.ts';

t.test('readiness takes no data, and is told as often as it is asked for', async (t) => {
  const { client, server } = await connectedPair(t);
  await client.send(Buffer.from('abc'));
  await whenReady(server.fd, 'readable');
  await whenReady(server.fd, 'readable');
  t.equal(server.bytesUnread(), 3);
});

t.test('nobody is told of bytes that come later', async (t) => {
  const { client, server } = await connectedPair(t);
  let isTold = false;
  const waiting = whenReady(server.fd, 'readable').then(() => {
    isTold = true;
  });
  await turns();
  t.notOk(isTold);
  await client.send(Buffer.from('a'));
  await waiting;
  t.ok(isTold);
});

t.test('who waits to read is not woken because it may write', async (t) => {
  const { client, server } = await connectedPair(t);
  let mayRead = false;
  const reading = whenReady(server.fd, 'readable').then(() => {
    mayRead = true;
  });
  await whenReady(server.fd, 'writable');
  await whenReady(server.fd, 'writable');
  t.notOk(mayRead);
  await client.send(Buffer.from('a'));
  await reading;
  t.ok(mayRead);
});

t.test('everybody who waits for a descriptor is woken', async (t) => {
  const { client, server } = await connectedPair(t);
  const waiting = Promise.all([1, 2, 3].map(() => whenReady(server.fd, 'readable')));
  await client.send(Buffer.from('a'));
  t.equal((await waiting).length, 3);
});

t.test('a FIN and a RST are readiness', async (t) => {
  const fin = await connectedPair(t);
  fin.client.halfClose();
  await whenReady(fin.server.fd, 'readable');
  t.equal(fin.server.peek(), 'EOF');
  const rst = await connectedPair(t);
  rst.client.reset();
  await whenReady(rst.server.fd, 'readable');
  t.equal(rst.server.peek(), 'ECONNRESET');
});

t.test(
  'a descriptor that is given up wakes who waits for it, and can be waited for again',
  async (t) => {
    const { client, server } = await connectedPair(t);
    const waiting = Promise.all([
      whenReady(server.fd, 'readable'),
      whenReady(server.fd, 'readable'),
    ]);
    forgetDescriptor(server.fd);
    t.equal((await waiting).length, 2);
    t.equal(server.peek(), 'nothing');
    const again = whenReady(server.fd, 'readable');
    await client.send(Buffer.from('a'));
    await again;
    t.equal(server.peek(), 'data');
  },
);

t.test('more descriptors become ready than one epoll_wait tells', async (t) => {
  const pairs = await Promise.all(Array.from({ length: 300 }, () => connectedPair(t)));
  let woken = 0;
  const waiting = pairs.map(({ server }) =>
    whenReady(server.fd, 'readable').then(() => {
      woken++;
    }),
  );
  await turns();
  t.equal(woken, 0);
  for (const { client } of pairs) await client.send(Buffer.from('a'));
  await Promise.all(waiting);
  t.ok(pairs.every(({ server }) => server.bytesUnread() === 1));
});

t.test('what epoll does not take is refused, and does not keep the process alive', async (t) => {
  await t.rejects(whenReady(-1, 'readable'), { message: /EBADF/ });
  const url = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  const program = `
    import { whenReady } from ${url('../../kernel/reactor.js')};
    import { TcpListener } from ${url('../../kernel/tcp-socket.js')};
    await whenReady(-1, 'readable').catch((error) => console.log(error.message));
    const listener = new TcpListener({ host: '127.0.0.1', port: 0 });
    const waiting = listener.connections().next();
    listener.close();
    await waiting;
  `;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', program],
    { timeout: 10_000 },
  );
  t.match(stdout, /EBADF/);
});
