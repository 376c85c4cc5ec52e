/** `pipewrench list --claims`, typed as a user does. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { clauses } from '../../../harness/claims.ts';
import type { ScenarioResult } from '../../../harness/result.ts';
import { stayingCli } from '../../support/cli.ts';
import { scenarioResult } from '../../support/evidence.ts';

/** A folder with a run whose results are these, by scenario. */
function ranWith(t: Test, results: Record<string, Partial<ScenarioResult> | string>): string {
  const folder = t.testdir();
  for (const [name, result] of Object.entries(results)) {
    const path = join(folder, 'runs/latest', name);
    mkdirSync(path, { recursive: true });
    const text =
      typeof result === 'string' ? result : JSON.stringify({ ...scenarioResult, ...result });
    writeFileSync(join(path, 'result.json'), text);
  }
  return folder;
}

const runCli = stayingCli(t);
const list = (cwd: string, ...args: string[]) => runCli(['list', '--claims', ...args], { cwd });
const rowsOf = (stdout: string) => stdout.trimEnd().split('\n').slice(1);
const cellsOf = (row: string) => row.split(/ {2,}/);

t.test('each scenario of a clause, with its last verdict', async (t) => {
  const cwd = ranWith(t, {
    'pool/idle-reset': { verdict: 'pass' },
    'pool/response-then-reset': { verdict: 'fail' },
    'pool/stray-byte': { verdict: 'unknown', client: 'own-pool' },
  });
  const scenarios = ['idle-reset', 'response-then-reset', 'idle-close-race', 'stray-byte'];
  const paths = scenarios.map((name) => `pool/${name}.ts`);
  const { code, stdout } = await list(cwd, ...paths, '--claim', '000.1', '--claim', '000.3');
  t.equal(code, 0);
  t.match(rowsOf(stdout).map(cellsOf), [
    ['000.1', 'confirmed', 'pass', 'pool/idle-reset.ts', /never goes back/],
    ['000.1', 'confirmed', 'fail', 'pool/response-then-reset.ts'],
    ['000.3', 'refined', '-', 'pool/idle-close-race.ts', /\(a byte that nobody asked for/],
    ['000.3', 'refined', 'unknown (own-pool)', 'pool/stray-byte.ts'],
  ]);
});

t.test('every clause is listed; one without a scenario is named, and is an error', async (t) => {
  const cwd = ranWith(t, {});
  const { code, stdout, stderr } = await list(cwd);
  const rows = rowsOf(stdout).map(cellsOf);
  t.strictSame(
    [...new Set(rows.map(([id]) => id))],
    clauses.map(({ id }) => id),
  );
  const untested = rows.filter(([, , , scenario]) => scenario === '-').map(([id]) => id);
  t.equal(code, untested.length === 0 ? 0 : 1);
  if (untested.length > 0) t.match(stderr, `error: no scenario tests ${untested.join(', ')}\n`);
});

t.test('of some scenarios, only what they test; own clauses too', async (t) => {
  const cwd = ranWith(t, {});
  mkdirSync(join(cwd, 'mine'));
  writeFileSync(
    join(cwd, 'mine/a.ts'),
    `import { answerAll, connections, connectionsOpened, errors, request, scenario, swapped } from 'pipewrench';
    export default scenario({ title: 'mine', claims: ['my-1', 'F1'], protocol: 'dns-tcp',
      client: 'dns-pool', upstream: connections([answerAll()]), workload: [request('a.example')],
      expect: [errors()], counter: swapped(connections([]), [connectionsOpened(1)]) });\n`,
  );
  const mine = await list(cwd, 'mine');
  t.equal(mine.code, 0, mine.stderr);
  t.match(rowsOf(mine.stdout).map(cellsOf), [
    ['F1', 'confirmed', '-', 'a.ts'],
    ['my-1', '-', '-', 'a.ts'],
  ]);
});

t.test('what cannot be listed is explained', async (t) => {
  const cwd = ranWith(t, { 'pool/idle-reset': '{' });
  const wrongs: [string[], RegExp][] = [
    [['--clients'], /--claims and --clients cannot be combined/],
    [['--claim', '000.99'], /no clause "000.99"/],
    [['--claim', '000.1'], /result\.json is cut short or damaged/],
  ];
  for (const [args, says] of wrongs) {
    const { code, stderr } = await list(cwd, ...args);
    t.equal(code, 2);
    t.match(stderr, says);
    t.match(stderr, /^ {2}next: ./m);
  }
});
