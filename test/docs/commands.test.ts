/** Every command that the pages tell their readers to type is typed here, and ends as they say. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { isPipewrench, typeAll, whyNoCapture } from './cli.ts';
import { allPages, commandsOf, root } from './pages.ts';

const noCapture = await whyNoCapture();
const pages = allPages();
/** Those on how to extend pipewrench are about an extended one: extending.test.ts. README.md has a
 * file of its own, so that neither takes long. */
const isExtension = (path: string) =>
  /^docs\/adding-a-(step|protocol|client|reporter)\.md$/.test(path);

t.test('there is no command that is not tested', async (t) => {
  const targets = [...readFileSync(join(root, 'Makefile'), 'utf8').matchAll(/^([a-z]+):/gm)].map(
    ([, name]) => name,
  );
  const commands = pages.flatMap(commandsOf);
  t.ok(commands.some(isPipewrench), 'the pages hold commands');
  for (const command of commands) {
    // dns-pool.test.ts runs the example of the client.
    if (isPipewrench(command) || command.text.startsWith('node example.mjs ')) continue;
    const target = /^make ([a-z]+)$/.exec(command.text)?.[1];
    t.ok(target, `${command.where}: "${command.text}" is pipewrench or make`);
    t.ok(targets.includes(target), `${command.where}: the Makefile has ${target}`);
  }
});

for (const page of pages) {
  const commands = commandsOf(page).filter(isPipewrench);
  if (commands.length === 0 || isExtension(page.path) || page.path === 'README.md') continue;
  t.test(`${page.path}: its commands`, { skip: noCapture }, async (t) => {
    await typeAll(t, page);
  });
}
