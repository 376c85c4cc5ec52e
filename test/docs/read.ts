/** Reading tables of the pages and sources of the project. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './pages.ts';

/** The rows of the first table below this heading, without code marks. */
export function rowsBelow(text: string, heading: string): string[][] {
  const [, section = ''] = text.split(`${heading}\n`);
  const lines = section.split('\n');
  const start = lines.findIndex((line) => line.startsWith('|'));
  const rows: string[][] = [];
  for (const line of lines.slice(start + 2)) {
    if (!line.startsWith('|')) break;
    const cells = line.slice(1, -1).split('|');
    rows.push(cells.map((cell) => cell.replaceAll('`', '').trim()));
  }
  return rows;
}

export function readSource(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}
