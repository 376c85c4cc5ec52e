/** `pipewrench list`. */
import { type Selection, select } from './select.ts';
import type { Tools } from './tools.ts';

export async function listCommand(
  wanted: readonly string[],
  options: Selection & { clients?: boolean },
  tools: Tools,
): Promise<void> {
  const rows = options.clients
    ? [['CLIENT', 'PROTOCOLS', 'DESCRIPTION'], ...clientRows(tools)]
    : [
        ['SCENARIO', 'CLAUSES', 'PROTOCOL', 'CLIENT', 'TITLE'],
        ...(await select(wanted, options, tools)).scenarios.map(({ path, scenario }) => [
          path,
          scenario.claims.join(' '),
          scenario.protocol,
          scenario.client,
          scenario.title,
        ]),
      ];
  process.stdout.write(table(rows));
}

function clientRows(tools: Tools): string[][] {
  return tools.clients.map(({ name, protocols, description }) => [
    name,
    protocols.join(' '),
    description,
  ]);
}

/** Columns as wide as their widest cell; the last one runs free. */
function table(rows: readonly string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const lines = rows.map((row) =>
    row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0))).join('  '),
  );
  return `${lines.join('\n')}\n`;
}
