import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { upstreamDriver } from '../../fake-servers/driver.ts';
import { UserError } from '../../harness/errors.ts';
import { type Library, loadScenarios } from '../../harness/load.ts';
import * as entry from '../../index.ts';
import { folder } from '../support/folder.ts';

const scenarioFile = (title: string, more = '') => `
  import { answerAll, connections, errors, everyRequest, request, scenario, swapped } from 'pipewrench';
  export default scenario({
    title: ${JSON.stringify(title)},
    claims: ['000.2'],
    protocol: 'dns-tcp',
    client: 'dns-pool',
    upstream: connections([answerAll()]),
    workload: [request('a.example')],
    expect: [everyRequest('answered')],
    counter: swapped(connections([answerAll()]), [errors()]),
    ${more}
  });
`;

const libraryAt = (path: string): Library => ({
  folder: path,
  compiledFolder: join(path, 'build'),
  entry,
  whyNotAScript: upstreamDriver.whyNotAScript,
  namesIn: upstreamDriver.namesIn,
});

async function refusalOf(wanted: string[], library: Library): Promise<UserError> {
  try {
    await loadScenarios(wanted, library);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('expected a refusal, got scenarios');
}

t.test('a folder is searched to its bottom, and gives paths relative to it', async (t) => {
  const path = folder(t, {
    'b.ts': scenarioFile('b'),
    'deep/er/a.ts': scenarioFile('a'),
    'deep/types.d.ts': 'export {};',
    'deep/notes.md': 'not a scenario',
    '_shared.ts': 'export const shared = 1;',
    'deep/_lib/helper.ts': 'export const help = 1;',
    'node_modules/dep/index.js': 'throw new Error("not ours")',
  });
  const found = await loadScenarios([path], libraryAt(folder(t)));
  t.strictSame(
    found.map((each) => [each.path, each.scenario.title]),
    [
      ['b.ts', 'b'],
      ['deep/er/a.ts', 'a'],
    ],
  );
});

t.test('a file, a part of a title, a part of a path; and all when nothing is named', async (t) => {
  const path = folder(t, {
    'pool/idle-close.ts': scenarioFile('The idle connection is closed'),
    'sockets/half.ts': scenarioFile('half-closed'),
  });
  const pathsOf = async (...wanted: string[]) =>
    (await loadScenarios(wanted, libraryAt(path))).map((each) => each.path);
  t.strictSame(await pathsOf(), ['pool/idle-close.ts', 'sockets/half.ts']);
  t.strictSame(await pathsOf(join(path, 'sockets/half.ts')), ['sockets/half.ts']);
  t.strictSame(await pathsOf('IDLE CONN'), ['pool/idle-close.ts']);
  t.strictSame(await pathsOf('sockets/'), ['sockets/half.ts']);
  t.strictSame(await pathsOf('half', join(path, 'sockets/half.ts'), 'half-closed'), [
    'sockets/half.ts',
  ]);
});

t.test('a name that fits exactly means that scenario alone', async (t) => {
  const path = folder(t, {
    'pool/idle.ts': scenarioFile('idle'),
    'pool/idle-race.ts': scenarioFile('idle in a race'),
  });
  for (const name of ['idle', 'pool/idle.ts', 'pool/idle']) {
    const found = await loadScenarios([name], libraryAt(path));
    t.strictSame(
      found.map((each) => each.path),
      ['pool/idle.ts'],
      name,
    );
  }
  t.equal((await loadScenarios(['idle '], libraryAt(path))).length, 1);
  t.equal((await loadScenarios(['scenarios/pool/idle-'], libraryAt(path))).length, 1);
});

t.test('the library is found where a package is installed', async (t) => {
  const path = folder(t, {
    'node_modules/pipewrench/scenarios/pool/a.ts': scenarioFile('a'),
  });
  const library = libraryAt(join(path, 'node_modules/pipewrench/scenarios'));
  const found = await loadScenarios([], library);
  t.strictSame(
    found.map((each) => each.path),
    ['pool/a.ts'],
  );
});

t.test(
  'what comes with pipewrench is loaded as it was compiled, unless it was edited',
  async (t) => {
    const source = scenarioFile('of the source');
    const path = folder(t, {
      // As in the package: what is compiled imports it by its name.
      'package.json': '{ "name": "pipewrench", "type": "module", "exports": "./index.js" }',
      'index.js': `export * from ${JSON.stringify(new URL('../../index.js', import.meta.url))};`,
      'a.ts': source,
      'build/a.js': scenarioFile('of the build'),
      'build/a.js.map': JSON.stringify({ version: 3, sourcesContent: [source] }),
    });
    const titles = async () =>
      (await loadScenarios([join(path, 'a.ts')], libraryAt(path))).map((one) => one.scenario.title);
    t.strictSame(await titles(), ['of the build']);
    writeFileSync(join(path, 'a.ts'), scenarioFile('of the edited source'));
    t.strictSame(await titles(), ['of the edited source']);
  },
);

t.test('evidence of files with one name goes to folders of its own', async (t) => {
  const path = folder(t, {
    'one/x.ts': scenarioFile('one'),
    'two/x.ts': scenarioFile('two'),
    'two/x.js': scenarioFile('three'),
  });
  const files = ['one/x.ts', 'two/x.ts', 'two/x.js'].map((name) => join(path, name));
  const found = await loadScenarios([...files, ...files], libraryAt(folder(t)));
  t.equal(found.length, 3);
  t.equal(new Set(found.map((each) => each.folder)).size, 3);
});

t.test('a scenario gets its defaults', async (t) => {
  const path = folder(t, {
    'a.ts': scenarioFile('a'),
    'b.js': scenarioFile('b', 'deadlineMs: 9,'),
  });
  const [a, b] = await loadScenarios([path], libraryAt(path));
  t.match(a?.scenario, { clock: 'real', deadlineMs: 2000 });
  t.match(b?.scenario, { deadlineMs: 9 });
});

const refused: Record<string, { file: string; content: string; says: RegExp }> = {
  'no default export': {
    file: 'a.ts',
    content: 'export const x = 1;',
    says: /no default export/,
  },
  'a default export that is no scenario': {
    file: 'a.ts',
    content: 'export default { title: "t", workload: [] };',
    says: /claims[\s\S]*workload|workload[\s\S]*claims/,
  },
  'a scenario that its own constructor refuses': {
    file: 'a.ts',
    content: scenarioFile(''),
    says: /title/,
  },
  'an upstream that is no script': {
    file: 'a.ts',
    content: `import { scenario, request, everyRequest, against, errors } from 'pipewrench';
      export default scenario({ title: 't', claims: ['1'], protocol: 'raw', client: 'raw',
        upstream: 'nothing', workload: [request('a')], expect: [everyRequest('answered')],
        counter: against('raw', [errors()]) });`,
    says: /its upstream is not a script/,
  },
  'a syntax error': { file: 'a.ts', content: 'export default {{;', says: /cannot be loaded/ },
  'a file that throws': {
    file: 'a.js',
    content: 'throw new Error("broken on purpose");',
    says: /cannot be loaded: broken on purpose/,
  },
  'an import of what is not there': {
    file: 'a.ts',
    content: "import 'no-such-package-at-all'; export default 1;",
    says: /cannot be loaded.*no-such-package-at-all/,
  },
  'another ending': { file: 'a.json', content: '{}', says: /does not end in \.ts or \.js/ },
};

for (const [name, { file, content, says }] of Object.entries(refused)) {
  t.test(`refused: ${name}`, async (t) => {
    const path = folder(t, { [file]: content });
    const refusal = await refusalOf([join(path, file)], libraryAt(folder(t)));
    t.match(refusal.message, says);
    t.match(refusal.message, file, 'the file is named');
    t.not(refusal.next, '');
  });
}

t.test('what is not found is answered with the nearest name', async (t) => {
  const path = folder(t, { 'pool/idle-close.ts': scenarioFile('idle connection closed') });
  const { message, next } = await refusalOf(['idle conection close'], libraryAt(path));
  t.match(message, /no scenario is called "idle conection close"/);
  t.match(next, /did you mean "idle connection closed"/);
  t.match((await refusalOf(['pool/idle-clse.ts'], libraryAt(path))).next, /pool\/idle-close\.ts/);
  t.notMatch((await refusalOf(['something else entirely!'], libraryAt(path))).next, /did you mean/);
});

t.test('an edited file is loaded as it is now', async (t) => {
  const path = folder(t, { 'a.ts': scenarioFile('before') });
  const titles = async () =>
    (await loadScenarios([path], libraryAt(path))).map(({ scenario }) => scenario.title);
  t.strictSame(await titles(), ['before']);
  writeFileSync(join(path, 'a.ts'), scenarioFile('after'));
  t.strictSame(await titles(), ['after']);
});
