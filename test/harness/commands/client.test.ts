/** `client check`, and `--client` with a program: what is typed and how it ends. */
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { RunResult } from '../../../harness/result.ts';
import { runCli } from '../../support/cli.ts';
import { folder } from '../../support/folder.ts';
import { odd, perlFile, whyNoPerl } from '../../support/programs.ts';

const check = (...command: string[]) => runCli(['client', 'check', '--', ...command]);

t.test('a program that keeps to the page passes', { skip: whyNoPerl }, async (t) => {
  t.ok(readFileSync(perlFile, 'utf8').split('\n').length <= 60, 'and it takes a page of code');
  const { code, stdout } = await check(perlFile);
  const lines = stdout.trim().split('\n');
  t.equal(lines.pop(), '12 passed, 0 failed');
  for (const line of lines) t.match(line, /^pass {2}\w/);
  t.equal(code, 0);
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
  t.match(stderr, /pausing\.ts cannot be run with dns-pool: its workload pauses the client/);
});
