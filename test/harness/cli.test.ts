/** Bad input is a clear error: exit code 2, what was expected, what to type next, no stack trace. */
import { cpSync, existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { rootFolder, stayingCli } from '../support/cli.ts';

const runCli = stayingCli(t);

function isExplained(t: Test, stderr: string): void {
  t.match(stderr, /^error: /m, 'says what is wrong');
  t.match(stderr, /^ {2}expected: ./m, 'says what was expected');
  t.match(stderr, /^ {2}next: ./m, 'says what to type next');
  t.notMatch(stderr, /^\s+at .*[.:]\d+/m, 'no stack trace');
}

const scenario003 = join(rootFolder, 'scenarios/sockets/003.1-write-after-close.ts');

const wrongWords: { args: string[]; says: RegExp }[] = [
  {
    args: ['run', '--client', 'dns-pol'],
    says: /no client "dns-pol"[\s\S]*did you mean "dns-pool"/,
  },
  { args: ['run', '--claim', '003.22'], says: /no clause "003.22"[\s\S]*did you mean "003.2"/ },
  { args: ['list', '--claim', '999'], says: /no clause "999"/ },
  { args: ['run', '--reporter', 'htm'], says: /no reporter "htm"[\s\S]*did you mean "html"/ },
  { args: ['check', '--reporter', 'tapp'], says: /did you mean "tap"/ },
  {
    args: ['run', 'scenarios/pool/idle-clos.ts'],
    says: /did you mean "scenarios\/pool\/idle-close\.ts"/,
  },
  { args: ['run', '003.1', '--client', 'dns-pool'], says: /no scenario is left to run/ },
  { args: ['run', '--client', 'no/such/client.ts'], says: /no\/such\/client\.ts is not a client/ },
  { args: ['run', '--client', scenario003], says: /is not a client/ },
  { args: ['run', 'README.md'], says: /does not end in \.ts or \.js/ },
  { args: ['run', scenario003, '--shard', '1/2'], says: /more shards than scenarios[\s\S]*1\/1/ },
  { args: ['report', '--out', 'a', '--reporter', 'tap=b'], says: /--out a does not say/ },
  { args: ['check', 'no/such/run'], says: /run\.json cannot be read: ENOENT/ },
  { args: ['report', 'no/such/run'], says: /run\.json cannot be read: ENOENT/ },
];

for (const { args, says } of wrongWords) {
  t.test(`pipewrench ${args.join(' ')}`.replaceAll(rootFolder, ''), async (t) => {
    const { code, stderr } = await runCli(args);
    t.equal(code, 2);
    t.match(stderr, says);
    isExplained(t, stderr);
  });
}

for (const args of [['rnu'], ['run', '--clam', '003'], ['check', 'a', 'b', 'c']]) {
  t.test(`pipewrench ${args.join(' ')}`, async (t) => {
    const { code, stderr } = await runCli(args);
    t.equal(code, 2);
    t.match(stderr, /^error: /);
    t.match(stderr, /--help/);
  });
}

t.test('files that are no scenarios', async (t) => {
  const dir = t.testdir({
    'nothing.ts': 'export const a = 1;\n',
    'half.ts': "export default { title: 'half a scenario', claims: ['x'] };\n",
    'broken.ts': 'export default {{{\n',
    'throws.ts': "throw new Error('of its own');\n",
    'script.ts': readFileSync(scenario003, 'utf8').replace(
      /upstream: connections\(.*\),/,
      "upstream: 'all well',",
    ),
    'counter.ts': readFileSync(scenario003, 'utf8').replace(
      /counter: swapped\([\s\S]*\),\n\}\);/,
      "counter: { kind: 'client', client: 'nobody', expect: [errors()] },\n});",
    ),
    empty: {},
  });
  const cases = [
    ['nothing.ts', /no default export/],
    ['half.ts', /protocol/],
    ['broken.ts', /cannot be loaded/],
    ['throws.ts', /of its own/],
    ['script.ts', /upstream is not a script/],
    ['counter.ts', /no client "nobody"/],
    ['empty', /no scenario is left/],
  ] as const;
  for (const [name, says] of cases) {
    const { code, stderr } = await runCli(['run', join(dir, name)]);
    t.equal(code, 2, name);
    t.match(stderr, says, name);
    isExplained(t, stderr);
  }
});

t.test('output folders that cannot be used', async (t) => {
  const dir = t.testdir({ file: 'in the way', full: { 'old.json': '{}' } });
  for (const [out, says] of [
    [join(dir, 'file', 'run'), /cannot be made: ENOTDIR/],
    ['/proc/pipewrench', /cannot be made: /],
    [join(dir, 'full'), /is not empty: it holds old\.json/],
  ] as const) {
    const { code, stderr } = await runCli(['run', '--claim', '003.1', '--out', out]);
    t.equal(code, 2, out);
    t.match(stderr, says);
    isExplained(t, stderr);
  }
  t.equal(readFileSync(join(dir, 'full/old.json'), 'utf8'), '{}', 'what was there stays');
});

t.test('stored runs that are newer, cut short or damaged', async (t) => {
  const dir = t.testdir();
  const whole = join(dir, 'whole');
  const made = await runCli(['run', scenario003, '--out', whole]);
  t.ok(existsSync(join(whole, 'run.json')), made.stderr);
  const checked = await runCli(['check', whole]);
  t.equal(checked.code, made.code, 'judged again like the first time');
  const folder = 'sockets/003.1-write-after-close';
  const damage: { name: string; says: RegExp; harm: (run: string) => void }[] = [
    {
      name: 'newer',
      says: /newer pipewrench[\s\S]*got format 99/,
      harm: (run) => {
        const file = join(run, 'run.json');
        const stored = JSON.parse(readFileSync(file, 'utf8')) as object;
        writeFileSync(file, JSON.stringify({ ...stored, format: 99 }));
      },
    },
    ...['run.json', `${folder}/evidence.jsonl`].map((name) => ({
      name,
      says: /cut short or damaged/,
      harm: (run: string) => truncateSync(join(run, name), 200),
    })),
    {
      name: 'pcap in the middle of a packet',
      says: /main\.pcap is cut short/,
      harm: (run) => truncateSync(join(run, folder, 'main.pcap'), 100),
    },
    {
      name: 'pcap between two packets',
      says: /main\.pcap is cut short/,
      harm: (run) => truncateSync(join(run, folder, 'main.pcap'), 24),
    },
  ];
  for (const { name, says, harm } of damage) {
    const run = join(dir, name.replaceAll('/', '-'));
    mkdirSync(run);
    cpSync(whole, run, { recursive: true });
    harm(run);
    const { code, stderr } = await runCli(['check', run]);
    t.equal(code, 2, name);
    t.match(stderr, says, name);
    isExplained(t, stderr);
  }
});

t.test('output that nobody reads to its end is no error', async (t) => {
  const { code, stderr } = await runCli(['list', '--clients']);
  t.equal(code, 0);
  t.equal(stderr, '');
});

t.test('every command has a help text with an example', async (t) => {
  for (const command of ['run', 'list', 'check', 'report', 'doctor']) {
    const { code, stdout } = await runCli([command, '--help']);
    t.equal(code, 0);
    t.match(stdout, /Examples?:\n {2}pipewrench /, command);
  }
});
