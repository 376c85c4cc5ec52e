/** The four Go drivers of document 002 against the same faults, where Go has built them. */
import t from 'tap';
import { type RunResult, runResultSchema } from '../../harness/result.ts';
import { runCli } from '../support/cli.ts';
import { folder } from '../support/folder.ts';

t.setTimeout(120_000);

/** What the document says of each, and what it costs. */
const measured = {
  'idle-close': {
    'go-mysql-1.3.0': 'transparent',
    'go-mysql-1.4.1': 'surfaced',
    'go-mysql-877a977': 'transparent',
    'go-mysql-1.10.1': 'transparent',
  },
  'executed-then-closed': {
    'go-mysql-1.3.0': 'duplicated',
    'go-mysql-1.4.1': 'surfaced',
    'go-mysql-877a977': 'surfaced',
    'go-mysql-1.10.1': 'surfaced',
  },
} as const;

t.test('what each driver makes of the fault', async (t) => {
  const faults = Object.keys(measured).map((fault) => `mysql/${fault}`);
  const out = folder(t);
  const { stdout } = await runCli(['run', ...faults, '--reporter', 'json', '--out', out]);
  const run = runResultSchema.parse(JSON.parse(stdout));
  const why = whyNothing(run);
  if (why !== undefined) return t.plan(0, why);
  for (const [fault, expected] of Object.entries(measured)) {
    const of = run.scenarios.filter(({ path }) => path.startsWith(`mysql/${fault}-`));
    for (const { path, verdict, reason } of of) t.equal(verdict, 'pass', `${path}: ${reason}`);
    const responses = of.map(({ client, executions }) => [
      client,
      executions.find(({ name }) => name === 'main')?.faultResponse,
    ]);
    t.strictSame(Object.fromEntries(responses), { ...expected }, fault);
  }
});

/** No Go, no strace or no capture: CI has none of them. */
function whyNothing({ skipped, scenarios }: RunResult): string | undefined {
  if (skipped[0]) return `${skipped[0].title}: ${skipped[0].reason}`;
  const blind = scenarios
    .flatMap(({ executions }) => executions)
    .find(
      ({ name, faultResponse, conduct }) => name === 'main' && !faultResponse && !conduct?.calls,
    );
  return blind && 'packets or system calls cannot be recorded here (next: pipewrench doctor)';
}
