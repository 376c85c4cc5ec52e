/** Shards of a real run, merged: what comes of them is what the run without shards gives. */
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { saveBlob } from '../../../harness/blob.ts';
import type { RunResult } from '../../../harness/result.ts';
import { partOf } from '../../../harness/shard.ts';
import { loadRun, saveRun } from '../../../harness/store.ts';
import { reporterNames, reporters } from '../../../reports/report.ts';
import { rootFolder, startCli, stayingCli } from '../../support/cli.ts';
import { endlessScenario } from '../../support/endless.ts';

const here = t.testdir({
  'wrong.ts': readFileSync(join(rootFolder, 'scenarios/pool/idle-close.ts'), 'utf8').replace(
    /connectionsOpened\(\d+\)/,
    'connectionsOpened(9)',
  ),
  'endless.ts': endlessScenario,
});

const ours = [
  'sockets/003.1-write-after-close.ts',
  'sockets/reset-found-by-peek.ts',
  'pool/idle-close.ts',
];
// Files and no names, so that not all scenarios are loaded.
const what = [...ours.map((path) => join(rootFolder, 'scenarios', path)), 'wrong.ts'];
const runCli = stayingCli(t);
const cli = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  runCli(args, { cwd: here, env });

const allInto = (folder: string) =>
  reporterNames.flatMap((name) => ['--reporter', `${name}=${join(folder, name)}`]);

const whole = await cli(['run', ...what, '--out', 'whole', ...allInto('whole-reports')]);
const shards = ['shard-1', 'shard-2', 'shard-3'];
const ended = await Promise.all(
  shards.map((out, at) => cli(['run', ...what, '--shard', `${at + 1}/3`, '--out', out])),
);
const merged = await cli(['merge', ...shards, '--out', 'merged', ...allInto('merged-reports')]);

const reportOf = (folder: string, name: string) => readFileSync(join(here, folder, name), 'utf8');

/** What is another one each time that the same scenarios are run: times, ports, frames, and where it is stored. */
function settled(report: string): string {
  return report
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+Z)?/g, 'TIME')
    .replace(/\d+(\.\d+)? (ms|s)\b/g, 'DURATION')
    .replace(/(elapsedMs|waitedMs)": [\d.]+/g, '$1": DURATION')
    .replace(/time="[\d.]+"/g, 'time="DURATION"')
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .replace(/(frames?"?:?) \d+/g, '$1 FRAME')
    .replace(/ (--out|--reporter) [^"<&\s]+/g, '')
    .replace(/ +/g, ' ')
    .replace(/ +$/gm, '');
}

t.test('the scenarios are divided, and each shard ends as its own do', async (t) => {
  const runs = shards.map((folder) => loadRun(join(here, folder)));
  t.strictSame(
    runs.flatMap(({ scenarios: own }) => own.map(({ path }) => path)).sort(),
    loadRun(join(here, 'whole')).scenarios.map(({ path }) => path),
  );
  t.strictSame(
    ended.map(({ code }) => code).sort(),
    [0, 0, 1],
    ended.map(({ stderr }) => stderr).join(),
  );
});

t.test('it ends as the whole run ends, and gives the same reports', async (t) => {
  t.equal(whole.code, 1, whole.stderr);
  t.equal(merged.code, 1, merged.stderr);
  for (const name of reporterNames) {
    // They have every packet and its time; a test below compares them to the byte.
    if (name === 'html' || name === 'pcapng') continue;
    t.equal(
      settled(reportOf('merged-reports', name)),
      settled(reportOf('whole-reports', name)),
      name,
    );
  }
});

t.test('the merged run can be judged again, and reported', async (t) => {
  const checked = await cli(['check', 'merged']);
  t.equal(checked.code, 1);
  t.match(checked.stdout, /judged again from the stored evidence: the same verdicts/);
  t.ok(existsSync(join(here, 'merged/report.html')));
  t.notOk(existsSync(join(here, 'merged/blob.json')), 'it is no shard');
});

/** As if the stored run had been sharded: the same evidence in as many folders. */
function split(run: RunResult, from: string, count: number): string[] {
  const folders = run.scenarios.map(({ folder }) => folder);
  return Array.from({ length: count }, (_, at) => {
    const shard = { index: at + 1, count };
    const own = partOf(folders, shard);
    const out = join(here, `split-${at + 1}`);
    for (const folder of own) {
      mkdirSync(dirname(join(out, folder)), { recursive: true });
      cpSync(join(from, folder), join(out, folder), { recursive: true });
      writeFileSync(join(out, folder, 'report.html'), 'a page that knows only this shard');
    }
    const scenarios = run.scenarios.filter(({ folder }) => own.includes(folder));
    mkdirSync(out, { recursive: true });
    saveRun(out, { ...run, planned: own.length, scenarios });
    saveBlob(out, { shard, command: run.command, selection: { sha256: '0'.repeat(64), folders } });
    return out;
  });
}

t.test('of the same evidence every report is the same, to the byte', async (t) => {
  const run = loadRun(join(here, 'whole'));
  const parts = split(run, join(here, 'whole'), 2);
  const summary = join(here, 'summary.md');
  writeFileSync(summary, 'what another step wrote\n');
  const { code, stderr } = await cli(
    ['merge', ...parts.reverse(), '--out', 'joined', ...allInto('joined-reports')],
    { GITHUB_STEP_SUMMARY: summary, FORCE_COLOR: '1' },
  );
  t.equal(code, 1, stderr);
  t.strictSame(readdirSync(join(here, 'joined-reports')).sort(), Object.keys(reporters).sort());
  for (const name of reporterNames) {
    t.equal(reportOf('joined-reports', name), reportOf('whole-reports', name), name);
  }
  const filesIn = (folder: string) =>
    readdirSync(join(here, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => statSync(join(here, folder, path)).isFile())
      .sort();
  t.strictSame(filesIn('joined'), filesIn('whole'), 'nothing is left of the shards');
  t.strictSame(loadRun(join(here, 'joined')), run);
  const contents = (folder: string, path: string) => readFileSync(join(here, folder, path));
  t.strictSame(
    filesIn('whole').filter(
      (path) => path !== 'run.json' && !contents('joined', path).equals(contents('whole', path)),
    ),
    [],
    'evidence and pages',
  );
  t.equal(
    readFileSync(summary, 'utf8'),
    `what another step wrote\n${reportOf('whole-reports', 'markdown')}`,
    'the summary of the step is added to what is there',
  );
});

t.test('what cannot be merged is refused before anything is written', async (t) => {
  cpSync(join(here, 'shard-2'), join(here, 'damaged'), { recursive: true });
  const [some] = readdirSync(join(here, 'damaged'), { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('main.pcap'),
  );
  writeFileSync(join(here, 'damaged', some ?? ''), 'x');
  const cases: [string[], RegExp][] = [
    [['shard-1', 'shard-3'], /shard 2\/3 is missing/],
    [['shard-1', 'damaged', 'shard-3'], /main\.pcap is damaged: 1 bytes/],
    [['whole'], /no blob\.json/],
  ];
  for (const [folders, says] of cases) {
    const { code, stderr } = await cli(['merge', ...folders, '--out', 'refused']);
    t.equal(code, 2);
    t.match(stderr, says);
    t.match(stderr, /^ {2}expected: .*\n {2}next: ./m);
    t.notOk(existsSync(join(here, 'refused')));
  }
});

t.test('a shard that is interrupted makes an interrupted run', async (t) => {
  const { child, ended: run } = startCli(
    ['run', 'endless.ts', '--shard', '1/1', '--out', 'interrupted'],
    { cwd: here },
  );
  t.teardown(() => child.kill('SIGKILL'));
  if (child.stdout) await once(child.stdout, 'data');
  child.kill('SIGINT');
  t.equal((await run).code, 130);
  const { code, stdout } = await cli(['merge', 'interrupted', '--out', 'cut']);
  t.equal(code, 130);
  t.match(stdout, /interrupted after \d of 1 scenarios/);
});
