import fc from 'fast-check';
import t from 'tap';
import { IdAllocator } from '../../../clients/dns-pool/ids.ts';

t.test('an id in flight is never given again, whatever the source proposes', async () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer(), fc.boolean()), { maxLength: 60 }), (steps) => {
      let proposal = 0;
      const ids = new IdAllocator(() => proposal);
      const inFlight: number[] = [];
      for (const [next, isRelease] of steps) {
        // Few distinct proposals, so that they collide.
        proposal = next % 3;
        if (isRelease && inFlight.length > 0) ids.release(inFlight.shift() ?? 0);
        else inFlight.push(ids.take());
        if (new Set(inFlight).size !== inFlight.length) return false;
      }
      return inFlight.every((id) => id >= 0 && id <= 65_535);
    }),
  );
});

t.test('all 65 536 can be in flight, and not one more', async (t) => {
  const ids = new IdAllocator(() => 9);
  const taken = new Set<number>();
  for (let i = 0; i < 65_536; i++) taken.add((i * 7919 + 9) % 65_536);
  t.equal(taken.size, 65_536);
  let next = 0;
  const spread = new IdAllocator(() => (next++ * 7919) % 65_536);
  for (let i = 0; i < 65_536; i++) spread.take();
  t.throws(() => spread.take(), RangeError);
  t.equal(ids.take(), 9);
  t.equal(ids.take(), 10);
});
