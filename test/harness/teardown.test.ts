import fc from 'fast-check';
import t from 'tap';
import { Teardown } from '../../harness/teardown.ts';

t.test('everything is undone, the last first, whatever fails', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ isAsync: fc.boolean(), isFailing: fc.boolean() }), { maxLength: 8 }),
      async (steps) => {
        const teardown = new Teardown();
        const undone: number[] = [];
        for (const [index, { isAsync, isFailing }] of steps.entries()) {
          const undo = () => {
            undone.push(index);
            if (isFailing) throw new Error(`no ${index}`);
          };
          teardown.add(`step ${index}`, isAsync ? async () => undo() : undo);
        }
        const error: unknown = await teardown.unwind().then(
          () => undefined,
          (reason: unknown) => reason,
        );
        const failing = steps.flatMap(({ isFailing }, i) => (isFailing ? [i] : [])).reverse();
        const isTold =
          failing.length === 0
            ? error === undefined
            : error instanceof AggregateError &&
              error.errors.length === failing.length &&
              failing.every((index) => error.message.includes(`step ${index} failed`));
        return isTold && undone.join() === [...steps.keys()].reverse().join();
      },
    ),
  );
});

t.test('what was undone is not undone again', async (t) => {
  const teardown = new Teardown();
  let count = 0;
  teardown.add('once', () => {
    count++;
  });
  await teardown.unwind();
  await teardown.unwind();
  t.equal(count, 1);
});

t.test('one step is over before the next begins', async (t) => {
  const teardown = new Teardown();
  const order: string[] = [];
  teardown.add('first added', () => {
    order.push('second');
  });
  teardown.add('last added', async () => {
    await new Promise<void>((resolve) => setImmediate(resolve));
    order.push('first');
  });
  await teardown.unwind();
  t.strictSame(order, ['first', 'second']);
});
