import fc from 'fast-check';
import t from 'tap';
import { UserError } from '../../harness/errors.ts';
import type { FoundScenario } from '../../harness/run.ts';
import { parseShard, partOf, type Shard, selectionOf, shardText } from '../../harness/shard.ts';
import { someScenario } from '../support/evidence.ts';

const shard: fc.Arbitrary<Shard> = fc
  .tuple(fc.integer({ min: 1, max: 40 }), fc.nat())
  .map(([count, n]) => ({ count, index: (n % count) + 1 }));

t.test('what is typed comes back as it was', async (t) => {
  fc.assert(
    fc.property(shard, (any) => {
      t.strictSame(parseShard(shardText(any)), any);
    }),
  );
});

t.test('what is no shard is refused with an example', async (t) => {
  for (const typed of [
    '',
    '1',
    '/',
    '0/2',
    '3/2',
    '1/0',
    '1/2/3',
    ' 1/2',
    '-1/2',
    '1.5/2',
    'a/b',
    '1/9999999',
  ]) {
    t.throws(() => parseShard(typed), UserError, typed);
  }
});

t.test(
  'each item is in exactly one part, in order, and parts differ by one item at most',
  async (t) => {
    const shards = fc.tuple(fc.uniqueArray(fc.nat()), fc.integer({ min: 1, max: 12 }));
    fc.assert(
      fc.property(shards, ([items, count]) => {
        const parts = Array.from({ length: count }, (_, at) =>
          partOf(items, { index: at + 1, count }),
        );
        t.strictSame(parts.flat().sort(), [...items].sort());
        for (const part of parts)
          t.strictSame(
            part,
            items.filter((item) => part.includes(item)),
          );
        const sizes = parts.map(({ length }) => length);
        t.ok(Math.max(...sizes) - Math.min(...sizes) <= 1);
      }),
    );
  },
);

const found = (path: string, title = 'a scenario'): FoundScenario => ({
  path,
  folder: path,
  file: path,
  scenario: someScenario({ title }),
});

t.test('a selection is told by its scenarios and its client, and by nothing else', async (t) => {
  const all = [found('a'), found('b')];
  const { sha256, folders } = selectionOf(all, undefined);
  t.strictSame(folders, ['a', 'b']);
  const elsewhere = all.map((one) => ({ ...one, file: `/somewhere/${one.file}` }));
  t.equal(selectionOf(elsewhere, undefined).sha256, sha256, 'not where it is stored');
  const others = [
    selectionOf([found('a')], undefined),
    selectionOf([found('a'), found('b', 'another title')], undefined),
    selectionOf([found('a'), found('c')], undefined),
    selectionOf(all, 'naive-dns-pool'),
  ].map((selection) => selection.sha256);
  t.equal(new Set([sha256, ...others]).size, 5);
});
