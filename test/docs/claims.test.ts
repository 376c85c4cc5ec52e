/** The table of clauses is whole, and says no more than scenarios show. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { clauses } from '../../harness/claims.ts';
import { claimsPage, scenariosByClause } from './claims-page.ts';

const page = new URL('../../../docs/claims.md', import.meta.url);

t.test('docs/claims.md is what `make claims` writes', async (t) => {
  const written = readFileSync(page, 'utf8');
  t.equal(written, await claimsPage(written), 'run `make claims`');
});

t.test('every clause there is has a row of its own, in order', async (t) => {
  const counts: [string, number][] = [
    ['000.', 10],
    ['001.', 13],
    ['002.', 9],
    ['003.', 3],
    ['004.', 7],
    ['W', 17],
    ['S', 4],
    ['F', 35],
  ];
  const wanted = counts.flatMap(([prefix, count]) =>
    Array.from({ length: count }, (_, at) => `${prefix}${at + 1}`),
  );
  t.strictSame(
    clauses.map(({ id }) => id),
    wanted,
  );
  for (const { id, text } of clauses) t.ok(text.length > 10, `${id} is put in words`);
});

t.test('scenarios test clauses of the table only', async (t) => {
  const known = new Set(clauses.map(({ id }) => id));
  for (const [id, paths] of await scenariosByClause()) {
    t.ok(known.has(id), `${id} of ${paths.join(', ')} is in harness/claims/`);
  }
});

t.test('nothing is found without a scenario, nor refined or refuted without a note', async (t) => {
  const tested = await scenariosByClause();
  for (const { id, finding, note } of clauses) {
    t.ok(tested.has(id), `${id} is ${finding}`);
    if (finding === 'refined' || finding === 'refuted') t.ok(note.length > 10, `${id} has a note`);
  }
});
