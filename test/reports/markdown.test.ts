import fc from 'fast-check';
import { marked, type Token, type Tokens } from 'marked';
import t from 'tap';
import { markdown } from '../../reports/markdown.ts';
import { printable } from '../../reports/text/printable.ts';
import { run } from './arbitrary.ts';
import { friendlyRun, hostileRun, interruptedRun, scenarios, sourceOf } from './fixture.ts';

const read = (report: string): Token[] => [...marked.lexer(report, { gfm: true })];

const entities: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
  '&quot;': '"',
  '&#39;': "'",
  '&#124;': '|',
};

/** What a browser shows of a piece of Markdown. */
function shown(tokens: readonly Token[] | undefined): string {
  const html = marked.Parser.parseInline([...(tokens ?? [])]);
  const text = html
    .replace(/<a [^>]*>|<\/a>|<\/?strong>/g, '')
    .replace(/&(lt|gt|amp|quot|#39|#124);/g, (entity) => entities[entity] ?? entity);
  return oneSpaced(text);
}

const oneSpaced = (text: string) => text.replace(/\s+/gu, ' ').trim();

const headings = (tokens: readonly Token[], depth: number) =>
  tokens.filter((one): one is Tokens.Heading => one.type === 'heading' && one.depth === depth);
const tables = (tokens: readonly Token[]) =>
  tokens.filter((one): one is Tokens.Table => one.type === 'table');

t.test('counts, then what did not pass in full, then the rest in a table', async (t) => {
  const tokens = read(markdown(sourceOf(interruptedRun)));
  t.equal(shown(headings(tokens, 2)[0]?.tokens), 'pipewrench: 2 passed, 1 failed, 1 unknown');
  t.strictSame(
    headings(tokens, 3).map((heading) => shown(heading.tokens)),
    [`✗ fail: ${scenarios.fail.title}`, `? unknown: ${scenarios.unknown.title}`],
  );
  t.strictSame(
    tables(tokens).map(({ rows }) => rows.map(([title]) => shown(title?.tokens))),
    [[scenarios.pass.title, scenarios.raw.title]],
  );
  t.match(markdown(sourceOf(interruptedRun)), /^\*\*interrupted after 4 of 9 scenarios\*\*$/m);
});

t.test('a failure says what was expected, what came, where, and what to do next', async (t) => {
  const items = read(markdown(sourceOf(friendlyRun)))
    .filter((one): one is Tokens.List => one.type === 'list')
    .flatMap(({ items: each }) => each.map(({ tokens }) => shown(tokens)));
  t.ok(items.includes('actual 2 retries of request 1'));
  t.ok(items.includes('where request 1, connections #1 and #2, frames 6 and 12'));
  t.ok(items.includes(`repeat ${scenarios.fail.repeat}`));
});

t.test('no text can add, drop or change a heading or a row', async (t) => {
  fc.assert(
    fc.property(run, (any) => {
      const tokens = read(markdown(sourceOf(any)));
      const of = (wanted: string) => any.scenarios.filter(({ verdict }) => verdict === wanted);
      const mark = { fail: '✗', unknown: '?', pass: '✓' };
      t.strictSame(
        headings(tokens, 3).map((heading) => shown(heading.tokens)),
        [...of('fail'), ...of('unknown')].map(({ verdict, title }) =>
          oneSpaced(`${mark[verdict]} ${verdict}: ${printable(title)}`),
        ),
      );
      const expected = [of('pass'), any.skipped].filter((rows) => rows.length > 0);
      t.strictSame(
        tables(tokens).map(({ rows }) => rows.map(([title]) => shown(title?.tokens))),
        expected.map((rows) => rows.map(({ title }) => oneSpaced(printable(title)))),
      );
      const kinds = new Set(tokens.map(({ type }) => type));
      for (const kind of ['code', 'blockquote', 'hr', 'def']) t.notOk(kinds.has(kind), kind);
      for (const token of tokens) {
        if (token.type === 'html')
          t.match(token.raw, /^(<details><summary>[^<]*<\/summary>|<\/details>)\n*$/);
      }
    }),
    { numRuns: 100 },
  );
});

t.test('holds nothing that a terminal would obey', async (t) => {
  t.notMatch(markdown(sourceOf(hostileRun)).replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
});
