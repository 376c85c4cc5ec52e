/** What the pages list is what the code has: no more, no less. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { exitCodes } from '../../harness/commands/exit-codes.ts';
import { ruleNames } from '../../harness/expect/rule-names.ts';
import { faultResponseSchema, formatVersion } from '../../harness/result.ts';
import * as entry from '../../index.ts';
import { reporters } from '../../reports/report.ts';
import { type } from './cli.ts';
import { readPage, root } from './pages.ts';
import { rowsBelow } from './read.ts';

const firstCells = (text: string, heading: string) =>
  rowsBelow(text, heading).map(([first = '']) => first);

t.test('docs/claims.md agrees with the scenarios', async (t) => {
  const { exitCode, output } = type('npx pipewrench list', root);
  t.equal(exitCode, 0, output);
  const listed = new Map<string, string[]>();
  // The first line names the columns.
  for (const line of output.trim().split('\n').slice(1)) {
    const [path = '', claims = ''] = line.split(/ {2,}/);
    for (const id of claims.split(' ')) listed.set(id, [...(listed.get(id) ?? []), path]);
  }
  t.ok(listed.size > 0, 'there are scenarios');
  const rows = rowsBelow(readPage('docs/claims.md').text, '# Clauses and fault cases');
  const written = rows.map(([id = '', , paths = '']) => [id, paths.split(' ').sort()]);
  const order = ([a]: [string, ...unknown[]], [b]: [string, ...unknown[]]) => (a < b ? -1 : 1);
  t.same(
    new Map((written as [string, string[]][]).sort(order)),
    new Map([...listed].map(([id, paths]): [string, string[]] => [id, paths.sort()]).sort(order)),
  );
  for (const [id, clause = ''] of rows) t.ok(clause.length > 10, `${id} is put in words`);
});

t.test('docs/adding-a-scenario.md names all that a scenario is written with', async (t) => {
  const { text } = readPage('docs/adding-a-scenario.md');
  const headings = ['## Upstream steps', '## Workload steps', '## Expectations'];
  const listed = headings
    .flatMap((heading) => firstCells(text, heading))
    .flatMap((cell) => [...cell.matchAll(/(?:^|, )([\w.]+)\(/g)].map(([, name]) => name));
  const around = ['scenario', 'connections', 'against', 'swapped', 'clientChannelName'];
  for (const name of ['connections', 'against', 'swapped']) t.ok(text.includes(`\`${name}(`), name);
  const there = Object.entries(entry).flatMap(([name, value]) => {
    if (around.includes(name)) return [];
    return typeof value === 'object' ? Object.keys(value).map((key) => `${name}.${key}`) : [name];
  });
  t.same([...new Set(listed)].sort(), there.sort());
});

t.test('docs/architecture.md: rules and responses', async (t) => {
  const { text } = readPage('docs/architecture.md');
  t.same(firstCells(text, '## Rules that are always checked'), [...ruleNames]);
  const named = firstCells(text, '## Names for what a client did');
  t.same([...named].sort(), [...faultResponseSchema.options].sort());
  t.match(text, `carries \`format\`, now ${formatVersion}.`);
});

t.test('README.md: commands, exit codes, reporters', async (t) => {
  const { text } = readPage('README.md');
  const { output } = type('npx pipewrench --help', root);
  const commands = [...output.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name);
  t.same(
    firstCells(text, '## Commands'),
    commands.filter((name) => name !== 'help'),
  );
  t.same(firstCells(text, '### Exit codes').map(Number), Object.values(exitCodes));
  for (const name of Object.keys(reporters)) t.ok(text.includes(`\`${name}\``), name);
});

t.test('docs/what-the-kernel-says.md names a scenario for every row', async (t) => {
  const { text } = readPage('docs/what-the-kernel-says.md');
  const files = readdirSync(join(root, 'scenarios/sockets'));
  const rows = rowsBelow(text, '# What the kernel says');
  t.ok(rows.length > 0);
  for (const [peer, , , measuredBy = ''] of rows) {
    const file = measuredBy.replace(/^counter of /, '');
    t.ok(file === 'below' || files.includes(file), `${peer}: ${measuredBy}`);
  }
});
