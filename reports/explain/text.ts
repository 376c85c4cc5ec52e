/** What is the matter with a capture, for a terminal: the diagnoses, then the connections. */
import type { RenderOptions } from '../source.ts';
import { styled } from '../terminal/style.ts';
import { wrap } from '../text/columns.ts';
import { groupsOf } from './groups.ts';
import type { ExplainSource } from './source.ts';
import { groupBlock } from './text/group.ts';
import { connectionTable } from './text/table.ts';
import { factsOf, fileText, gapsOf, startText } from './words.ts';

export function text({ file, explained }: ExplainSource, options: RenderOptions): string {
  const width = Math.max(40, options.widthColumns);
  const groups = groupsOf(explained);
  const started = startText(explained);
  const facts = [...factsOf(explained), ...(started ? [`from ${started}`] : [])].join(' · ');
  const gaps = gapsOf(explained).flatMap((gap) =>
    wrap(gap, width).map((line) => styled(['yellow', 'bold'], line, options)),
  );
  return `${[
    styled('bold', fileText(file), options),
    ...wrap(facts, width).map((line) => styled('dim', line, options)),
    ...gaps,
    ...(groups.length === 0 ? ['', noneText(explained.shown.length)] : []),
    ...groups.flatMap((group) => groupBlock(explained, group, options)),
    ...connectionTable(explained, options),
  ].join('\n')}\n`;
}

const noneText = (connections: number) =>
  connections === 0
    ? 'no connection was seen'
    : 'nothing is the matter with any connection, as far as the packets show';
