import fc from 'fast-check';
import t from 'tap';
import { numberFrom } from '../../bench/arguments.ts';
import { bucketsOf, percentilesOf } from '../../bench/histogram.ts';
import { formatSpread, spread, threeDigits } from '../../bench/statistics.ts';
import { tableOf, verdict } from '../../bench/table.ts';

t.test('buckets double from 0.1 us up', async (t) => {
  t.strictSame(bucketsOf([]), []);
  t.strictSame(bucketsOf([0.05, 0.1, 0.15, 0.45]), [
    { fromUs: 0, toUs: 0.1, count: 1, cumulativePercent: 25 },
    { fromUs: 0.1, toUs: 0.2, count: 2, cumulativePercent: 75 },
    { fromUs: 0.2, toUs: 0.4, count: 0, cumulativePercent: 75 },
    { fromUs: 0.4, toUs: 0.8, count: 1, cumulativePercent: 100 },
  ]);
});

t.test('every value is in one bucket, and the last one is at 100 %', async () => {
  const durations = fc.array(fc.double({ min: 0, max: 1e7, noNaN: true }), { minLength: 1 });
  fc.assert(
    fc.property(durations, (valuesUs) => {
      const buckets = bucketsOf(valuesUs);
      const counted = buckets.reduce((sum, { count }) => sum + count, 0);
      const [first, last] = [buckets[0], buckets.at(-1)];
      return (
        counted === valuesUs.length &&
        (first?.count ?? 0) > 0 &&
        (last?.count ?? 0) > 0 &&
        last?.cumulativePercent === 100
      );
    }),
  );
});

t.test('percentiles, medians and their spread', async (t) => {
  const hundred = Array.from({ length: 101 }, (_, index) => 100 - index);
  t.strictSame(percentilesOf(hundred), { p50: 50, p99: 99, max: 100 });
  t.throws(() => percentilesOf([]), RangeError);
  t.strictSame(spread([4, 1, 2, 3]), { median: 2.5, low: 1.75, high: 3.25, max: 4 });
  t.throws(() => spread([]), RangeError);
  t.equal(formatSpread(spread([1.2345, 1.2345])), '1.23 (1.23 to 1.23)');
  t.strictSame([0.012345, 12.345, 1234.5].map(threeDigits), ['0.0123', '12.3', '1235']);
});

t.test('columns are as wide as their widest cell, and each requirement is told', async (t) => {
  const table = tableOf([
    ['', 'pool'],
    ['queries', '12 345'],
  ]);
  t.equal(table, '           pool\nqueries  12 345');
  const told = verdict([
    { what: 'one', isKept: true },
    { what: 'other', isKept: false },
  ]);
  t.equal(told, 'one: kept · other: NOT kept');
});

t.test('a number is in range, left out, or refused', async (t) => {
  const rounds = { name: 'rounds', initial: 5, min: 1, max: 100 };
  t.equal(numberFrom(undefined, rounds), 5);
  t.equal(numberFrom('7', rounds), 7);
  for (const wrong of ['0', '101', 'x']) {
    t.throws(() => numberFrom(wrong, rounds), {
      name: 'RangeError',
      message: `rounds: expected a number from 1 to 100, got "${wrong}"`,
    });
  }
});
