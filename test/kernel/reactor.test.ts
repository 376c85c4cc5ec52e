import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import t from 'tap';
import { forgetDescriptor, readiness, watchDescriptor, whenReady } from '../../kernel/reactor.ts';
import { connectedPair } from '../support/sockets.ts';
import { turns, until } from '../support/turns.ts';

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
    import { TcpListener } from ${url('../../kernel/tcp-listener.js')};
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

t.test('a watcher is told what a descriptor is, and what it becomes', async (t) => {
  const { client, server } = await connectedPair(t);
  let seen = 0;
  const stop = watchDescriptor(server.fd, (events) => {
    seen |= events;
    return false;
  });
  t.teardown(stop);
  await until('it may write', () => (seen & readiness.writable) !== 0);
  t.notOk(seen & readiness.readable);
  await client.send(Buffer.from('a'));
  await until('it may read', () => (seen & readiness.readable) !== 0);
  t.notOk(seen & readiness.notOnlyBytes);
  client.reset();
  await until('it has an error', () => (seen & readiness.error) !== 0);
});

t.test('a watcher is not told again of what it did not use up, unless it asks', async (t) => {
  const { client, server } = await connectedPair(t);
  const calls: number[] = [];
  let wanted = 3;
  await client.send(Buffer.from('a'));
  const stop = watchDescriptor(server.fd, (events) => {
    calls.push(events & readiness.readable);
    wanted--;
    return wanted > 0;
  });
  await until('it has been called', () => wanted === 0);
  await turns();
  t.equal(calls.length, 3);
  t.strictSame(calls.slice(1), [0, 0]);
  stop();
  await client.send(Buffer.from('b'));
  await turns();
  t.equal(calls.length, 3, 'what it asked for is over');
});

t.test('a watcher that stops while it asks to be called again is not', async (t) => {
  const { server } = await connectedPair(t);
  let calls = 0;
  const stop = watchDescriptor(server.fd, () => {
    calls++;
    stop();
    return true;
  });
  await until('it has been called', () => calls > 0);
  await turns();
  t.equal(calls, 1);
});

t.test('a watched descriptor that is given up tells its watcher, once', async (t) => {
  const { server } = await connectedPair(t);
  const calls: number[] = [];
  const stop = watchDescriptor(server.fd, (events) => {
    calls.push(events);
    return false;
  });
  forgetDescriptor(server.fd);
  forgetDescriptor(server.fd);
  stop();
  t.strictSame(calls, [0]);
});

t.test('in a worker thread too, waiting ends and the thread exits', async (t) => {
  const url = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  const program = `
    import { parentPort } from 'node:worker_threads';
    import { TcpListener } from ${url('../../kernel/tcp-listener.js')};
    import { TcpSocket } from ${url('../../kernel/tcp-socket.js')};
    const listener = new TcpListener({ host: '127.0.0.1', port: 0 });
    const connections = listener.connections();
    const accepting = connections.next();
    const client = await TcpSocket.connect(listener.address);
    const server = (await accepting).value;
    const reading = server.recv(10);
    setTimeout(() => client.send(Buffer.from('abc')), 20);
    parentPort.postMessage((await reading).toString());
    for (const end of [client, server, listener]) end.close();
  `;
  const source = `data:text/javascript,${encodeURIComponent(program)}`;
  const worker = new Worker(new URL(source));
  const said: unknown[] = [];
  worker.on('message', (text) => said.push(text));
  const [code] = await once(worker, 'exit');
  t.equal(code, 0);
  t.strictSame(said, ['abc']);
});
