/** What is folded in one file: text while scripts run, so nothing in it may end it. */
import fc from 'fast-check';
import t from 'tap';
import { html, htmlFiles } from '../../../reports/html/html.tsx';
import { run } from '../arbitrary.ts';
import { friendlyRun, hostileRun, scenarios, sourceOf } from '../fixture.ts';
import { withNames } from './closing-names.ts';

const count = (text: string, part: string) => text.toLowerCase().split(part).length - 1;

/** As a browser reads it that runs scripts: up to the first end, whatever stands before it. */
const foldsOf = (page: string) =>
  [...page.matchAll(/<noscript class="rest">(.*?)<\/noscript/gis)].map(([, text]) => text ?? '');

t.test('each scenario of several has one fold, which holds it to its end', async (t) => {
  const both = [...friendlyRun.scenarios, ...hostileRun.scenarios];
  const page = html(withNames(sourceOf({ ...hostileRun, scenarios: both })));
  const folds = foldsOf(page);
  t.equal(folds.length, both.length);
  t.equal(count(page, '</noscript'), both.length);
  t.ok(folds.every((fold) => fold.endsWith('Back to the overview</a></p></section>')));
  t.ok(folds.some((fold) => fold.includes('&lt;/noscript>&lt;script>alert(1)&lt;/script>')));
});

t.test('no text of a run ends a fold', async (t) => {
  fc.assert(
    fc.property(run, fc.constantFrom('</noscript>', '</NOSCRIPT ', '<!--', '--!>'), (any, text) => {
      const hostile = { ...scenarios.hostile, title: text, reason: text, script: [text] };
      const many = [...any.scenarios, hostile, { ...hostile, repeat: text, workload: [text] }];
      const page = html(sourceOf({ ...any, command: text, scenarios: many }));
      t.equal(foldsOf(page).length, many.length);
      t.equal(count(page, '</noscript'), many.length);
      t.equal(count(page, '<!--'), 0);
    }),
    { numRuns: 30 },
  );
});

t.test('what is about one scenario is not folded', async (t) => {
  const alone = html(sourceOf({ ...friendlyRun, scenarios: [scenarios.fail] }));
  t.notMatch(alone, '<noscript class');
  for (const { text } of htmlFiles(sourceOf(friendlyRun))) t.notMatch(text, '<noscript class');
});
