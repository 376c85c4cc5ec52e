/** The connections of a capture, one line for each, or two where the terminal is narrow. */
import type { Explained, ExplainedConnection } from '../../../explain/result.ts';
import type { RenderOptions } from '../../source.ts';
import { styled } from '../../terminal/style.ts';
import { clip, widthOf, wrap } from '../../text/columns.ts';
import { printable } from '../../text/printable.ts';
import { closedText, counted, gravityOf, idOf, statesText, worstFirst } from '../words.ts';
import { gravityFormat } from './group.ts';

const rowsMax = 30;

interface Column {
  title: string;
  cell: (connection: ExplainedConnection) => string;
  isNumber?: boolean;
}

const columns: readonly Column[] = [
  { title: '#', cell: idOf, isNumber: true },
  { title: 'client', cell: ({ client }) => printable(client.address) },
  { title: 'upstream', cell: ({ upstream }) => printable(upstream.address) },
  { title: 'speaks', cell: ({ protocol }) => protocol },
  {
    title: 'answered',
    cell: ({ answers, requests }) => `${answers} of ${requests}`,
    isNumber: true,
  },
  {
    title: 'bytes',
    cell: ({ client, upstream }) => `${client.bytes}+${upstream.bytes}`,
    isNumber: true,
  },
];
const gap = '  ';

export function connectionTable({ shown }: Explained, options: RenderOptions): string[] {
  const rows = worstFirst(shown).slice(0, rowsMax);
  if (rows.length === 0) return [];
  const left = shown.length - rows.length;
  const cells = rows.map((row) => columns.map(({ cell }) => cell(row)));
  const widths = columns.map(({ title }, at) =>
    Math.max(widthOf(title), ...cells.map((row) => widthOf(row[at] ?? ''))),
  );
  const line = (row: readonly string[]) =>
    row
      .map((text, at) => {
        const padding = ' '.repeat(Math.max(0, (widths[at] ?? 0) - widthOf(text)));
        return columns[at]?.isNumber ? padding + text : text + padding;
      })
      .join(gap);
  const head = line(columns.map(({ title }) => title));
  const ends = rows.map(endText);
  const room = options.widthColumns - widthOf(head) - gap.length;
  const isWide = ends.every((end) => widthOf(end) <= room);
  return [
    '',
    styled('bold', `connections${gap}bytes: of the client + of the upstream`, options),
    styled('dim', clip(head, options.widthColumns), options),
    ...rows.flatMap((row, at) => {
      const first = clip(line(cells[at] ?? []), options.widthColumns);
      const end = ends[at] ?? '';
      if (end === '') return [first];
      if (isWide) return [`${first}${gap}${coloured(row, end, options)}`];
      const indent = ' '.repeat((widths[0] ?? 0) + gap.length);
      const [told = '', ...others] = wrap(end, options.widthColumns - indent.length);
      return [
        first,
        indent + coloured(row, told, options),
        ...others.map((line) => indent + styled('dim', line, options)),
      ];
    }),
    ...(left > 0
      ? [styled('dim', `and ${counted(left, 'more')}: --format json has them`, options)]
      : []),
  ];
}

function endText(connection: ExplainedConnection): string {
  const names = connection.findings.map(({ name }) => name).join(', ');
  return [names, closedText(connection), statesText(connection)].filter(Boolean).join(' · ');
}

function coloured({ findings }: ExplainedConnection, text: string, options: RenderOptions): string {
  const [first] = findings;
  if (!first) return styled('dim', text, options);
  // Names come first, and may have been cut.
  const length = Math.min(findings.map(({ name }) => name).join(', ').length, text.length);
  const format = gravityFormat[gravityOf(first.name)];
  return `${styled(format, text.slice(0, length), options)}${styled('dim', text.slice(length), options)}`;
}
