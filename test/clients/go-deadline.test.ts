import t from 'tap';
import { Deadline, perPhase } from '../../clients/go-deadline.ts';
import { virtualClock } from '../../harness/clocks.ts';

const never = new Promise<never>(() => {});

t.test('what is done in time counts, what is late does not', async (t) => {
  const clock = virtualClock();
  const deadline = new Deadline(clock, 10);
  t.equal(await deadline.within(Promise.resolve(1)), 1);
  const late = t.rejects(deadline.within(never), { name: 'DeadlineError', message: 'i/o timeout' });
  clock.advance(9);
  t.equal(deadline.remainingMs, 1);
  deadline.throwIfPast();
  clock.advance(1);
  await late;
  t.throws(() => deadline.throwIfPast(), { name: 'DeadlineError' });
});

t.test('it is past when the clock says so, not when its timer has run', async (t) => {
  let nowMs = 0;
  const deadline = new Deadline({ nowMs: () => nowMs, after: () => () => {} }, 10);
  nowMs = 10;
  t.throws(() => deadline.throwIfPast(), { name: 'DeadlineError' });
});

t.test('each phase has the whole time, and leaves no timer', async (t) => {
  const clock = virtualClock();
  let timers = 0;
  const counting = {
    nowMs: clock.nowMs,
    after(delayMs: number, run: () => void) {
      timers++;
      const cancel = clock.after(delayMs, run);
      return () => {
        timers--;
        cancel();
      };
    },
  };
  const limit = perPhase(counting, 10);
  for (let i = 0; i < 2; i++) {
    const phase = limit(async ({ remainingMs }) => remainingMs);
    clock.advance(9);
    t.equal(await phase, 10);
  }
  const late = t.rejects(
    limit((deadline) => deadline.within(never)),
    { name: 'DeadlineError' },
  );
  clock.advance(10);
  await late;
  t.equal(timers, 0);
});
