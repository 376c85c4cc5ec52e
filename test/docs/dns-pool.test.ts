/** clients/dns-pool/README.md: its example runs, and its tables are those of the code. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { streamDecode, streamEncode } from 'dns-packet';
import t from 'tap';
import { DnsPool, DnsPoolError } from '../../clients/dns-pool/index.ts';
import { resolveOptions } from '../../clients/dns-pool/options.ts';
import { readersFolder } from './cli.ts';
import { commandsOf, filesOf, readPage, root } from './pages.ts';
import { readSource, rowsBelow } from './read.ts';

const page = readPage('clients/dns-pool/README.md');

/** Answers each query, which comes in one segment, with one address. */
function answerQueries(socket: Socket): void {
  socket.on('data', (bytes) => {
    const { id = 0, questions = [] } = streamDecode(bytes);
    const [{ name } = { name: '.' }] = questions;
    const answers = [{ type: 'A' as const, name, ttl: 1, data: '192.0.2.1' }];
    socket.write(streamEncode({ type: 'response', id, questions, answers }));
  });
}

t.test('the example runs', async (t) => {
  const server = createServer(answerQueries).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const folder = readersFolder(t, filesOf(page));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules/pipewrench'));
  const [command] = commandsOf(page);
  const [, file = ''] = /^node (\S+) 9\.9\.9\.9 53$/.exec(command?.text ?? '') ?? [];
  const child = spawn(process.execPath, [file, '127.0.0.1', String(port)], { cwd: folder });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [code] = await once(child, 'close');
  t.equal(code, 0, output);
  t.match(output, /NOERROR[\s\S]*192\.0\.2\.1/);
});

t.test('options and their defaults', async (t) => {
  const defaults: Record<string, unknown> = { ...resolveOptions({}) };
  const rows = rowsBelow(page.text, '## Options');
  t.same(rows.map(([name]) => name).sort(), Object.keys(defaults).sort());
  for (const [name = '', value = '', unit] of rows) {
    if (!['string', 'number'].includes(typeof defaults[name])) continue;
    t.equal(value.replaceAll(/(?<=\d) (?=\d)/g, ''), String(defaults[name]), name);
    const wanted = name.endsWith('Ms') ? 'ms' : name.endsWith('Seconds') ? 's' : '';
    t.equal(unit, wanted, `${name}: its unit`);
  }
});

t.test('classes of errors', async (t) => {
  const [, union = ''] =
    /type DnsPoolErrorClass =([^;]+);/.exec(readSource('clients/dns-pool/errors.ts')) ?? [];
  const classes = [...union.matchAll(/'([a-z-]+)'/g)].map(([, name]) => name);
  t.ok(classes.length > 0);
  t.same(
    rowsBelow(page.text, '## Errors').map(([name]) => name),
    classes,
  );
});

t.test('counters', async (t) => {
  const pool = new DnsPool();
  const [, section = ''] = page.text.split('## Counters\n');
  const [paragraph = ''] = section.split('## ');
  for (const name of Object.keys(pool.stats())) t.ok(paragraph.includes(`\`${name}\``), name);
  await pool.close();
  await t.rejects(pool.query({ name: 'example.org', type: 'A' }), DnsPoolError);
});
