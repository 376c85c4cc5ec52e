/** What must be caught is built on purpose, and is seen to be caught. */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { rootFolder, runCli, stayingCli } from '../support/cli.ts';

/** A file and no name, so that not all scenarios are loaded. */
const scenarioFile = (path: string) => join(rootFolder, 'scenarios', path);
const sabotaged = (name: string) => join(rootFolder, 'test/harness/sabotage', `${name}.ts`);

/** What is harmful leaves something behind in the process that it ran in. */
const clients: {
  client: string;
  scenario: string;
  rule: string;
  says: RegExp;
  isHarmful?: true;
}[] = [
  {
    client: 'retries-twice',
    scenario: 'pool/retry-fails-too.ts',
    rule: 'retries-are-bounded',
    says: /b\.example A was sent 3 times/,
  },
  {
    client: 'answers-another-query',
    scenario: 'pool/idle-close.ts',
    rule: 'answers-belong',
    says: /request 2 was answered/,
  },
  {
    client: 'hangs',
    scenario: 'pool/idle-close.ts',
    rule: 'every-request-settles',
    says: /close\(\) did not resolve|1 of 2 settled/,
    isHarmful: true,
  },
  {
    client: 'leaks-a-socket',
    scenario: 'pool/idle-past-limit.ts',
    rule: 'nothing-leaks',
    says: /is still ESTABLISHED/,
    isHarmful: true,
  },
  {
    client: 'throws',
    scenario: 'pool/idle-past-limit.ts',
    rule: 'every-request-settles',
    says: /close\(\) threw: not a function/,
  },
  {
    client: 'dies-of-an-error-event',
    scenario: 'pool/idle-close.ts',
    rule: 'every-request-settles',
    says: /the client crashed: write EPIPE/,
    isHarmful: true,
  },
  {
    client: 'cannot-be-opened',
    scenario: 'pool/idle-past-limit.ts',
    rule: 'every-request-settles',
    says: /the client crashed: no such upstream/,
  },
  {
    client: 'sends-five-times',
    scenario: 'pool/idle-past-limit.ts',
    rule: 'retries-are-bounded',
    says: /a\.example A was sent 5 times/,
  },
];

const runInOne = stayingCli(t);

for (const { client, scenario, rule, says, isHarmful } of clients) {
  t.test(`a client that ${client} fails by the rule ${rule}`, async (t) => {
    const run = isHarmful ? runCli : runInOne;
    const { code, stdout, stderr } = await run([
      'run',
      scenarioFile(scenario),
      '--client',
      sabotaged(client),
      '--out',
      join(t.testdir(), 'run'),
    ]);
    t.equal(code, 1, `the client failed: ${stderr}`);
    t.match(stdout, new RegExp(`✗ ${rule}\\b`), 'the rule is named');
    t.match(stdout, says, 'and what broke it');
    t.match(stdout, /0 passed, 1 failed, 0 unknown/);
  });
}

t.test(
  'a player that sends FIN where the script says reset is no verdict on the client',
  async (t) => {
    const entry = fileURLToPath(new URL('./sabotage/fin-instead-of-rst.js', import.meta.url));
    const out = join(t.testdir(), 'run');
    const { code, stdout } = await runCli(
      ['run', scenarioFile('pool/idle-reset.ts'), '--out', out],
      { entry },
    );
    t.equal(code, 3, 'the harness failed, not the client');
    t.match(stdout, /0 passed, 0 failed, 1 unknown/);
    const unwrapped = stdout.replace(/\s+/g, ' ');
    t.match(unwrapped, /expected RST at relative sequence number \d+, the upstream sent FIN/);
  },
);

t.test('a player whose close does nothing is no verdict on the client', async (t) => {
  const entry = fileURLToPath(new URL('./sabotage/close-that-does-nothing.js', import.meta.url));
  const out = join(t.testdir(), 'run');
  const { code, stdout } = await runCli(
    ['run', scenarioFile('pool/fresh-connection-closed.ts'), '--out', out],
    {
      entry,
    },
  );
  t.equal(code, 3, 'the FIN of the teardown is not taken for the one of the script');
  t.match(stdout, /0 passed, 0 failed, 1 unknown/);
});

t.test('a client that ends the process is no success', async (t) => {
  const out = join(t.testdir(), 'run');
  const { code, stderr } = await runCli([
    'run',
    scenarioFile('pool/idle-past-limit.ts'),
    '--client',
    sabotaged('exits'),
    '--out',
    out,
  ]);
  t.equal(code, 3);
  t.match(stderr, /the process was ended in the middle of the run/);
});

t.test('output that nobody reads to its end changes nothing', async (t) => {
  const dir = t.testdir();
  const cli = join(rootFolder, 'build/harness/cli.js');
  const pipeline = `"$1" "$2" run "$4" --client naive-dns-pool --out "$3" | true; echo "$PIPESTATUS"`;
  const { stdout } = spawnSync(
    'bash',
    [
      '-c',
      pipeline,
      'bash',
      process.execPath,
      cli,
      join(dir, 'run'),
      scenarioFile('pool/idle-past-limit.ts'),
    ],
    { encoding: 'utf8', env: { ...process.env, PIPEWRENCH_SANDBOX: '' } },
  );
  t.equal(stdout.trim(), '1', 'the client failed, whoever reads of it');
  t.ok(existsSync(join(dir, 'run/report.html')), 'and the report is there');
});

t.test('a pool that publishes no events is unknown, not passed', async (t) => {
  const { code, stdout } = await runInOne([
    'run',
    scenarioFile('pool/idle-past-limit.ts'),
    '--client',
    sabotaged('says-nothing'),
    '--out',
    join(t.testdir(), 'run'),
  ]);
  t.not(code, 0);
  t.match(stdout, /\? dead-connections-stay-out/);
  t.match(stdout, /published no checkout/);
});
