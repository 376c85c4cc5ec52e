/** The workflows of docs/ci.md: every pipewrench command of every job, in the order of the jobs. */
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { loadRun } from '../../harness/store.ts';
import { reporterNames } from '../../reports/report.ts';
import { readersFolder, type, whyNoCapture } from './cli.ts';
import { filesOf, isScenario, readPage } from './pages.ts';
import { rowsBelow } from './read.ts';

interface Step {
  run?: string;
  uses?: string;
  with?: Record<string, string>;
}

interface GitHubWorkflow {
  jobs: Record<'run' | 'merge', { steps: Step[]; strategy?: { matrix: { shard: number[] } } }>;
}

interface GitLabPipeline {
  run: { parallel: number; script: string[]; artifacts: { paths: string[] } };
  merge: { script: string[]; artifacts: { reports: { junit: string } } };
}

const noCapture = await whyNoCapture();
const page = readPage('docs/ci.md');
const [github, gitlab] = page.blocks
  .filter(({ language }) => language === 'yaml')
  .map(({ lines }) => parse(lines.join('\n')) as unknown) as [GitHubWorkflow, GitLabPipeline];

const ours = (text: string | undefined) => text?.startsWith('npx pipewrench') === true;
const commandOf = (steps: readonly Step[]) => steps.find(({ run }) => ours(run))?.run ?? '';
const stepOf = (steps: readonly Step[], action: string) =>
  steps.find(({ uses }) => uses?.startsWith(`actions/${action}@`))?.with ?? {};

/** As GitHub fills in `${{ matrix.shard }}`. */
const filled = (text: string, shard: number) =>
  text.replace(/\$\{\{ matrix\.shard \}\}/g, `${shard}`);

const { run, merge } = github.jobs;
const shards = run.strategy?.matrix.shard ?? [];

t.test('the reporters of the page are those that there are', async (t) => {
  for (const [name = ''] of rowsBelow(page.text, '## Reports for machines')) {
    t.ok((reporterNames as readonly string[]).includes(name), name);
  }
});

t.test('both systems run the same shards', async (t) => {
  const [script = ''] = gitlab.run.script;
  t.strictSame(
    Array.from({ length: gitlab.run.parallel }, (_, at) =>
      script
        .replaceAll('$CI_NODE_INDEX', `${at + 1}`)
        .replaceAll('$CI_NODE_TOTAL', `${gitlab.run.parallel}`),
    ),
    shards.map((shard) => filled(commandOf(run.steps), shard)),
  );
  t.strictSame(gitlab.run.artifacts.paths, ['shard-*']);
});

t.test(
  'shards run, are handed on as the jobs say, and are merged',
  { skip: noCapture },
  async (t) => {
    const [scenario] = filesOf(readPage('README.md')).filter(isScenario);
    const code = scenario?.code ?? '';
    const folder = readersFolder(
      t,
      ['a', 'b', 'c', 'd'].map((name) => ({ path: `my-scenarios/${name}.ts`, code })),
    );
    const upload = stepOf(run.steps, 'upload-artifact');
    const download = stepOf(merge.steps, 'download-artifact');
    for (const shard of shards) {
      const { exitCode, output } = await type(filled(commandOf(run.steps), shard), folder);
      t.equal(exitCode, 0, output);
      const name = filled(upload.name ?? '', shard);
      t.match(name, new RegExp(`^${download.pattern?.replace('*', '.*')}$`));
      const target = join(folder, download.path ?? '', name);
      mkdirSync(dirname(target), { recursive: true });
      cpSync(join(folder, filled(upload.path ?? '', shard)), target, { recursive: true });
    }
    const merged = await type(commandOf(merge.steps), folder);
    t.equal(merged.exitCode, 0, merged.output);
    t.equal(loadRun(join(folder, 'merged')).scenarios.length, 4);
    t.ok(existsSync(join(folder, stepOf(merge.steps, 'upload-artifact').path ?? '')));

    const again = await type(
      (gitlab.merge.script[0] ?? '').replace('--out merged', '--out again'),
      folder,
    );
    t.equal(again.exitCode, 0, again.output);
    t.match(
      readFileSync(join(folder, gitlab.merge.artifacts.reports.junit), 'utf8'),
      /<testsuites>/,
    );
  },
);
