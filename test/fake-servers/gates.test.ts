import t from 'tap';
import { Gates } from '../../fake-servers/gates.ts';
import { microtasks } from '../support/turns.ts';

function passing(gates: Gates, gate: string) {
  const state = { hasPassed: false };
  gates.pass(gate).then(
    () => {
      state.hasPassed = true;
    },
    () => undefined,
  );
  return state;
}

t.test('all who wait pass when their gate opens, in the same tick, and nobody else', async (t) => {
  const gates = new Gates();
  const [a, b, other] = [passing(gates, 'x'), passing(gates, 'x'), passing(gates, 'y')];
  await microtasks();
  t.notOk(a.hasPassed);
  t.equal(gates.waitingAt('x'), 2);
  let hasTurned = false;
  setImmediate(() => {
    hasTurned = true;
  });
  gates.open('x');
  await microtasks();
  t.strictSame([a.hasPassed, b.hasPassed, other.hasPassed], [true, true, false]);
  t.notOk(hasTurned);
  t.equal(gates.waitingAt('x'), 0);
});

t.test('an open gate stays open', async (t) => {
  const gates = new Gates();
  gates.open('x');
  const late = passing(gates, 'x');
  await microtasks();
  t.ok(late.hasPassed);
});

t.test('openAll lets everybody go', async (t) => {
  const gates = new Gates();
  const all = ['x', 'y', 'z'].map((gate) => passing(gates, gate));
  gates.openAll();
  await microtasks();
  t.ok(all.every(({ hasPassed }) => hasPassed));
});
