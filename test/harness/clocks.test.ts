import fc from 'fast-check';
import t from 'tap';
import { realClock, virtualClock } from '../../harness/clocks.ts';

const delays = fc.array(fc.nat({ max: 50 }), { maxLength: 10 });

t.test('alarms go off in the order in which they are due, those of one moment as set', async () => {
  fc.assert(
    fc.property(delays, fc.array(fc.nat({ max: 20 }), { maxLength: 8 }), (wanted, advances) => {
      const clock = virtualClock();
      const rung: { index: number; atMs: number }[] = [];
      for (const [index, delay] of wanted.entries()) {
        clock.after(delay, () => rung.push({ index, atMs: clock.nowMs() }));
      }
      for (const ms of advances) clock.advance(ms);
      const endMs = advances.reduce((a, b) => a + b, 0);
      const due = [...wanted.entries()]
        .filter(([, delay]) => advances.length > 0 && delay <= endMs)
        .sort(([, a], [, b]) => a - b)
        .map(([index, atMs]) => ({ index, atMs }));
      return JSON.stringify(rung) === JSON.stringify(due) && clock.nowMs() === endMs;
    }),
  );
});

t.test('a cancelled alarm does not go off, and the others still do', async () => {
  fc.assert(
    fc.property(delays, fc.nat(), (wanted, nat) => {
      const clock = virtualClock();
      const rung = new Set<number>();
      const cancels = wanted.map((delay, index) => clock.after(delay, () => rung.add(index)));
      const cancelled = nat % Math.max(wanted.length, 1);
      cancels[cancelled]?.();
      clock.advance(50);
      return wanted.every((_, index) => rung.has(index) === (index !== cancelled));
    }),
  );
});

t.test('an alarm set by an alarm goes off in the same advance when it is due', async (t) => {
  const clock = virtualClock();
  const rung: number[] = [];
  const again = () => {
    rung.push(clock.nowMs());
    clock.after(10, again);
  };
  clock.after(10, again);
  clock.advance(35);
  t.strictSame(rung, [10, 20, 30]);
  clock.advance(5);
  t.strictSame(rung, [10, 20, 30, 40]);
});

t.test('an alarm may cancel another that is due', async (t) => {
  const clock = virtualClock();
  const rung: string[] = [];
  let cancel = () => {};
  clock.after(5, () => {
    rung.push('first');
    cancel();
  });
  cancel = clock.after(6, () => rung.push('second'));
  clock.advance(100);
  t.strictSame(rung, ['first']);
});

t.test('time stands still by itself and never runs backwards', async () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -20, max: 20 }), { maxLength: 6 }), (wanted) => {
      const clock = virtualClock();
      clock.advance(100);
      const seen = [clock.nowMs()];
      for (const delay of wanted) clock.after(delay, () => seen.push(clock.nowMs()));
      clock.advance(50);
      seen.push(clock.nowMs());
      return seen[0] === 100 && seen.every((ms, i) => i === 0 || ms >= (seen[i - 1] ?? 0));
    }),
  );
});

t.test('the real clock rings once, or not when it is cancelled', async (t) => {
  const startedMs = realClock.nowMs();
  const cancelled: string[] = [];
  const cancel = realClock.after(0, () => cancelled.push('rang'));
  cancel();
  await new Promise<void>((resolve) => realClock.after(1, resolve));
  t.strictSame(cancelled, []);
  t.ok(realClock.nowMs() >= startedMs);
});
