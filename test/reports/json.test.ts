import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import t from 'tap';
import { formatVersion, runResultSchema } from '../../harness/result.ts';
import { json } from '../../reports/json.ts';
import { rootFolder } from '../support/cli.ts';
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

t.test('keeps to the published schema, which says which format it is of', async (t) => {
  const published = JSON.parse(
    readFileSync(join(rootFolder, 'docs/schema/run.schema.json'), 'utf8'),
  ) as object;
  const validate = new Ajv2020({ strict: false }).compile(published);
  fc.assert(
    fc.property(run, (any) => {
      t.ok(validate(JSON.parse(json(sourceOf(any)))), JSON.stringify(validate.errors));
    }),
    { numRuns: 30 },
  );
  t.notOk(validate({ ...friendlyRun, format: formatVersion + 1 }));
  t.match(published, { properties: { format: { const: formatVersion } } });
});

t.test('holds nothing that a terminal would obey', async (t) => {
  t.notMatch(json(sourceOf(hostileRun)).replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
});
