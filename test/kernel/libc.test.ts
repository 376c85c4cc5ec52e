import { constants } from 'node:os';
import fc from 'fast-check';
import t from 'tap';
import { closeCall, errnoName, nameOfErrno } from '../../kernel/libc.ts';

const numbers = Object.entries(constants.errno);

t.test('every errno has the name of its number', async (t) => {
  for (const [name, number] of numbers) {
    t.ok(
      numbers.some(([other, value]) => value === number && other === nameOfErrno(number)),
      name,
    );
  }
});

t.test('of two names for one number it is the one of the man pages', async (t) => {
  t.equal(nameOfErrno(constants.errno.EAGAIN), 'EAGAIN');
  t.equal(nameOfErrno(constants.errno.EOPNOTSUPP), 'ENOTSUP');
});

t.test('a number without a name is told as it is', async () => {
  const known = new Set<number>(numbers.map(([, number]) => number));
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 5000 }).filter((n) => !known.has(n)),
      (number) => nameOfErrno(number) === `errno ${number}`,
    ),
  );
});

t.test('a failed call leaves its errno', async (t) => {
  const result = closeCall(-1);
  // At once: whatever else runs makes calls of its own.
  const name = errnoName();
  t.strictSame([result, name], [-1, 'EBADF']);
});
