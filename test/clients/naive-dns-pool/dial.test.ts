/** How the naive pool gives up a dial: connect with a signal. */
import t from 'tap';
import { TcpListener } from '../../../kernel/tcp-listener.ts';
import { TcpSocket } from '../../../kernel/tcp-socket.ts';
import { socketCount } from '../socket-count.ts';

const anyPort = { host: '127.0.0.1', port: 0 };

/** A listener whose backlog is full: the kernel drops further SYNs, so handshakes hang. */
async function fullListener(t: { teardown(run: () => void): void }): Promise<TcpListener> {
  const listener = new TcpListener(anyPort, { backlog: 0 });
  t.teardown(() => listener.close());
  const filler = await TcpSocket.connect(listener.address);
  t.teardown(() => filler.close());
  return listener;
}

const canceled = { name: 'SystemCallError', call: 'connect', code: 'ECANCELED' };

t.test('aborted during the handshake: rejected, and the descriptor is closed', async (t) => {
  const { address } = await fullListener(t);
  const before = socketCount();
  const attempt = new AbortController();
  const hanging = TcpSocket.connect(address, { signal: attempt.signal });
  t.equal(socketCount(), before + 1);
  attempt.abort();
  await t.rejects(hanging, canceled);
  t.equal(socketCount(), before);
});

t.test('one attempt is given up, the other goes on', async (t) => {
  const { address } = await fullListener(t);
  const before = socketCount();
  const [one, other] = [new AbortController(), new AbortController()];
  const first = TcpSocket.connect(address, { signal: one.signal });
  const second = TcpSocket.connect(address, { signal: other.signal });
  one.abort();
  await t.rejects(first, canceled);
  t.equal(socketCount(), before + 1);
  other.abort();
  await t.rejects(second, canceled);
  t.equal(socketCount(), before);
});

t.test('aborted before: no descriptor is opened', async (t) => {
  const before = socketCount();
  const attempt = TcpSocket.connect(anyPort, { signal: AbortSignal.abort() });
  t.equal(socketCount(), before);
  await t.rejects(attempt, canceled);
});

t.test('aborted in the tick of the call, the handshake done or not: no descriptor', async (t) => {
  const listener = new TcpListener(anyPort);
  t.teardown(() => listener.close());
  const before = socketCount();
  for (let i = 0; i < 20; i++) {
    const attempt = new AbortController();
    const dialing = TcpSocket.connect(listener.address, { signal: attempt.signal });
    attempt.abort();
    await t.rejects(dialing, canceled);
  }
  t.equal(socketCount(), before);
});

t.test('an abort after the handshake changes nothing', async (t) => {
  const listener = new TcpListener(anyPort);
  t.teardown(() => listener.close());
  const attempt = new AbortController();
  const socket = await TcpSocket.connect(listener.address, { signal: attempt.signal });
  t.teardown(() => socket.close());
  let isReadable = false;
  const readable = socket.readable().then(() => {
    isReadable = true;
  });
  attempt.abort();
  await new Promise(setImmediate);
  t.notOk(isReadable, 'whoever waits for the descriptor now is not woken');
  t.notOk(socket.isClosed);
  const { value: accepted } = await listener.connections().next();
  t.teardown(() => accepted?.close());
  await accepted?.send(Buffer.from('x'));
  await readable;
  t.equal((await socket.recv(1)).toString(), 'x');
});

t.test('refused with a signal: the errno, and the descriptor is closed', async (t) => {
  const listener = new TcpListener(anyPort);
  listener.close();
  const before = socketCount();
  const { signal } = new AbortController();
  await t.rejects(TcpSocket.connect(listener.address, { signal }), { code: 'ECONNREFUSED' });
  await t.rejects(TcpSocket.connect({ host: 'no address', port: 1 }, { signal }), TypeError);
  t.equal(socketCount(), before);
});
