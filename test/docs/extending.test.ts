/**
 * The pages on how to add a step, a protocol, a client and a reporter: what they change is changed,
 * compiled, and their commands run with the result.
 */
import t from 'tap';
import { readersFolder, typeAll, whyNoCapture } from './cli.ts';
import { apply, changeOf, compileInto } from './overlay.ts';
import { allPages, type CodeFile, filesOf, readPage } from './pages.ts';
import { readSource } from './read.ts';

// It compiles the project before it runs anything.
t.setTimeout(120_000);
const pages = ['step', 'protocol', 'client', 'reporter'].map((what) =>
  readPage(`docs/adding-a-${what}.md`),
);

/** New files, and old ones with every change of the pages. What is the reader's own compiles too. */
function changedFiles(): CodeFile[] {
  const written = allPages()
    .flatMap(filesOf)
    .filter(({ path }) => path.endsWith('.ts'));
  const files = new Map(written.map(({ path, code }) => [path, code]));
  for (const page of pages) {
    for (const block of page.blocks.filter(({ language }) => language === 'diff')) {
      const change = changeOf(block);
      const source = files.get(change.path) ?? readSource(change.path);
      files.set(change.path, apply(source, change));
    }
  }
  return [...files].map(([path, code]) => ({ path, code }));
}

t.test('what the pages change compiles, and their commands work', async (t) => {
  const extended = readersFolder(t, []);
  const files = changedFiles();
  t.ok(files.length >= 8, `${files.length} files are new or changed`);
  const { complaints } = compileInto(extended, files);
  t.same(complaints, []);

  const noCapture = await whyNoCapture(extended);
  for (const page of pages) {
    t.test(page.path, { skip: noCapture }, async (t) => {
      await typeAll(t, page, extended);
    });
  }
});

t.test('a change that no longer fits is noticed', async (t) => {
  const change = { path: 'x.ts', hunks: [['   one', '+  two']] };
  t.equal(apply('  one\n', change), '  one\n  two\n');
  t.throws(() => apply('  three\n', change), /x\.ts has these lines 0 times/);
  t.throws(() => apply('  one\n  one\n', change), /2 times/);
});
