/** One run of what clients in other languages do, held against the page that tells it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { RunResult } from '../../harness/result.ts';
import { cellsIn } from '../docs/clients-page.ts';
import { rootFolder, runCli } from '../support/cli.ts';

const out = join(t.testdir(), 'run');
const { code, stderr } = await runCli(['run', join(rootFolder, 'scenarios/clients'), '--out', out]);
const run = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')) as RunResult;
const cells = cellsIn(readFileSync(join(rootFolder, 'docs/clients.md'), 'utf8'));

t.test('each passes, and what the client did is what docs/clients.md says', async (t) => {
  t.equal(code, 0, stderr);
  for (const { path, verdict, reason, executions } of run.scenarios) {
    t.equal(verdict, 'pass', `${path}: ${reason}`);
    const main = executions.find(({ name }) => name === 'main');
    t.equal(main?.faultResponse, cells.get(path), path);
  }
});

t.test('none is left out but for a client that this machine cannot have', async (t) => {
  t.equal(run.scenarios.length + run.skipped.length, cells.size);
  for (const { path, reason } of run.skipped) t.match(reason, /cannot be had: /, path);
});
