import t from 'tap';
import { nowUs } from '../../kernel/clock.ts';

t.test('the clock is the wall clock, in whole microseconds', async (t) => {
  const beforeMs = Date.now();
  const us = nowUs();
  const afterMs = Date.now();
  t.ok(Number.isSafeInteger(us));
  // Date.now() cuts to milliseconds; one more allows for a clock that is being slewed.
  t.ok(us >= (beforeMs - 1) * 1000, `${us} is not before ${beforeMs} ms`);
  t.ok(us <= (afterMs + 2) * 1000, `${us} is not after ${afterMs} ms`);
});

t.test('it does not run backwards', async (t) => {
  const readings = Array.from({ length: 2000 }, nowUs);
  t.strictSame(
    readings,
    readings.toSorted((a, b) => a - b),
  );
  t.ok((readings.at(-1) ?? 0) > (readings[0] ?? 0), 'and it does run');
});
