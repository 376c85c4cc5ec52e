import fc from 'fast-check';
import t from 'tap';
import { clip, widthOf, wrap } from '../../reports/text/columns.ts';
import { hexDump } from '../../reports/text/hex.ts';
import { printable } from '../../reports/text/printable.ts';
import { countsText, durationText, errorSequenceText } from '../../reports/words.ts';
import { text } from './arbitrary.ts';

const acting = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

t.test('printable', async (t) => {
  fc.assert(fc.property(text, (any) => !acting.test(printable(any))));
  fc.assert(fc.property(text, (any) => printable(printable(any)) === printable(any)));
  t.equal(
    printable('a\u001b[31m\u009bB\n\t\u202e\u{e0041}'),
    'a\\x1b[31m\\x9bB\\n\\t\\u202e\\u{e0041}',
  );
  t.equal(printable('plain "text" <b> # \\ é 漢'), 'plain "text" <b> # \\ é 漢');
});

t.test('clip keeps to the width and marks what is gone', async (t) => {
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 40 }), (any, columns) => {
      const cut = clip(printable(any), columns);
      return widthOf(cut) <= columns && (cut === printable(any) || cut.endsWith('…'));
    }),
  );
  t.equal(clip('漢字漢字', 5), '漢字…');
  t.equal(clip('12345', 5), '12345');
});

t.test('wrap loses no word and keeps to the width where a word allows it', async () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 30 }), (any, columns) => {
      const lines = wrap(printable(any), columns);
      const fits = lines.every((line) => widthOf(line) <= columns || !line.trim().includes(' '));
      return fits && lines.join(' ') === printable(any);
    }),
  );
});

t.test('error sequences', async (t) => {
  const one = { connection: 1, tokens: ['RST', 'EPIPE', 'EOF'] };
  t.equal(errorSequenceText([one]), 'RST, EPIPE, EOF');
  t.equal(
    errorSequenceText([
      { connection: 1, tokens: [] },
      { ...one, connection: 2 },
    ]),
    'RST, EPIPE, EOF',
  );
  t.equal(
    errorSequenceText([
      { connection: 1, tokens: ['EOF'] },
      { connection: 2, tokens: ['EOF'] },
    ]),
    '#1 EOF · #2 EOF',
  );
  t.equal(errorSequenceText([]), 'none');
  t.equal(errorSequenceText([{ connection: 1, tokens: [] }]), 'none');
});

t.test('durations', async (t) => {
  const examples: readonly (readonly [number, string])[] = [
    [0, '0.0 ms'],
    [9.94, '9.9 ms'],
    [9.96, '10 ms'],
    [41.4, '41 ms'],
    [999.4, '999 ms'],
    [999.6, '1.00 s'],
    [9_994, '9.99 s'],
    [9_996, '10.0 s'],
    [59_940, '59.9 s'],
    [59_960, '1 min 0 s'],
    [300_000, '5 min 0 s'],
  ];
  for (const [ms, words] of examples) t.equal(durationText(ms), words);
});

t.test('counts', async (t) => {
  t.equal(countsText({ pass: 3, fail: 1, unknown: 0 }), '3 passed, 1 failed, 0 unknown');
});

t.test('a hex dump', async (t) => {
  const text = hexDump(Buffer.from('GET / HTTP/1.1\r\n<b>'));
  t.equal(
    text,
    [
      '0000  47 45 54 20 2f 20 48 54  54 50 2f 31 2e 31 0d 0a  |GET / HTTP/1.1..|',
      '0010  3c 62 3e                                          |<b>|',
    ].join('\n'),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
      const hex = hexDump(bytes).replace(/^.{4} {2}(.*?) {2}\|.*$/gm, '$1');
      return Buffer.from(hex.replace(/\s/g, ''), 'hex').equals(bytes);
    }),
  );
});
