import fc from 'fast-check';
import t from 'tap';
import { runResultSchema } from '../../harness/result.ts';
import { json } from '../../reports/json.ts';
import { run } from './arbitrary.ts';
import { friendlyRun, hostileRun, sourceOf } from './fixture.ts';

t.test('parses back to the run that went in', async (t) => {
  fc.assert(
    fc.property(run, (any) => {
      t.strictSame(JSON.parse(json(sourceOf(any))), any);
    }),
    { numRuns: 50 },
  );
});

t.test('conforms to the schema', async (t) => {
  for (const any of [friendlyRun, hostileRun]) {
    t.strictSame(runResultSchema.parse(JSON.parse(json(sourceOf(any)))), any);
  }
});

t.test('holds nothing that a terminal would obey', async (t) => {
  t.notMatch(json(sourceOf(hostileRun)).replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
});
