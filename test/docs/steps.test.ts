/** The reference of steps is complete, and is what the code says. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { referenceRows } from '../../fake-servers/reference.ts';
import { scenarioByStep, stepsPage } from './steps-page.ts';

const page = new URL('../../../docs/steps.md', import.meta.url);

t.test('docs/steps.md is what `make reference` writes', async (t) => {
  const written = readFileSync(page, 'utf8');
  t.equal(written, await stepsPage(written), 'run `make reference`');
});

t.test('every step has words, a protocol, a receipt and a scenario', async (t) => {
  const scenarios = await scenarioByStep();
  for (const { kind, summary, words, protocols, proof } of referenceRows()) {
    t.ok(summary && words && proof, `${kind} is described`);
    t.ok(protocols.length > 0, `${kind} works with a protocol`);
    t.ok(scenarios.has(kind), `${kind} is played by a scenario`);
  }
});
