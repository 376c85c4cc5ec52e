import fc from 'fast-check';
import t from 'tap';
import { randomFrom, seedFrom, weighted, wholeBelow } from '../../bench/random.ts';

const take = (seed: number, count: number) => {
  const random = randomFrom(seed);
  return Array.from({ length: count }, random);
};

t.test('the same seed gives the same numbers, another seed others', async (t) => {
  t.strictSame(take(7, 100), take(7, 100));
  t.notSame(take(7, 100), take(8, 100));
});

t.test('numbers lie in range, and all over it', async (t) => {
  const numbers = take(1, 10_000);
  t.ok(numbers.every((number) => number >= 0 && number < 1));
  for (let tenth = 0; tenth < 10; tenth++) {
    const count = numbers.filter((number) => Math.floor(number * 10) === tenth).length;
    t.ok(count > 800 && count < 1200, `${count} of 10 000 in tenth ${tenth}`);
  }
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 2 ** 32 }), (seed, below) => {
      const whole = wholeBelow(randomFrom(seed), below);
      return Number.isInteger(whole) && whole >= 0 && whole < below;
    }),
  );
});

t.test('a weight of 0 is never picked, and others in proportion', async (t) => {
  const random = randomFrom(3);
  const counts = { often: 0, rarely: 0, never: 0 };
  const weights = { often: 9, never: 0, rarely: 1 };
  for (let i = 0; i < 10_000; i++) counts[weighted(random, weights)] += 1;
  t.equal(counts.never, 0);
  t.ok(counts.rarely > 800 && counts.rarely < 1200, `${counts.rarely} of 10 000`);
  t.throws(() => weighted(random, { a: 0 }), RangeError);
});

t.test('a seed is what was asked for, or a new one, or refused', async (t) => {
  t.equal(seedFrom('42'), 42);
  const fresh = seedFrom(undefined);
  t.equal(seedFrom(String(fresh)), fresh);
  for (const wrong of ['x', '-1', '1.5', String(2 ** 32)]) {
    t.throws(() => seedFrom(wrong), { name: 'RangeError', message: new RegExp(`got "${wrong}"`) });
  }
});
