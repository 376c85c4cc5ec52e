/** What is wrong with a `serve` command is told before anything listens. */
import { createServer } from 'node:net';
import t from 'tap';
import { upstreamDriver } from '../../../fake-servers/driver.ts';
import { type ServeCommand, serveCommand } from '../../../harness/commands/serve.ts';
import { TcpListener } from '../../../kernel/tcp-listener.ts';
import { anyPort } from '../../support/sockets.ts';

const usual: ServeCommand = {
  protocol: 'raw',
  script: 'close',
  listen: '127.0.0.1:0',
  control: '127.0.0.1:0',
};

/** The error that the command ends with. */
async function errorOf(options: Partial<ServeCommand>): Promise<unknown> {
  try {
    const tools = { upstream: upstreamDriver };
    return await serveCommand({ ...usual, ...options }, tools, AbortSignal.abort());
  } catch (error) {
    return error;
  }
}

t.test('wrong commands are explained', async (t) => {
  const dir = t.testdir({
    'long.yaml': '#'.repeat(1024 * 1024 + 1),
    'latin.yaml': Buffer.from([0xff, 0xfe, 0xfa]),
    'folder.yaml': {},
  });
  const busy = new TcpListener(anyPort);
  t.teardown(() => busy.close());
  const taken = `127.0.0.1:${busy.address.port}`;
  const token = { controlToken: 'x'.repeat(16) };
  const cases: [Partial<ServeCommand>, RegExp, RegExp?][] = [
    [{ protocol: 'dns-tpc' }, /no protocol "dns-tpc"/, /did you mean "dns-tcp"\?/],
    [{ script: 'clos' }, /^--script:1:1: there is no step "clos"$/, /did you mean "close"\?/],
    [{ script: 'answer a request truncated' }, /raw cannot play "answer a request truncated"/],
    [{ script: 'no-such.yaml' }, /no-such\.yaml cannot be read: ENOENT/],
    [{ script: `${dir}/long.yaml` }, /it has 1048577 bytes/],
    [{ script: `${dir}/latin.yaml` }, /not UTF-8/],
    [{ script: `${dir}/folder.yaml` }, /it is no file/],
    [{ listen: taken }, /cannot listen on [\d.:]+: EADDRINUSE, somebody else/, /--listen/],
    [{ listen: '192.0.2.1:0' }, /EADDRNOTAVAIL/, /--listen/],
    [{ listen: 'example.org:1' }, /--listen example\.org:1 is no address/],
    [{ listen: '127.0.0.1:65536' }, /no address to listen on/],
    [{ listen: '::1:80' }, /no address to listen on/],
    [{ control: taken }, /cannot listen on [\d.:]+: EADDRINUSE/, /--control/],
    [{ control: '192.0.2.1:0', ...token }, /EADDRNOTAVAIL/, /--control/],
    [{ control: '0.0.0.0:0' }, /could open gates at 0\.0\.0\.0:0/, /--control-token \w{32},/],
    [{ controlToken: 'short' }, /too easy to guess/, /--control-token \w{32}$/],
    [{ controlToken: '' }, /too easy to guess/],
    [{ controlToken: `${'x'.repeat(20)} y` }, /cannot be sent/],
  ];
  for (const [options, message, next = /./] of cases) {
    const error = await errorOf(options);
    const name = JSON.stringify(options).replace(dir, '');
    t.match(error, { name: 'UserError', message, expected: /./, next }, name);
  }
});

t.test('all that is wrong with a script is told at once', async (t) => {
  const error = await errorOf({ script: 'clos; answr 1 request' });
  t.type(error, AggregateError);
  t.match(error, { errors: [{ message: /^--script:1:1: / }, { message: /^--script:1:7: / }] });
});

t.test('nothing stays open when the control port cannot listen', async (t) => {
  const server = createServer();
  t.teardown(() => server.close());
  const free = new TcpListener(anyPort);
  const { port } = free.address;
  free.close();
  const error = await errorOf({
    listen: `127.0.0.1:${port}`,
    control: '192.0.2.1:0',
    controlToken: 'x'.repeat(16),
  });
  t.match(error, { message: /EADDRNOTAVAIL/ });
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject).listen(port, '127.0.0.1', resolve);
  });
});
