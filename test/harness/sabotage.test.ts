/** What must be caught is built on purpose, and is seen to be caught. */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { rootFolder, runCli } from '../support/cli.ts';

const sabotaged = (name: string) => join(rootFolder, 'test/harness/sabotage', `${name}.ts`);

const clients = [
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
  },
  {
    client: 'leaks-a-socket',
    scenario: 'pool/idle-past-limit.ts',
    rule: 'nothing-leaks',
    says: /is still ESTABLISHED/,
  },
  {
    client: 'throws',
    scenario: 'pool/idle-past-limit.ts',
    rule: 'every-request-settles',
    says: /close\(\) threw: not a function/,
  },
];

for (const { client, scenario, rule, says } of clients) {
  t.test(`a client that ${client} fails by the rule ${rule}`, async (t) => {
    const { code, stdout, stderr } = await runCli([
      'run',
      join(rootFolder, 'scenarios', scenario),
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
    const { code, stdout } = await runCli(['run', 'idle-reset.ts', '--out', out], { entry });
    t.equal(code, 3, 'the harness failed, not the client');
    t.match(stdout, /0 passed, 0 failed, 1 unknown/);
    const unwrapped = stdout.replace(/\s+/g, ' ');
    t.match(unwrapped, /expected RST at relative sequence number \d+, the upstream sent FIN/);
  },
);

t.test('a pool that publishes no events is unknown, not passed', async (t) => {
  const { code, stdout } = await runCli([
    'run',
    join(rootFolder, 'scenarios/pool/idle-past-limit.ts'),
    '--client',
    sabotaged('says-nothing'),
    '--out',
    join(t.testdir(), 'run'),
  ]);
  t.not(code, 0);
  t.match(stdout, /\? dead-connections-stay-out/);
  t.match(stdout, /published no checkout/);
});
