/** Clients that met the same fault, one under the other in a table. */
import type { ScenarioResult } from '../../harness/result.ts';
import { type ComparedClient, type Comparison, comparisonsOf } from '../comparison.ts';
import type { RenderOptions } from '../source.ts';
import { clip, widthOf, wrap } from '../text/columns.ts';
import { styled } from './style.ts';

/** Empty when no two clients met the same fault. */
export function comparisonBlocks(
  scenarios: readonly ScenarioResult[],
  options: RenderOptions,
): string {
  return comparisonsOf(scenarios)
    .map((comparison) => `\n${linesOf(comparison, options).join('\n')}\n`)
    .join('');
}

const titles = ['client', 'response', 'sent', 'executed'] as const;
const callsTitle = 'calls after the fault';
const between = '  ';
/** Names of clients are theirs to choose. */
const cellColumnsMax = 26;

const cellsOf = ({ client, response, sent, executed }: ComparedClient) =>
  [client, response, sent, executed].map((cell) => clip(cell, cellColumnsMax));

function linesOf({ script, workload, clients }: Comparison, options: RenderOptions): string[] {
  const rows = clients.map(cellsOf);
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((cells) => widthOf(cells[column] ?? ''))),
  );
  const lead = (cells: readonly string[]) =>
    between + cells.map((cell, column) => padded(cell, widths[column] ?? 0) + between).join('');
  const indent = widths.reduce((sum, width) => sum + width + between.length, between.length);
  return [
    styled('bold', `side by side: ${clients.length} clients`, options),
    ...told('upstream', script, options),
    ...told('workload', workload, options),
    styled('dim', lead(titles) + callsTitle, options),
    ...clients.flatMap(({ calls, log }, index) => [
      ...hung(lead(rows[index] ?? []), calls, indent, options),
      ...log.flatMap((line) => hung(`${between}${between}`, line, 6, options)).map(dimmed(options)),
    ]),
  ];
}

const dimmed = (options: RenderOptions) => (line: string) => styled('dim', line, options);
const padded = (text: string, columns: number) => text + ' '.repeat(columns - widthOf(text));

function told(label: string, lines: readonly string[], options: RenderOptions): string[] {
  const lead = `${between}${label}${between}`;
  return hung(lead, lines.join('; '), lead.length, options).map(dimmed(options));
}

/** The text after its lead, wrapped below where it begins. */
function hung(
  lead: string,
  text: string,
  indentColumns: number,
  { widthColumns }: RenderOptions,
): string[] {
  const room = Math.max(16, widthColumns - Math.max(indentColumns, widthOf(lead)));
  return wrap(text, room).map((line, index) =>
    index === 0 ? lead + line : ' '.repeat(indentColumns) + line,
  );
}
