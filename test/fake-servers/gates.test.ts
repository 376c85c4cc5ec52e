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

t.test('at the end everybody may go, now and later', async (t) => {
  const gates = new Gates();
  const all = ['x', 'y', 'z'].map((gate) => passing(gates, gate));
  const asked = gates.openWhenReached('nobody');
  gates.end();
  gates.end();
  await asked;
  const late = passing(gates, 'later');
  await microtasks();
  t.ok([...all, late].every(({ hasPassed }) => hasPassed));
});

t.test('a gate opens once every script that leads to it has come there', async (t) => {
  const gates = new Gates();
  const [one, other, elsewhere] = [['x', 'y'], ['x'], ['y']].map((names) => gates.lead(names));
  let isOpen = false;
  gates.openWhenReached('x').then(
    () => {
      isOpen = true;
    },
    () => undefined,
  );
  passing(gates, 'x');
  one?.reach('x');
  await microtasks();
  t.notOk(isOpen, 'the other is still on its way');
  other?.end();
  await microtasks();
  t.ok(isOpen, 'and what never comes is not waited for');
  t.ok(elsewhere, 'nor who leads elsewhere');
});

t.test('a gate that no script leads to is not opened before somebody waits there', async (t) => {
  const gates = new Gates();
  let isOpen = false;
  const opening = gates.openWhenReached('x').then(() => {
    isOpen = true;
  });
  await microtasks();
  t.notOk(isOpen);
  const waiting = passing(gates, 'x');
  await opening;
  await microtasks();
  t.ok(waiting.hasPassed);
});
