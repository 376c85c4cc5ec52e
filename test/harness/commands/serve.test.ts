/** `pipewrench serve` as a user types it, with a real client. */
import { request } from 'node:http';
import t from 'tap';
import { runCli } from '../../support/cli.ts';
import { serve } from '../../support/serve.ts';
import { readBytes, readToEnd } from '../../support/sockets.ts';

const raw = ['--protocol', 'raw', '--script'];
const urlOf = /control port at (http:\S+)/;

interface Answered {
  status: number;
  headers: Record<string, unknown>;
  body: string;
  json: () => Record<string, unknown>;
}

function ask(
  method: string,
  url: string,
  headers: Record<string, string> = {},
  body = '',
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: text,
          json: () => JSON.parse(text) as Record<string, unknown>,
        }),
      );
    });
    asking.on('error', reject);
    asking.end(body);
  });
}

t.test('a client is served as the script says, and each event is told', async (t) => {
  const serving = await serve(t, [...raw, 'answer 1 request, then close; answer every request']);
  const first = await serving.connect();
  await first.send(Buffer.from('hello'));
  t.strictSame(await readToEnd(first), { bytes: Buffer.from('hello'), end: 'EOF' });
  const second = await serving.connect();
  await second.send(Buffer.from('x'));
  t.equal((await readBytes(second, 1)).toString(), 'x');
  second.close();
  await serving.says(/#2 the client closed/);
  t.equal(await serving.interrupt(), 0);
  const lines = serving.output().trimEnd().split('\n');
  const words = lines.map((line) => line.replace(/^\d\d:\d\d:\d\d\.\d{3} /, '@ '));
  t.match(words.slice(0, 4), [
    /^@ listening on 127\.0\.0\.1:\d+$/,
    'connection 1: answer 1 request, then close',
    'connection 2 and later: answer every request',
    /^@ control port at http:\/\/127\.0\.0\.1:\d+\/$/,
  ]);
  t.match(words.slice(4, 10), [
    /^@ #1 accepted 127\.0\.0\.1:\d+$/,
    '@ #1 received "hello" (5 bytes)',
    '@ #1 executed "hello"',
    '@ #1 answered "hello" with "hello" (5 bytes)',
    '@ #1 fired: answer 1 request',
    /^@ #1 fired: close \(FIN\) -> FIN at seq 6(, waited \d+ ms)?$/,
  ]);
  t.equal(words.at(-1), '@ 2 connections, 2 steps fired, 0 steps never fired');
  t.equal(serving.errors(), '');
  t.notOk(serving.output().includes('\u001b'), 'no colour where there is no terminal');
});

t.test('SIGTERM ends it too, and steps that nobody reached are told', async (t) => {
  const serving = await serve(t, [...raw, 'wait for the gate "go", then reset (RST); close']);
  const client = await serving.connect();
  await serving.says(/accepted/);
  serving.child.kill('SIGTERM');
  const { end } = await readToEnd(client);
  t.equal(end, 'EOF', 'what is open is closed');
  await serving.says(/1 connection, 0 steps fired, 3 steps never fired\n$/);
  t.match(
    serving.output(),
    /#1 never fired: wait for the gate "go", because the gate "go" was never/,
  );
  t.match(serving.output(), /#1 never fired: reset \(RST\), because/);
  t.match(serving.output(), /#2 never fired: close, because nobody connected/);
});

t.test('--json: each line an object, the same that GET /events gives', async (t) => {
  const serving = await serve(t, [...raw, 'answer 1 request, then reset (RST)', '--json']);
  const [, url = ''] = await serving.says(/"type":"control","address":"([^"]+)"/);
  const client = await serving.connect();
  await client.send(Buffer.from('a'));
  await serving.says(/"step":"reset"/);
  const { body, headers } = await ask('GET', `${url}events`);
  t.equal(headers['content-type'], 'application/x-ndjson');
  t.equal(body, serving.output());
  t.equal(await serving.interrupt(), 0);
  const events = serving
    .output()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; atUs: number });
  t.strictSame(
    events.map(({ type }) => type),
    [
      'listening',
      'control',
      'accepted',
      'received',
      'executed',
      'served',
      'fired',
      'fired',
      'summary',
    ],
  );
  t.ok(events.every(({ atUs }, i) => i === 0 || atUs >= (events[i - 1]?.atUs ?? 0)));
  t.match(events.at(-1), { connections: 1, stepsFired: 2, stepsNeverFired: 0 });
});

t.test('a gate is opened over HTTP', async (t) => {
  const script = 'answer 1 request, then wait for the gate "go on", then close; do nothing';
  const serving = await serve(t, [...raw, script]);
  const [, url = ''] = await serving.says(urlOf);
  const client = await serving.connect();
  await client.send(Buffer.from('a'));
  await serving.says(/fired: answer 1 request/);
  const before = await ask('GET', url);
  t.equal(before.status, 200);
  t.match(before.json(), {
    address: /^127\.0\.0\.1:\d+$/,
    protocol: 'raw',
    connections: [{ ordinal: 1, stepsFired: 1, at: 'wait for the gate "go on"' }],
    gates: [{ name: 'go on', isOpen: false, waiting: ['connection 1'], onTheWay: [] }],
  });
  const wrong = await ask('POST', `${url}gates/goon`);
  t.equal(wrong.status, 404);
  t.match(wrong.json(), { error: /no gate "goon"/, next: /did you mean "go on"\?/ });
  const opened = await ask('POST', `${url}gates/go%20on`);
  t.equal(opened.status, 200);
  t.match(opened.json(), { name: 'go on', isOpen: true, waiting: [] });
  t.strictSame(await readToEnd(client), { bytes: Buffer.from('a'), end: 'EOF' });
  t.match((await ask('GET', url)).json(), {
    connections: [{ at: null }],
    gates: [{ isOpen: true }],
  });
  t.match(serving.output(), /gate "go on" opened by control/);
  t.equal(await serving.interrupt(), 0);
});

t.test('a gate that is opened early is open for who comes later', async (t) => {
  const serving = await serve(t, [
    ...raw,
    'answer 1 request, then wait for the gate "go", then close',
  ]);
  const [, url = ''] = await serving.says(urlOf);
  const client = await serving.connect();
  await serving.says(/accepted/);
  const asked = await ask('POST', `${url}gates/go`);
  t.equal(asked.status, 200);
  t.match(asked.json(), { isOpen: true });
  await client.send(Buffer.from('a'));
  t.strictSame(await readToEnd(client), { bytes: Buffer.from('a'), end: 'EOF' });
  t.equal(await serving.interrupt(), 0);
});

t.test('a listener that refuses listens when its gate is opened', async (t) => {
  const script =
    'listener: refuse connections until the gate "up" opens; answer 1 request, then close';
  const serving = await serve(t, [...raw, script]);
  await t.rejects(serving.connect(), { code: 'ECONNREFUSED' });
  serving.child.stdin.write('up\n');
  await serving.says(
    /fired: refuse connections until the gate "up" opens -> a SYN answered by RST/,
  );
  // Told in the turn of the event loop in which it begins to listen; the answer comes in a later one.
  const [, url = ''] = await serving.says(urlOf);
  t.match((await ask('GET', url)).json(), { gates: [{ name: 'up', isOpen: true }] });
  const client = await serving.connect();
  await client.send(Buffer.from('a'));
  t.equal((await readToEnd(client)).end, 'EOF');
  t.equal(await serving.interrupt(), 0);
});

t.test('a gate is opened by its name on stdin', async (t) => {
  const serving = await serve(t, [...raw, 'wait for the gate "go", then close', '--no-control']);
  const client = await serving.connect();
  await serving.says(/accepted/);
  serving.child.stdin.write('gone\n\n');
  await serving.complains(/there is no gate "gone"/);
  serving.child.stdin.write('go\n');
  t.equal((await readToEnd(client)).end, 'EOF');
  await serving.says(/gate "go" opened by stdin/);
  serving.child.stdin.end();
  const other = await serving.connect();
  t.equal(
    (await readToEnd(other)).end,
    'EOF',
    'it goes on when stdin has ended, and the gate is open',
  );
  t.equal(await serving.interrupt(), 0);
  t.notMatch(serving.output(), /control port/);
});

t.test('what the control port refuses', async (t) => {
  const serving = await serve(t, [...raw, 'wait for the gate "go", then close']);
  const [, url = ''] = await serving.says(urlOf);
  const cases: [string, string, number, Record<string, string>?][] = [
    ['GET', 'nothing', 404],
    ['GET', 'gates/go', 405],
    ['POST', '', 405],
    ['DELETE', 'events', 405],
    ['POST', 'gates/%zz', 400],
    ['POST', 'gates/constructor', 404],
    ['POST', 'gates/go', 403, { origin: 'http://pages.example' }],
    ['GET', '', 403, { host: 'pages.example' }],
    ['HEAD', 'events', 200],
    ['GET', '?x=1', 200],
  ];
  for (const [method, path, status, headers] of cases) {
    const answered = await ask(method, url + path, headers);
    t.equal(answered.status, status, `${method} /${path}`);
    if (status >= 400) t.match(answered.json(), { error: /./, expected: /./ });
    if (status === 405) t.match(answered.headers.allow, /GET|POST/);
  }
  const body = await ask('POST', `${url}gates/go`, {}, 'x'.repeat(100_000));
  t.equal(body.status, 200, 'a body is not read');
  t.equal(await serving.interrupt(), 0);
});

t.test('with a token, only who knows it opens gates', async (t) => {
  const token = 'correct-horse-battery';
  const script = 'wait for the gate "go", then close';
  for (const control of ['127.0.0.1:0', '0.0.0.0:0']) {
    const args = [...raw, script, '--control', control, '--control-token', token];
    const serving = await serve(t, args);
    const [, url = ''] = await serving.says(urlOf);
    const client = await serving.connect();
    await serving.says(/accepted/);
    const at = url.replace('0.0.0.0', '127.0.0.1');
    const bearer = (text: string) => ({ authorization: text });
    for (const headers of [{}, bearer('Bearer wrong'), bearer(`Basic ${token}`), bearer(token)]) {
      const refused = await ask('POST', `${at}gates/go`, headers);
      t.equal(refused.status, 401, JSON.stringify(headers));
      t.match(refused.headers, { 'www-authenticate': 'Bearer' });
    }
    t.equal((await ask('GET', at)).status, 200, 'reading needs none');
    t.equal((await ask('POST', `${at}gates/go`, bearer(`Bearer ${token}`))).status, 200);
    t.equal((await readToEnd(client)).end, 'EOF');
    t.equal(await serving.interrupt(), 0);
    t.notMatch(serving.output(), token, 'it is not printed');
  }
});

t.test('a step that cannot be played on the machine itself is told with its reason', async (t) => {
  const serving = await serve(t, [...raw, 'lose every packet, then close; do nothing']);
  await serving.connect();
  await serving.says(
    /#1 never fired: lose every packet, because no packets are lost in the network of the/,
  );
  t.equal(await serving.interrupt(), 0);
});

t.test('what a client sends does not reach the terminal as it is', async (t) => {
  const serving = await serve(t, [...raw, 'answer 1 request']);
  const client = await serving.connect();
  await client.send(Buffer.from(`\u001b[2J\u009b${'x'.repeat(200)}`, 'latin1'));
  await serving.says(/fired: answer/);
  t.match(serving.output(), /received "\\u001b\[2J\\u\{9b\}x+\.\.\." \(205 bytes\)/);
  for (const acting of ['\u001b', '\u009b']) t.notOk(serving.output().includes(acting));
  t.equal(await serving.interrupt(), 0);
});

t.test('a script from a file', async (t) => {
  const yaml = 'connections:\n  - - answer 1 request\n    - { kind: half-close }\n  - []\n';
  const dir = t.testdir({
    'my.yaml': yaml,
    'wrong.yaml': 'connections:\n  - - clos\n  - - answr 1 request\n',
  });
  const explained = await runCli(['serve', ...raw, `${dir}/my.yaml`, '--explain']);
  t.equal(explained.code, 0);
  t.equal(
    explained.stdout,
    'connection 1: answer 1 request, then half-close (FIN, go on reading)\nconnection 2 and later: do nothing\n',
  );
  const wrong = await runCli(['serve', ...raw, `${dir}/wrong.yaml`]);
  t.equal(wrong.code, 2);
  t.match(wrong.stderr, `${dir}/wrong.yaml:2:7: there is no step "clos"`);
  t.match(wrong.stderr, `${dir}/wrong.yaml:3:7: there is no step "answr 1 request"`);
  t.match(wrong.stderr, /did you mean "answer 1 request"\?/);
  t.match(wrong.stderr, /^ {2}expected: ./m, 'says what was expected');
  t.notMatch(wrong.stderr, /^\s+at .*[.:]\d+/m, 'no stack trace');
});

t.test('what is missing', async (t) => {
  for (const args of [
    ['serve'],
    ['serve', '--protocol', 'raw'],
    ['serve', ...raw, 'close', '--x'],
  ]) {
    const { code, stderr } = await runCli(args);
    t.equal(code, 2, args.join(' '));
    t.match(stderr, /^error: .*\n\(--help/);
  }
});
