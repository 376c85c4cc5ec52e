import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import { keepingFlat } from '../../explain/flat-memory.ts';

t.test('what is no longer used is collected once in so many frames', async (t) => {
  const readSoFar = keepingFlat();
  const refs = [new WeakRef({}), new WeakRef({})];
  // In the turn in which it was made a reference keeps its object.
  await setImmediate();
  readSoFar(50_000);
  readSoFar(400_000);
  t.same(
    refs.map((ref) => ref.deref()),
    [undefined, undefined],
  );
  const later = new WeakRef({});
  await setImmediate();
  readSoFar(800_000);
  t.equal(later.deref(), undefined);
  t.notOk('gc' in globalThis, 'nothing else sees a new global');
});
