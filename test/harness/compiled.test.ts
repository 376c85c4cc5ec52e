import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { compiledFrom } from '../../harness/compiled.ts';
import { rootFolder } from '../support/cli.ts';
import { folder } from '../support/folder.ts';

const source = 'export default 1;\n';
const map = (...sourcesContent: string[]) => JSON.stringify({ version: 3, sourcesContent });

const placesIn = (path: string) => ({
  folder: join(path, 'scenarios'),
  compiledFolder: join(path, 'build/scenarios'),
});

t.test('what was made from the text that the file has now', async (t) => {
  const path = folder(t, {
    'scenarios/pool/a.ts': source,
    'build/scenarios/pool/a.js': 'export default 1;\n',
    'build/scenarios/pool/a.js.map': map(source),
  });
  const file = join(path, 'scenarios/pool/a.ts');
  const compiled = join(path, 'build/scenarios/pool/a.js');
  t.equal(compiledFrom(file, placesIn(path)), compiled);
  writeFileSync(file, 'export default 2;\n');
  t.equal(compiledFrom(file, placesIn(path)), undefined, 'an edited file');
  writeFileSync(file, source);
  t.equal(compiledFrom(file, placesIn(path)), compiled, 'the edit was taken back');
});

t.test('nothing, where the build cannot say what it was made from', async (t) => {
  const maps = { none: undefined, empty: '', cut: map(source).slice(0, -3), two: map(source, '') };
  for (const [name, content] of Object.entries({ ...maps, bare: '{"version":3}' })) {
    const path = folder(t, {
      'scenarios/a.ts': source,
      'build/scenarios/a.js': source,
      ...(content !== undefined && { 'build/scenarios/a.js.map': content }),
    });
    t.equal(compiledFrom(join(path, 'scenarios/a.ts'), placesIn(path)), undefined, name);
  }
});

t.test("nothing for a user's own files", async (t) => {
  const path = folder(t, {
    'scenarios-of-mine/a.ts': source,
    'scenarios/a.js': source,
    'build/scenarios/a.js': source,
    'build/scenarios/a.js.map': map(source),
  });
  for (const name of ['scenarios-of-mine/a.ts', 'scenarios/a.js']) {
    t.equal(compiledFrom(join(path, name), placesIn(path)), undefined, name);
  }
});

t.test('every scenario that comes with pipewrench is compiled by the build', async (t) => {
  const places = placesIn(rootFolder);
  const files = readdirSync(places.folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  t.ok(files.length > 200, `${files.length} files`);
  const others = files.filter((name) => !compiledFrom(join(places.folder, name), places));
  t.strictSame(others, [], 'nothing is loaded the slow way');
});
