/** What `pipewrench proxy` does with a script: gates, files, and steps that nobody reached. */
import t from 'tap';
import { upstreamDriver } from '../../../fake-servers/driver.ts';
import { answerAll, untilGate } from '../../../fake-servers/step.ts';
import { proxyCommand } from '../../../harness/commands/serve.ts';
import { formatAddress } from '../../../kernel/address.ts';
import { runCli } from '../../support/cli.ts';
import { serve } from '../../support/serve.ts';
import { readBytes, readToEnd } from '../../support/sockets.ts';
import { playUpstream } from '../../support/upstream.ts';

const urlOf = /control port at (http:\S+)/;

t.test('a gate is opened over the control port, and the script goes on', async (t) => {
  const { upstream } = playUpstream(t, [[answerAll()]]);
  const to = formatAddress(upstream.address);
  const script = 'serve until the gate "go on" opens, then close';
  const proxy = await serve(t, ['--to', to, '--script', script], 'proxy');
  const [, url = ''] = await proxy.says(urlOf);
  const client = await proxy.connect();
  await client.send(Buffer.from('hello'));
  t.equal((await readBytes(client, 5)).toString(), 'hello', 'served until then');
  const state = await (await fetch(url)).json();
  t.match(state, { to, gates: [{ name: 'go on', isOpen: false }] });
  t.equal((await fetch(`${url}gates/go%20on`, { method: 'POST' })).status, 200);
  t.strictSame(await readToEnd(client), { bytes: Buffer.alloc(0), end: 'EOF' });
  await proxy.says(/gate "go on" opened by control/);
  await proxy.says(/fired: close \(FIN\) -> FIN at seq 6/);
  t.equal(await proxy.interrupt(), 0);
});

t.test("the client's half-close reaches the server, and its answer the client", async (t) => {
  // Answers nothing before the client has ended.
  const { upstream, recorded } = playUpstream(t, [[untilGate('ended'), answerAll()]]);
  const proxy = await serve(t, ['--to', formatAddress(upstream.address)], 'proxy');
  const client = await proxy.connect();
  await client.send(Buffer.from('question'));
  client.halfClose();
  await recorded('accepted');
  await upstream.openGate('ended');
  t.strictSame(await readToEnd(client), { bytes: Buffer.from('question'), end: 'EOF' });
  t.equal(await proxy.interrupt(), 0);
});

t.test('Ctrl-C closes what is open and tells what was never reached', async (t) => {
  const { upstream, recorded } = playUpstream(t, [[answerAll()]]);
  const script = 'serve until 100 bytes went out, then reset (RST); close';
  const args = ['--to', formatAddress(upstream.address), '--script', script];
  const proxy = await serve(t, args, 'proxy');
  const client = await proxy.connect();
  await recorded('accepted');
  t.equal(await proxy.interrupt(), 0);
  t.equal((await readToEnd(client)).end, 'EOF');
  t.match(proxy.output(), /#1 never fired: reset \(RST\), because/);
  t.match(proxy.output(), /#2 never fired: close, because nobody connected/);
  t.match(proxy.output(), /1 connection, 0 steps fired, \d steps never fired\n$/);
  t.equal(proxy.errors(), '');
});

t.test('a step that needs messages is refused at its line and column', async (t) => {
  const yaml =
    'connections:\n  - - serve until 7 bytes went out\n    - corrupt the response after 5 bytes\n';
  const file = `${t.testdir({ 'my.yaml': yaml })}/my.yaml`;
  const { code, stdout, stderr } = await runCli(['proxy', '--to', '127.0.0.1:1', '--script', file]);
  t.equal(code, 2);
  t.match(stderr, `${file}:3:7: "corrupt the response after 5 bytes"`);
  t.match(stderr, /^ {2}expected: ./m);
  t.match(stderr, /^ {2}next: ./m);
  t.equal(stdout, '', 'nothing has listened');
});

t.test('where to forward must be an address', async (t) => {
  const usual = { script: 'close', listen: '127.0.0.1:0', control: '127.0.0.1:0' };
  for (const to of ['nowhere', '127.0.0.1', '127.0.0.1:65536', 'example.org:80', '']) {
    const tools = { upstream: upstreamDriver };
    const command = proxyCommand({ ...usual, to }, tools, AbortSignal.abort());
    await t.rejects(command, {
      name: 'UserError',
      message: `--to ${to} is no address`,
      expected: /./,
      next: /--to/,
    });
  }
});
