import fc from 'fast-check';
import t from 'tap';
import { faultResponse } from '../../../harness/expect/fault-response.ts';
import { judgeRules } from '../../../harness/expect/rules.ts';
import type { Timeline } from '../../../harness/timeline.ts';
import {
  answered,
  asked,
  checkout,
  executed,
  failed,
  hung,
  io,
  recorders,
  type Said,
  served,
  timeline,
  withGap,
} from '../../support/timeline.ts';

const nameOf = (seen: Timeline) => faultResponse(seen, judgeRules(seen, true));

const fine: Said[] = [asked(1, 'a'), served(1, 'a A'), answered(1)];
const surfaced: Said[] = [asked(2, 'b'), failed(2)];
const poisoned: Said[] = [checkout(1), io(1, 'send', 'EPIPE'), checkout(1), io(1, 'send', 'EPIPE')];
const hanging: Said[] = [asked(3, 'c'), hung(3)];
const duplicated: Said[] = [
  asked(4, { kind: 'update', name: 'z', data: '192.0.2.1' }),
  executed(1, 'update z'),
  executed(2, 'update z'),
  failed(4),
];
const corrupted: Said[] = [asked(5, 'e'), answered(5, '203.0.113.9')];

/** From what is nearly nothing to what is worst. */
const byName = { transparent: fine, surfaced, poisoned, hung: hanging, duplicated, corrupted };
const names = Object.keys(byName) as (keyof typeof byName)[];

t.test('each has its name', async (t) => {
  for (const name of names) t.equal(nameOf(timeline([...fine, ...byName[name]])), name);
});

t.test('of several the worst counts', async () => {
  fc.assert(
    fc.property(fc.subarray(names, { minLength: 1 }), (some) => {
      const seen = timeline(some.flatMap((name) => byName[name]));
      return nameOf(seen) === names.findLast((name) => some.includes(name));
    }),
  );
});

t.test('a request without an outcome hung', async (t) => {
  t.equal(nameOf(timeline([...fine, asked(9, 'x')])), 'hung');
});

t.test('what is not known to be broken is not held against the client', async (t) => {
  const blind = recorders.reduce(withGap, timeline([...fine, ...corrupted, ...poisoned]));
  t.equal(nameOf(blind), 'transparent');
});
