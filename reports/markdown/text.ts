/** Any text as GitHub Flavored Markdown that shows it: https://github.github.com/gfm/ */
import { printable } from '../text/printable.ts';

/** What emphasis, code, links, tags, entities, strikethrough, mathematics and headings are made of. */
const special = /[\\`*_[\]<>&~$#@]/g;

/** One line. It is to follow other text, so that what begins a block cannot stand first. */
export function text(any: string): string {
  return (
    printable(any)
      .replace(special, '\\$&')
      // Not by a backslash: it would part cells of a table in readers that count backslashes otherwise.
      .replaceAll('|', '&#124;')
      .trim()
  );
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map((row) => line(row.map(text)))].join(
    '\n',
  );
}
