import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { type Form, say, understand, type Values } from '../../fake-servers/words.ts';

const forms: readonly Form[] = [
  { words: 'stop' },
  { words: 'take all', implies: { count: 'all' } },
  { words: 'take {count:byte}' },
  { words: 'show {what:word}' },
  { words: 'say {text:text} (twice?), then {text2:text}' },
  { words: '{bytes:byte} every {everyMs:ms}' },
];

const count = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const text = fc.string({ unit: 'binary' });
const values: fc.Arbitrary<Values> = fc.oneof(
  fc.constant({}),
  fc.constant({ count: 'all' }),
  fc.record({ count }),
  fc.record({ what: fc.stringMatching(/^[a-z][a-z-]*$/) }),
  fc.record({ text, text2: text }),
  fc.record({ bytes: count, everyMs: count }),
);

t.test('what is said is understood again, and one thing is said of one', async () => {
  fc.assert(
    fc.property(values, (said) =>
      isDeepStrictEqual(understand(forms, say(forms, said)), { ...said }),
    ),
    { numRuns: 1000 },
  );
});

t.test('numbers have their unit, in the right number', async (t) => {
  const every = (bytes: number, everyMs: number) => say(forms, { bytes, everyMs });
  t.strictSame(
    [every(0, 0), every(1, 1), every(2, 2)],
    ['0 bytes every 0 ms', '1 byte every 1 ms', '2 bytes every 2 ms'],
  );
});

t.test('what no form says is refused when it is said', async (t) => {
  for (const other of [{ count: 1, more: 1 }, { everyMs: 1 }, { nothing: 'x' }]) {
    t.throws(() => say(forms, other), { message: `no form says ${JSON.stringify(other)}` });
  }
});

t.test('any other text is not understood, and never an error', async () => {
  const near = fc.constantFrom(
    'Stop',
    'stop ',
    'take -1 bytes',
    'take 1.5 bytes',
    'take 1',
    'show Off',
    'say "\\x" (twice?), then "b"',
    'say "a" (twice?), then "\n"',
    'say "a (twice?), then "b"',
    'say a (twice?), then b',
  );
  fc.assert(
    fc.property(
      fc.oneof(near, fc.string()),
      (text) => ['stop', 'take all'].includes(text) || understand(forms, text) === undefined,
    ),
  );
});
