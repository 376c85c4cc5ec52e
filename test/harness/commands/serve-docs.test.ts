/** docs/scripts.md: its files are scripts, and what it shows is what is printed. */
import t from 'tap';
import { upstreamDriver } from '../../../fake-servers/driver.ts';
import { typeInShell } from '../../docs/cli.ts';
import { commandsOf, readPage, root } from '../../docs/pages.ts';
import { runCli } from '../../support/cli.ts';
import { serve } from '../../support/serve.ts';
import { readToEnd } from '../../support/sockets.ts';

const page = readPage('docs/scripts.md');

t.test('its files are scripts', async (t) => {
  const files = page.blocks.filter(({ language }) => ['yaml', 'json'].includes(language));
  const explained = files.map(({ lines }) => {
    const text = lines.join('\n');
    const result = upstreamDriver.readScript({ name: 'f', text, format: 'document' }, 'raw');
    t.ok('script' in result, JSON.stringify(result));
    return 'script' in result ? upstreamDriver.explain(result.script) : [];
  });
  t.equal(explained.length, 3);
  t.strictSame(explained[1], explained[2], 'YAML and JSON say the same');
});

t.test('what its commands print', async (t) => {
  const shown = page.blocks.filter(({ language }) => language === 'text');
  const commands = commandsOf(page);
  for (const [index, number] of [
    [0, 0],
    [2, 1],
  ] as const) {
    const command = commands[index];
    const { output, exitCode } = typeInShell(command?.text ?? '', root);
    t.equal(exitCode, command?.exitCode);
    t.equal(output.trimEnd(), shown[number]?.lines.join('\n'), command?.text ?? '');
  }
});

t.test('the session that it shows', async (t) => {
  const [, , session] = page.blocks.filter(({ language }) => language === 'text');
  const script = 'answer 1 request, then wait for the gate "go", then close; answer every request';
  const serving = await serve(t, ['--protocol', 'raw', '--script', script]);
  const client = await serving.connect();
  await client.send(Buffer.from('hello'));
  await serving.says(/fired: answer 1 request/);
  serving.child.stdin.write('go\n');
  t.equal((await readToEnd(client)).end, 'EOF');
  await serving.says(/fired: close/);
  t.equal(await serving.interrupt(), 0);
  const normal = (line: string) =>
    line
      .replace(/^[\d:]{8}\.\d{3}/, '@')
      .replace(/127\.0\.0\.1:\d+/, 'address')
      .replace(/by (stdin|keyboard)/, 'by hand')
      .replace(/, waited \d+ ms/, '');
  const expected = session?.lines.filter((line) => !line.startsWith('press '));
  t.strictSame(serving.output().trimEnd().split('\n').map(normal), expected?.map(normal));
});

t.test('it names every option', async (t) => {
  const { stdout } = await runCli(['serve', '--help']);
  const options = [...stdout.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, name = '']) => name);
  t.ok(options.length >= 8);
  for (const option of options) t.ok(page.text.includes(option), option);
});
