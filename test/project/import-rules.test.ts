/** Each rule of .dependency-cruiser.mjs turns red on a file that breaks it, and on no other. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import t from 'tap';

const root = path.dirname(fileURLToPath(import.meta.resolve('pipewrench/package.json')));
const options = await extractOptions(path.join(root, '.dependency-cruiser.mjs'));

type Tree = Record<string, string>;

/** Packages as npm would install them: the first four are declared by the fixture's package.json. */
const packages = ['koffi', 'commander', 'dns-packet', 'pcap-parser', 'tap', 'undeclared'];
const declared = {
  name: 'pipewrench',
  type: 'module',
  exports: { '.': './build/index.js' },
  dependencies: { koffi: '1', commander: '1', 'dns-packet': '1', 'pcap-parser': '1' },
  devDependencies: { tap: '1' },
};

/** Files that are there in every fixture, so that what a case imports exists. */
const common: Tree = {
  'package.json': JSON.stringify(declared),
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      module: 'nodenext',
      moduleResolution: 'nodenext',
      allowImportingTsExtensions: true,
      paths: { pipewrench: ['./index.ts'] },
    },
  }),
  ...Object.fromEntries(
    packages.flatMap((name) => [
      [
        `node_modules/${name}/package.json`,
        JSON.stringify({ name, version: '1.0.0', type: 'module', exports: './index.js' }),
      ],
      [`node_modules/${name}/index.js`, 'export const x = 1;'],
    ]),
  ),
  ...Object.fromEntries(
    [
      'index.ts',
      'kernel/leaf.ts',
      'harness/event.ts',
      'harness/result.ts',
      'harness/timeline.ts',
      'harness/trace-result.ts',
      'harness/run.ts',
      'captures/leaf.ts',
      'captures/packet.ts',
      'explain/explain.ts',
      'explain/result.ts',
      'fake-servers/upstream.ts',
      'clients/one/index.ts',
      'clients/two/index.ts',
      'reports/terminal.ts',
      'scenarios/topic/other.ts',
      'test/help.ts',
      'bench/help.ts',
    ].map((file) => [file, 'export const x = 1;\nexport interface X {}\n']),
  ),
};

/** `type x` imports a type from x, `x` a value. */
type Import = [file: string, imports: string];

interface Case {
  rule: string;
  /** Each of these breaks the rule. */
  red: Import[];
  /** These break no rule. */
  green: Import[];
  /** What a red file needs: a cycle is reported once, for its first file. */
  beside?: Import[];
}

const cases: Case[] = [
  {
    rule: 'kernel-is-a-leaf',
    red: [
      ['kernel/a.ts', '../harness/run.ts'],
      ['kernel/b.ts', 'type ../harness/result.ts'],
      ['kernel/c.ts', '../index.ts'],
      ['kernel/d.ts', 'pipewrench'],
      ['kernel/new.ts', '../new-folder/file.ts'],
    ],
    green: [
      ['kernel/e.ts', 'type ../harness/event.ts'],
      ['kernel/f.ts', './leaf.ts'],
      ['kernel/g.ts', 'node:fs'],
    ],
  },
  {
    rule: 'kernel-imports-event-types-only',
    red: [['kernel/a.ts', '../harness/event.ts']],
    green: [['kernel/b.ts', 'type ../harness/event.ts']],
  },
  {
    rule: 'captures-are-a-leaf',
    red: [
      ['captures/a.ts', '../harness/event.ts'],
      ['captures/b.ts', '../kernel/leaf.ts'],
    ],
    green: [
      ['captures/c.ts', 'node:fs'],
      ['captures/deep/d.ts', '../c.ts'],
      ['harness/recorders/d.ts', '../../captures/c.ts'],
    ],
  },
  {
    rule: 'explain-reads-captures-only',
    red: [
      ['explain/a.ts', '../harness/event.ts'],
      ['explain/flow/b.ts', 'type ../../harness/timeline.ts'],
      ['explain/c.ts', '../reports/terminal.ts'],
      ['explain/d.ts', '../kernel/leaf.ts'],
    ],
    green: [
      ['explain/e.ts', '../captures/packet.ts'],
      ['explain/flow/f.ts', '../result.ts'],
      ['explain/g.ts', 'dns-packet'],
      ['harness/commands/h.ts', '../../explain/explain.ts'],
    ],
  },
  {
    rule: 'fake-servers-stand-alone',
    red: [
      ['fake-servers/a.ts', '../harness/run.ts'],
      ['fake-servers/b.ts', 'type ../harness/timeline.ts'],
      ['fake-servers/deep/c.ts', '../../clients/one/index.ts'],
    ],
    green: [
      ['fake-servers/d.ts', '../harness/event.ts'],
      ['fake-servers/deep/e.ts', '../upstream.ts'],
      ['fake-servers/f.ts', '../kernel/leaf.ts'],
      ['harness/cli.ts', '../fake-servers/upstream.ts'],
    ],
  },
  {
    rule: 'clients-stand-alone',
    red: [
      ['clients/one/a.ts', '../../harness/run.ts'],
      ['clients/one/b.ts', '../../fake-servers/upstream.ts'],
    ],
    green: [
      ['clients/one/c.ts', '../../harness/event.ts'],
      ['clients/one/d.ts', '../../kernel/leaf.ts'],
      ['clients/one/e.ts', './index.ts'],
    ],
  },
  {
    rule: 'clients-do-not-know-each-other',
    red: [
      ['clients/one/a.ts', '../two/index.ts'],
      ['clients/one/b.ts', 'type ../two/index.ts'],
    ],
    green: [
      ['clients/index.ts', './two/index.ts'],
      ['clients/one/c.ts', './index.ts'],
    ],
  },
  {
    rule: 'reports-read-results-only',
    red: [
      ['reports/a.ts', '../harness/run.ts'],
      ['reports/b.ts', '../kernel/leaf.ts'],
      ['reports/html/c.ts', 'type ../../clients/one/index.ts'],
      ['reports/explain/h.ts', '../../explain/explain.ts'],
    ],
    green: [
      ['reports/explain/j.ts', 'type ../../explain/result.ts'],
      ['reports/d.ts', '../harness/result.ts'],
      ['reports/e.ts', '../harness/timeline.ts'],
      ['reports/g.ts', '../harness/trace-result.ts'],
      ['reports/html/f.ts', '../terminal.ts'],
      ['reports/h.ts', '../captures/leaf.ts'],
    ],
  },
  {
    rule: 'harness-knows-no-parts',
    red: [
      ['harness/a.ts', '../fake-servers/upstream.ts'],
      ['harness/b.ts', 'type ../clients/one/index.ts'],
      ['harness/recorders/c.ts', '../../reports/terminal.ts'],
      ['harness/d.ts', '../scenarios/topic/other.ts'],
      ['harness/e.ts', '../index.ts'],
    ],
    green: [
      ['harness/cli.ts', '../reports/terminal.ts'],
      ['harness/f.ts', '../kernel/leaf.ts'],
    ],
  },
  {
    rule: 'scenarios-import-only-pipewrench',
    red: [
      ['scenarios/topic/a.ts', '../../harness/run.ts'],
      ['scenarios/topic/b.ts', './other.ts'],
      ['scenarios/topic/c.ts', 'node:fs'],
      ['scenarios/topic/d.ts', 'dns-packet'],
    ],
    green: [['scenarios/topic/e.ts', 'pipewrench']],
  },
  {
    rule: 'scenarios-import-by-package-name',
    red: [['scenarios/topic/a.ts', '../../index.ts']],
    green: [['scenarios/topic/b.ts', 'pipewrench']],
  },
  {
    rule: 'nothing-leans-on-tests',
    red: [
      ['harness/a.ts', '../test/help.ts'],
      ['clients/one/b.ts', '../../bench/help.ts'],
    ],
    green: [
      ['test/c.ts', './help.ts'],
      ['bench/d.ts', '../test/help.ts'],
      ['test/e.ts', '../clients/two/index.ts'],
    ],
  },
  {
    rule: 'no-cycles',
    red: [['harness/a.ts', './b.ts']],
    beside: [['harness/b.ts', 'type ./a.ts']],
    green: [['harness/c.ts', './run.ts']],
  },
  {
    rule: 'no-unresolvable-imports',
    red: [
      ['harness/a.ts', './nowhere.ts'],
      ['harness/b.ts', 'not-installed'],
    ],
    green: [
      ['harness/c.ts', './run.ts'],
      ['harness/d.ts', 'dns-packet'],
    ],
  },
  {
    rule: 'no-undeclared-packages',
    red: [
      ['harness/a.ts', 'undeclared'],
      ['test/b.ts', 'undeclared'],
    ],
    green: [['harness/c.ts', 'dns-packet']],
  },
  {
    rule: 'no-dev-packages-in-shipped-code',
    red: [['harness/a.ts', 'tap']],
    green: [
      ['test/b.ts', 'tap'],
      ['bench/c.ts', 'tap'],
      ['scripts/d.mjs', 'tap'],
    ],
  },
  {
    rule: 'koffi-only-in-kernel',
    red: [
      ['harness/a.ts', 'koffi'],
      ['test/b.ts', 'koffi'],
    ],
    green: [['kernel/c.ts', 'koffi']],
  },
  {
    rule: 'commander-only-in-cli',
    red: [
      ['harness/a.ts', 'commander'],
      ['reports/b.ts', 'commander'],
    ],
    green: [
      ['harness/cli.ts', 'commander'],
      ['harness/commands/run.ts', 'commander'],
    ],
  },
  {
    rule: 'dns-packet-only-where-dns-is-spoken',
    red: [
      ['kernel/a.ts', 'dns-packet'],
      ['reports/b.ts', 'type dns-packet'],
    ],
    green: [
      ['harness/recorders/c.ts', 'dns-packet'],
      ['fake-servers/d.ts', 'dns-packet'],
      ['clients/one/e.ts', 'dns-packet'],
      ['test/f.ts', 'dns-packet'],
    ],
  },
  {
    rule: 'pcap-parser-only-in-recorders',
    red: [
      ['harness/a.ts', 'pcap-parser'],
      ['fake-servers/b.ts', 'pcap-parser'],
    ],
    green: [
      ['harness/recorders/c.ts', 'pcap-parser'],
      ['test/d.ts', 'pcap-parser'],
    ],
  },
];

/** What is imported is used, or the compiler would drop the import. */
function sourceOf(imports: string): string {
  const [, keyword = '', from = ''] = /^(type )?(.+)$/.exec(imports) ?? [];
  if (keyword) return `import type { X } from '${from}';\nexport type Y = X;\n`;
  return `import { x } from '${from}';\nexport const y = x;\n`;
}

interface NestedTree {
  [name: string]: string | NestedTree;
}

/** testdir() wants a nested object where a tree has paths. */
function nested(files: Tree): NestedTree {
  const top: NestedTree = {};
  for (const [file, content] of Object.entries(files)) {
    const folders = file.split('/');
    const name = folders.pop() ?? '';
    let at = top;
    for (const folder of folders) {
      const inside = at[folder] ?? {};
      if (typeof inside === 'string') throw new Error(`${file}: ${folder} is a file`);
      at[folder] = inside;
      at = inside;
    }
    at[name] = content;
  }
  return top;
}

interface Violation {
  rule: string;
  from: string;
}

/** Runs the project's own configuration in a folder, as `make check` does in the project's root. */
async function violationsIn(folder: string): Promise<Violation[]> {
  process.chdir(folder);
  const { output } = await cruise(['.'], { ...options, baseDir: folder }, undefined, {
    tsConfig: extractTsConfig('tsconfig.json'),
  }).finally(() => process.chdir(root));
  const result: ICruiseResult = typeof output === 'string' ? JSON.parse(output) : output;
  return result.summary.violations.map(({ rule, from }) => ({ rule: rule.name, from }));
}

for (const { rule, red, green, beside = [] } of cases) {
  t.test(rule, async (t) => {
    const extra: Tree = { 'new-folder/file.ts': 'export const x = 1;\n' };
    for (const [file, imports] of [...red, ...green, ...beside]) extra[file] = sourceOf(imports);
    const violations = await violationsIn(t.testdir(nested({ ...common, ...extra })));
    const found = violations.filter((violation) => violation.rule === rule);
    t.strictSame(
      [...new Set(found.map(({ from }) => from))].sort(),
      red.map(([file]) => file).sort(),
      'red where it is broken, green everywhere else',
    );
    const greenFiles = new Set(green.map(([file]) => file));
    t.strictSame(
      violations.filter(({ from }) => greenFiles.has(from)),
      [],
      'what keeps this rule breaks no other',
    );
  });
}

t.test('every rule is tried here, says why, and stops the build', async (t) => {
  const rules = options.ruleSet?.forbidden ?? [];
  t.strictSame(rules.map(({ name }) => name).sort(), cases.map(({ rule }) => rule).sort());
  for (const { name, comment, severity } of rules) {
    t.ok((comment ?? '').length > 20, `${name} says why`);
    t.equal(severity, 'error', `${name} is an error`);
  }
});
