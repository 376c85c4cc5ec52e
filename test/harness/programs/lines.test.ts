import fc from 'fast-check';
import t from 'tap';
import { lastLines, lineReader, shown } from '../../../harness/programs/lines.ts';

const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));

/** Cut at these places, wherever they are. */
function parts(whole: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...cuts.map((cut) => cut % (whole.length + 1)), 0, whole.length];
  const sorted = places.sort((a, b) => a - b);
  return sorted.slice(1).map((end, index) => whole.subarray(sorted[index], end));
}

t.test('however the bytes come, the lines are the same', async () => {
  fc.assert(
    fc.property(bytes, fc.array(fc.nat()), (whole, cuts) => {
      const lines: string[] = [];
      const read = lineReader(
        1000,
        (line) => lines.push(line.toString('latin1')),
        () => {
          throw new Error('no line is that long');
        },
      );
      for (const part of parts(whole, cuts)) read(part);
      const expected = whole.toString('latin1').split('\n').slice(0, -1);
      return JSON.stringify(lines) === JSON.stringify(expected);
    }),
  );
});

t.test('a line that is too long is told once, and nothing after it', async () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(30), { minLength: 1, maxLength: 8 }),
      fc.array(fc.nat()),
      (lengths, cuts) => {
        const whole = Buffer.from(lengths.map((length) => `${'x'.repeat(length)}\n`).join(''));
        const [lines, long]: [number[], number[]] = [[], []];
        const read = lineReader(
          20,
          (line) => lines.push(line.length),
          (beginning) => long.push(beginning.length),
        );
        for (const part of parts(whole, cuts)) read(part);
        const first = lengths.findIndex((length) => length > 20);
        const before = first === -1 ? lengths : lengths.slice(0, first);
        return (
          JSON.stringify(lines) === JSON.stringify(before) && long.length === (first === -1 ? 0 : 1)
        );
      },
    ),
  );
});

t.test('what is kept of an output, and shown of it, is bounded', async (t) => {
  const kept = lastLines(2, 100);
  for (let line = 0; line < 1000; line += 1) kept.add(`line ${line}\n\n`);
  t.strictSame(kept.lines, ['line 998', 'line 999']);
  kept.add('x'.repeat(100_000));
  t.equal(kept.lines.join('').length, 100);
  t.ok(shown('\u001b['.repeat(1000)).length < 2000);
  t.equal(shown('\u001b[2J\n'), String.raw`"\u001b[2J\n"`, 'no control character as it is');
});
