import fc from 'fast-check';
import t from 'tap';
import { formatSequences } from '../../../harness/expect/sequence.ts';

const tokens = fc.array(fc.constantFrom('RST', 'EPIPE', 'EOF', 'ECONNRESET'), {
  minLength: 1,
  maxLength: 4,
});
const sequences = fc
  .uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 4 })
  .chain((numbers) =>
    fc.tuple(
      ...numbers.toSorted((a, b) => a - b).map((n) => tokens.map((list) => [n, list] as const)),
    ),
  )
  .map((pairs) => pairs.map(([connection, list]) => ({ connection, tokens: list })));

t.test('two sets of sequences read alike only when they are the same', async () => {
  fc.assert(
    fc.property(
      sequences,
      sequences,
      (a, b) =>
        (JSON.stringify(a) === JSON.stringify(b)) === (formatSequences(a) === formatSequences(b)),
    ),
    { numRuns: 1000 },
  );
});

t.test('every token is shown, in order', async () => {
  fc.assert(
    fc.property(sequences, (all) => {
      const shown = formatSequences(all).match(/[A-Z]+/g) ?? [];
      return shown.join() === all.flatMap(({ tokens: list }) => list).join();
    }),
  );
});

t.test('the first connection alone needs no number', async (t) => {
  t.equal(formatSequences([]), 'none');
  t.equal(formatSequences([{ connection: 1, tokens: ['RST', 'EOF'] }]), 'RST, EOF');
  t.equal(formatSequences([{ connection: 2, tokens: ['EOF'] }]), '#2 EOF');
  t.equal(
    formatSequences([
      { connection: 1, tokens: ['EOF'] },
      { connection: 3, tokens: ['RST', 'ECONNRESET'] },
    ]),
    '#1 EOF · #3 RST, ECONNRESET',
  );
});
