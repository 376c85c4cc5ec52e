/** docs/tracing.md: its session is what happens, and it names every option. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { tapSyscalls } from '../../../harness/recorders/syscalls.ts';
import { typeInShell } from '../../docs/cli.ts';
import { filesOf, readPage } from '../../docs/pages.ts';
import { runCli } from '../../support/cli.ts';
import { folder } from '../../support/folder.ts';
import { serve } from '../../support/serve.ts';
import { wireOrReason } from '../../support/wire.ts';

const page = readPage('docs/tracing.md');
const tap = tapSyscalls();
const wire = await wireOrReason();
const skip = [tap, wire].flatMap((one) => ('unavailable' in one ? [one.unavailable] : []))[0];
if (!('unavailable' in wire)) await wire.stop();

const commands = page.blocks.flatMap(({ language, lines }) => (language === 'bash' ? lines : []));
const [serveCommand = '', traceCommand = ''] = commands;
const port = '3999';

/**
 * Without times, ports and frame numbers, without bare ACKs, which a kernel sends when it likes, and without
 * the silence of a busy machine. The upstream closes at once: whether the program has read the answer by then
 * is left to the two of them.
 */
const normal = (text: string) =>
  text
    .split('\n')
    .filter((line) => !/[→←] f\d+ ACK seq \d+$|⋮ \d+ ms of silence$/.test(line))
    .map((line) =>
      line
        .replace(/^ +\d+\.\d{3} /, '@')
        .replace(/· [\d.]+ m?s$/, '')
        .replace(/127\.0\.0\.1:\d+/g, 'address')
        .replace(/\bf\d+ |frame \d+/, ''),
    )
    .join('\n')
    .replace(/^(.*← FIN .*)\n(.* read: 5 B)$/m, '$2\n$1')
    .split('\n');

t.test('the session that it shows', { skip: skip ?? false }, async (t) => {
  const [, script = ''] = /--script "(.*)"$/.exec(serveCommand) ?? [];
  t.ok(serveCommand.startsWith(`npx pipewrench serve --protocol raw --listen 127.0.0.1:${port}`));
  const serving = await serve(t, ['--protocol', 'raw', '--script', script]);
  const [, real = ''] = /listening on 127\.0\.0\.1:(\d+)/.exec(serving.output()) ?? [];
  const [client] = filesOf(page);
  if (!client) throw new Error('the page holds no client');
  t.ok(client.code.includes(`port: ${port}`));
  const cwd = folder(t);
  writeFileSync(join(cwd, client.path), client.code.replace(port, real));
  const { exitCode, output } = typeInShell(`${traceCommand} 2> errors`, cwd);
  t.equal(exitCode, 0, output);
  const [shown] = page.blocks.filter(({ language }) => language === 'text');
  t.strictSame(normal(output.trimEnd()), normal(shown?.lines.join('\n') ?? ''));
  t.equal(await serving.interrupt(), 0);
});

t.test('it names every option', async (t) => {
  const { stdout } = await runCli(['trace', '--help']);
  const options = [...stdout.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, name = '']) => name);
  t.ok(options.length >= 3);
  for (const option of options) t.ok(page.text.includes(option), option);
  for (const command of commands.slice(1)) t.match(command, /^npx pipewrench trace .*-- \w/);
});

t.test('README.md shows the same session', async (t) => {
  const readme = readPage('README.md');
  const section = readme.blocks.find(({ lines }) =>
    lines.some((line) => line.startsWith('   errors ')),
  );
  t.ok(section);
  for (const line of section?.lines ?? []) t.ok(page.text.includes(line), line);
});
