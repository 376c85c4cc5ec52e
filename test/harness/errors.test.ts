import fc from 'fast-check';
import t from 'tap';
import { messageOf, nearest, UserError, unknownName } from '../../harness/errors.ts';

const word = fc.string({ unit: fc.constantFrom(...'abcdeABCDE '), minLength: 1, maxLength: 12 });
const words = fc.array(word, { minLength: 1, maxLength: 6 });

t.test('a name that is known is its own nearest', async () => {
  fc.assert(
    fc.property(words, fc.nat(), (known, nat) => {
      const name = known[nat % known.length] ?? '';
      return nearest(name, known)?.toLowerCase() === name.toLowerCase();
    }),
  );
});

t.test('a suggestion is always one of the names', async () => {
  fc.assert(
    fc.property(word, fc.array(word, { maxLength: 5 }), (name, known) => {
      const near = nearest(name, known);
      return near === undefined || known.includes(near);
    }),
  );
});

t.test('capitals do not hide a name', async () => {
  fc.assert(
    fc.property(words, fc.nat(), (known, nat) => {
      const name = known[nat % known.length] ?? '';
      return (
        nearest(name.toUpperCase(), known)?.toLowerCase() === name.toLowerCase() &&
        nearest(name.toLowerCase(), known)?.toLowerCase() === name.toLowerCase()
      );
    }),
  );
});

t.test('a slip is understood, another word is not', async (t) => {
  const known = ['dns-pool', 'naive-dns-pool', 'raw'];
  t.equal(nearest('dns-pol', known), 'dns-pool');
  t.equal(nearest('DNS-Pool', known), 'dns-pool');
  t.equal(nearest('postgresql-with-tls', known), undefined);
  t.equal(nearest('raw', []), undefined);
});

t.test('an unknown name is an error that says what to type', async (t) => {
  const error = unknownName('client', 'dns-pol', ['dns-pool', 'raw'], 'pick one with --client');
  t.ok(error instanceof UserError);
  t.match(error, {
    message: 'there is no client "dns-pol"',
    expected: 'one of: dns-pool, raw',
    next: 'did you mean "dns-pool"? pick one with --client',
  });
  t.equal(unknownName('client', 'zzzzzzzz', ['raw'], 'pick one').next, 'pick one');
});

t.test('an error is told with its causes', async (t) => {
  const error = new Error('outer', { cause: new Error('inner', { cause: 'root' }) });
  t.equal(messageOf(error), 'outer: inner: root');
  t.equal(messageOf('text'), 'text');
});
