import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import { keepingFlat } from '../../explain/flat-memory.ts';

const megabyte = 1024 * 1024;

t.test('what is no longer used is collected once in so many bytes', async (t) => {
  const readSoFar = keepingFlat();
  const refs = [new WeakRef({}), new WeakRef({})];
  // In the turn in which it was made a reference keeps its object.
  await setImmediate();
  readSoFar(5 * megabyte);
  readSoFar(40 * megabyte);
  t.same(
    refs.map((ref) => ref.deref()),
    [undefined, undefined],
  );
  const later = new WeakRef({});
  await setImmediate();
  readSoFar(80 * megabyte);
  t.equal(later.deref(), undefined);
  t.notOk('gc' in globalThis, 'nothing else sees a new global');
});
