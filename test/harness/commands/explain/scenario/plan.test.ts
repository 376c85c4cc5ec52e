import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import t from 'tap';
import { literal } from '../../../../../harness/commands/explain/scenario/plan.ts';

t.test('a literal is the text again, in plain ASCII on one line', async (t) => {
  const any = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));
  fc.assert(
    fc.property(any, (text) => {
      const code = literal(text);
      t.match(code, /^[\x20-\x7e]*$/);
      t.equal(runInNewContext(code), text);
    }),
  );
});
