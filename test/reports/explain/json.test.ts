import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Ajv2020 } from 'ajv/dist/2020.js';
import t from 'tap';
import { explain } from '../../../explain/explain.ts';
import { json } from '../../../reports/explain/json.ts';
import { explainJsonSchema, explainSchema } from '../../../reports/explain/schema.ts';
import { rootFolder } from '../../support/cli.ts';
import { captureFile, connectionFrames, idleCloseRace } from '../../support/made-capture.ts';

const whole = captureFile(connectionFrames({}, idleCloseRace()));
const published = JSON.parse(
  readFileSync(join(rootFolder, 'docs/schema/explain.schema.json'), 'utf8'),
);

t.test('the published schema is that of the source', async (t) => {
  t.same(published, explainJsonSchema(), 'as the source has it; `make schema` writes it again');
});

for (const [name, file] of [
  ['a whole capture', whole],
  ['one that is cut', whole.subarray(0, whole.length - 7)],
  ['an empty one', captureFile()],
] as const) {
  t.test(`the JSON keeps to it: ${name}`, async (t) => {
    const explained = await explain(Readable.from([file]));
    const document = JSON.parse(json({ file: 'a.pcap', explained, ladders: [] }));
    const validate = new Ajv2020({ strict: false }).compile(published);
    t.ok(validate(document), JSON.stringify(validate.errors));
    t.strictSame(explainSchema.parse(document), document, 'nothing is left out of the schema');
    t.strictSame(document, { format: 1, file: 'a.pcap', ...explained });
    t.notOk(validate({ ...document, format: 2 }), 'the schema can refuse');
  });
}
