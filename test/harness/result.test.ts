import fc from 'fast-check';
import t from 'tap';
import { type Verdict, worst } from '../../harness/result.ts';

const verdict = fc.constantFrom<Verdict>('pass', 'fail', 'unknown');
const verdicts = fc.array(verdict, { maxLength: 6 });

t.test('one fail makes it fail, else one unknown makes it unknown', async () => {
  fc.assert(
    fc.property(verdicts, (all) => {
      const wanted = all.includes('fail')
        ? 'fail'
        : all.includes('unknown') || all.length === 0
          ? 'unknown'
          : 'pass';
      return worst(all) === wanted;
    }),
  );
});

t.test('the order does not count, nor how the verdicts are grouped', async () => {
  const some = fc.array(verdict, { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(some, some, (a, b) => {
      const all = worst([...a, ...b]);
      return all === worst([...b, ...a]) && all === worst([worst(a), worst(b)]);
    }),
  );
});

t.test('nothing to judge is unknown, never a pass', async (t) => {
  t.equal(worst([]), 'unknown');
});
