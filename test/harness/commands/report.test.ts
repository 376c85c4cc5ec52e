import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { type ReportCommand, reportCommand } from '../../../harness/commands/report.ts';
import { requirePrintable } from '../../../harness/commands/reports.ts';
import { UserError } from '../../../harness/errors.ts';
import type { RunResult } from '../../../harness/result.ts';
import { pcapFile, save, saveRun, saveTimelines } from '../../../harness/store.ts';
import { reporters } from '../../../reports/report.ts';
import { traceReporters } from '../../../reports/trace.ts';
import { emptyPcap } from '../../reports/fixture.ts';
import { runCli } from '../../support/cli.ts';
import { runResult, scenarioResult } from '../../support/evidence.ts';
import { folder } from '../../support/folder.ts';
import { readPcapng } from '../../support/pcapng.ts';

const scenarios = [
  { ...scenarioResult, title: 'an idle connection is closed', claims: ['000.2', 'F1'] },
  {
    ...scenarioResult,
    path: 'pool/b.ts',
    folder: 'pool/b',
    title: 'half-close',
    claims: ['003.1'],
  },
  { ...scenarioResult, path: 'udp/c.ts', folder: 'udp/c', title: 'late answer', claims: ['F9'] },
];

/** A stored run of these scenarios, cut short before a fourth. */
function storedRun(t: T): string {
  const path = folder(t, Object.fromEntries(scenarios.map((one) => [`${one.folder}/x`, ''])));
  saveRun(path, { ...runResult, scenarios, planned: 4, interrupted: true });
  for (const one of scenarios) {
    save(join(path, one.folder), pcapFile('main'), emptyPcap);
    saveTimelines(join(path, one.folder), {});
  }
  return path;
}

type T = { teardown(run: () => void): void };

/** What is written to the file. */
function report(t: T, run: string, wanted: string[], options: Partial<ReportCommand>): Buffer {
  const out = join(folder(t), 'report');
  reportCommand(
    run,
    wanted,
    { reporter: ['json'], ...options, out },
    { reporters, traceReporters },
  );
  return readFileSync(out);
}

t.test('a report is about the scenarios that are named', async (t) => {
  const run = storedRun(t);
  const titlesOf = (wanted: string[], claim?: string[]) => {
    const text = report(t, run, wanted, claim ? { claim } : {}).toString();
    const { planned, scenarios } = JSON.parse(text) as RunResult;
    t.equal(planned, scenarios.length + 1, 'one is still not run');
    return scenarios.map(({ title }) => title);
  };
  const [idle, half, late] = scenarios.map(({ title }) => title);
  t.strictSame(titlesOf([]), [idle, half, late]);
  t.strictSame(titlesOf(['HALF']), [half]);
  t.strictSame(titlesOf(['udp/c', 'scenarios/pool/a.ts']), [idle, late]);
  t.strictSame(titlesOf(['pool/'], ['000', 'F9']), [idle]);
});

t.test('names that the run does not have', async (t) => {
  const run = storedRun(t);
  const fails = (wanted: string[], claim: string[], message: RegExp, next: RegExp) =>
    t.throws(() => report(t, run, wanted, { claim }), { message, next, expected: /./ });
  fails(['half-clos.ts'], [], /called "half-clos.ts"/, /did you mean "half-close"/);
  fails([], ['003.11'], /no clause "003.11"/, /did you mean "003.1"/);
  fails(['udp/'], ['F1'], /no scenario is left to report/, /--claim/);
});

t.test('bytes go to a file or a program, not to a terminal', async (t) => {
  const run = storedRun(t);
  const [section, ...others] = readPcapng(report(t, run, ['pool/b'], { reporter: ['pcapng'] }));
  t.same(others, []);
  t.match(section?.comments[0], /^half-close\n/);

  requirePrintable('pcapng', reporters.pcapng, { isTTY: false });
  requirePrintable('html', reporters.html, { isTTY: true });
  t.throws(() => requirePrintable('pcapng', reporters.pcapng, { isTTY: true }), UserError);
});

t.test('the command line hands on what was typed', async (t) => {
  const words = ['report', storedRun(t), 'half', '--claim', '003', '--reporter', 'pcapng'];
  const { code, stdout, stderr } = await runCli(words);
  t.equal(code, 0);
  t.equal(stderr, '');
  t.match(stdout, /half-close/);
  t.notMatch(stdout, /an idle connection/);
});
