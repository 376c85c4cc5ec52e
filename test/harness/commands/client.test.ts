/** `client check`, and `--client` with a program: what is typed and how it ends. */
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import type { RunResult } from '../../../harness/result.ts';
import { filesOf, readPage } from '../../docs/pages.ts';
import { stayingCli } from '../../support/cli.ts';
import { folder } from '../../support/folder.ts';
import { odd, perlFile, whyNoPerl } from '../../support/programs.ts';

const runCli = stayingCli(t);
const check = (...command: string[]) => runCli(['client', 'check', '--', ...command]);

t.test('a program that keeps to the page passes', { skip: whyNoPerl }, async (t) => {
  const code = readFileSync(perlFile, 'utf8');
  t.ok(code.split('\n').length <= 60, 'and it takes a page of code');
  const [shown] = filesOf(readPage('docs/client-protocol.md'));
  t.equal(shown?.code, code, 'which is on the page');
  const checked = await check(perlFile);
  const lines = checked.stdout.trim().split('\n');
  t.equal(lines.pop(), '12 passed, 0 failed');
  for (const line of lines) t.match(line, /^pass {2}\w/);
  t.equal(checked.code, 0);
});

t.test('what differs is told, with what was expected', async (t) => {
  const { code, stdout } = await check(...odd());
  t.equal(code, 1);
  t.match(stdout, /^fail {2}open, request, stats, close: expected the answer of the upstream/m);
  t.match(stdout, /got "done", and the upstream was not asked$/m);
  t.match(stdout, /^fail {2}an operation that it does not know fails with UNSUPPORTED/m);
  t.match(stdout, /^pass {2}a setting that it does not know is refused|^fail {2}a setting/m);
  t.match(stdout, /^\d+ passed, \d+ failed$/m);
});

t.test('without a hello nothing else can be checked', async (t) => {
  const { code, stdout } = await check(...odd('garbage'));
  t.equal(code, 1);
  t.match(stdout, /^fail {2}hello .*not JSON: "Usage: odd/);
  t.match(stdout, /^0 passed, 1 failed$/m);
  t.match((await check(...odd('dies'))).stdout, /no such library/);
});

t.test('a program that does not end with its input', async (t) => {
  const { stdout } = await check(...odd('deaf'));
  t.match(stdout, /^fail {2}the end of its input .* got it went on, and was killed$/m);
});

t.test('a wrong command', async (t) => {
  for (const command of [['no-such-program'], ['./no/such/file'], []]) {
    const { code, stdout, stderr } = await check(...command);
    t.equal(code, 2, command.join(' '));
    t.equal(stdout, '');
    t.match(stderr, /error: /);
  }
});

t.test('a file that is no client is refused', async (t) => {
  const files = { plain: 'echo hello\n', talks: '#!/bin/sh\necho hello\n' };
  const path = folder(t, files);
  chmodSync(join(path, 'talks'), 0o755);
  const refused: [string, RegExp][] = [
    ['plain', /cannot be executed; chmod \+x/],
    ['talks', /not JSON: "hello"/],
    ['gone', /there is no such file/],
  ];
  for (const [name, says] of refused) {
    const { code, stderr } = await runCli(['list', '--client', join(path, name)]);
    t.equal(code, 2);
    t.match(stderr, says);
    t.match(stderr, /client check|chmod/);
  }
});

t.test('scenarios are run with a program', { skip: whyNoPerl }, async (t) => {
  const out = join(t.testdir(), 'run');
  const scenarios = ['pool/idle-close.ts', 'pool/idle-reset.ts', 'pool/idle-half-close-race.ts'];
  const { code, stdout, stderr } = await runCli([
    'run',
    ...scenarios,
    '--client',
    perlFile,
    '--out',
    out,
  ]);
  const run = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')) as RunResult;
  t.equal(run.scenarios.length, scenarios.length, `${code} ${stdout} ${stderr}`);
  for (const { client, executions, path } of run.scenarios) {
    t.equal(client, 'perl-dns');
    const judgements = executions
      .filter(({ name }) => name !== 'counter')
      .flatMap((execution) => execution.judgements);
    t.ok(judgements.some(({ verdict }) => verdict === 'pass'));
    for (const { rule, verdict, actual } of judgements) {
      if (verdict !== 'pass') t.match(actual, /syscalls recorder/, `${path}: ${rule}`);
    }
  }
});

t.test('what a program cannot do is left out, or refused', { skip: whyNoPerl }, async (t) => {
  const listed = await runCli(['list', 'pool/', '--client', perlFile]);
  t.equal(listed.code, 0);
  t.match(listed.stdout, /pool\/idle-close\.ts/);
  t.notMatch(listed.stdout, /idle-sweep|update-not-resent/, 'no virtual clock, no updates');

  const pausing = `
    import { answerAll, connections, everyRequest, outcome, pauseClient, request, resumeClient, scenario, swapped } from 'pipewrench';
    export default scenario({
      title: 'paused', claims: ['own-1'], protocol: 'dns-tcp', client: 'dns-pool',
      upstream: connections([answerAll()]),
      workload: [pauseClient(), resumeClient(), request('a.example')],
      expect: [everyRequest('answered')],
      counter: swapped(connections([answerAll()]), [outcome(1).fails('EOF')]),
    });`;
  const path = folder(t, { 'pausing.ts': pausing });
  const { code, stderr } = await runCli(['run', join(path, 'pausing.ts')]);
  t.equal(code, 2);
  t.match(
    stderr,
    /pausing\.ts cannot be run with dns-pool: its workload pauses or limits the client/,
  );
});

const entry = fileURLToPath(new URL('../../support/cli-with-programs.js', import.meta.url));

t.test('programs that come along are listed, and why one cannot be had', async (t) => {
  const { stdout } = await runCli(['list', '--clients'], { entry });
  t.match(stdout, /^perl-dns +dns-tcp +a pool of one connection$/m);
  t.match(stdout, /^cobol-dns .*\(not here: no-such-compiler is not installed\)$/m);
  const { code, stderr } = await runCli(['run', '--client', 'cobol-dsn'], { entry });
  t.equal(code, 2);
  t.match(stderr, /did you mean "cobol-dns"/);
});

t.test(
  'a program that comes along is built and run by its name',
  { skip: whyNoPerl },
  async (t) => {
    const out = join(t.testdir(), 'run');
    const args = ['run', 'pool/idle-close.ts', '--client', 'perl-dns', '--out', out];
    const { stderr } = await runCli(args, { entry });
    const run = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')) as RunResult;
    t.match(run, { skipped: [], scenarios: [{ client: 'perl-dns' }] }, stderr);
    const [main] = run.scenarios[0]?.executions ?? [];
    const settles = main?.judgements.find(({ rule }) => rule === 'every-request-settles');
    t.equal(settles?.verdict, 'pass');
  },
);

t.test('scenarios whose client cannot be had are skipped, with the reason', async (t) => {
  const out = join(t.testdir(), 'run');
  const args = ['run', 'pool/idle-close.ts', '--client', 'cobol-dns', '--out', out];
  const { code } = await runCli(args, { entry });
  t.equal(code, 3, 'nothing was judged');
  const run = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')) as RunResult;
  const reason = 'cobol-dns cannot be had: no-such-compiler is not installed';
  t.match(run, { scenarios: [], skipped: [{ path: 'pool/idle-close.ts', reason }] });
});
