/** Every complete scenario on the pages passes as it stands there. */
import t from 'tap';
import { readersFolder, type, whyNoCapture } from './cli.ts';
import { allPages, commandsOf, filesOf, isScenario } from './pages.ts';

const noCapture = await whyNoCapture();
const isExtension = (path: string) => /adding-a-(step|protocol|client)\.md$/.test(path);
const scenarios = allPages()
  .filter(({ path }) => !isExtension(path))
  .flatMap((page) => filesOf(page).filter(isScenario));

t.test('the pages hold scenarios', async (t) => {
  t.ok(scenarios.length >= 3, `${scenarios.length} scenarios`);
  const paths = scenarios.map(({ path }) => path);
  t.same(paths, [...new Set(paths)], 'each has a name of its own');
  const typed = allPages().flatMap(commandsOf);
  t.ok(
    typed.some(({ text }) => text.includes('my-scenarios/')),
    'the pages say how to run them',
  );
});

t.test('they pass', { skip: noCapture }, async (t) => {
  const folder = readersFolder(t, scenarios);
  const { exitCode, output } = await type('npx pipewrench run my-scenarios', folder);
  t.equal(exitCode, 0, output);
  t.match(output, `${scenarios.length} passed, 0 failed, 0 unknown`);
});
