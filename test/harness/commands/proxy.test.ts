/** `pipewrench proxy` as it is typed, between a client and a server on real sockets. */
import t from 'tap';
import { answerAll, halfClose } from '../../../fake-servers/step.ts';
import { TcpListener } from '../../../kernel/tcp-listener.ts';
import { runCli } from '../../support/cli.ts';
import { serve } from '../../support/serve.ts';
import { anyPort, readBytes, readToEnd } from '../../support/sockets.ts';
import { playUpstream } from '../../support/upstream.ts';

const addressOf = ({ host, port }: { host: string; port: number }) => `${host}:${port}`;

t.test('without a script everything is forwarded, a half-close as a half-close', async (t) => {
  const { upstream } = playUpstream(t, [[halfClose(), answerAll()], [answerAll()]]);
  const proxy = await serve(t, ['--to', addressOf(upstream.address)], 'proxy');
  const first = await proxy.connect();
  t.strictSame(await readToEnd(first), { bytes: Buffer.alloc(0), end: 'EOF' });
  t.equal(await first.send(Buffer.from('it still takes bytes')), 20);
  const second = await proxy.connect();
  await second.send(Buffer.from('hello'));
  t.equal((await readBytes(second, 5)).toString(), 'hello');
  await proxy.says(/#2 accepted/);
  t.equal(await proxy.interrupt(), 0);
  t.match(proxy.output(), /2 connections, 0 steps fired, 0 steps never fired/);
});

t.test('a script breaks the connection at its byte', async (t) => {
  const { upstream } = playUpstream(t, [[answerAll()]]);
  const script = 'serve until 7 bytes went out, then reset (RST)';
  const proxy = await serve(t, ['--to', addressOf(upstream.address), '--script', script], 'proxy');
  const client = await proxy.connect();
  await client.send(Buffer.from('hello, upstream'));
  t.strictSame(await readToEnd(client), { bytes: Buffer.from('hello, '), end: 'ECONNRESET' });
  await proxy.says(/fired: reset \(RST\) -> RST at seq 8/);
  t.equal(await proxy.interrupt(), 0);
});

t.test('a server that cannot be reached: the client is reset, and the line says why', async (t) => {
  const nobody = new TcpListener(anyPort);
  nobody.close();
  const proxy = await serve(t, ['--to', addressOf(nobody.address)], 'proxy');
  const client = await proxy.connect();
  t.equal((await readToEnd(client)).end, 'ECONNRESET');
  await proxy.says(/cannot be reached: ECONNREFUSED/);
  t.equal(await proxy.interrupt(), 3);
});

t.test('what cannot be played is refused, with its place', async (t) => {
  const message = await runCli(['proxy', '--to', '127.0.0.1:1', '--script', 'answer 1 request']);
  t.equal(message.code, 2);
  t.match(message.stderr, /--script:1:1: "answer 1 request" is about messages/);
  const address = await runCli(['proxy', '--to', 'nowhere']);
  t.equal(address.code, 2);
  t.match(address.stderr, /--to[\s\S]*next:/);
  const none = await runCli(['proxy']);
  t.equal(none.code, 2);
});
