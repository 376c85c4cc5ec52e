/** The page's only style sheet, put together from its parts. */
import { colourNames, dark, light, type Theme } from '../palette.ts';
import { articleStyle } from './article.ts';
import { baseStyle } from './base.ts';
import { eventsStyle } from './events.ts';
import { ladderStyle } from './ladder.ts';
import { mastStyle } from './mast.ts';
import { overviewStyle } from './overview.ts';
import { printStyle } from './print.ts';
import { tableStyle } from './table.ts';

function variables(theme: Theme): string {
  return colourNames.map((name) => `--${name}:${theme[name]}`).join(';');
}

const themes = `
:root{${variables(light)};color-scheme:light dark}
@media screen and (prefers-color-scheme:dark){:root{${variables(dark)}}}
`;

export const styleSheet = [
  themes,
  baseStyle,
  mastStyle,
  tableStyle,
  overviewStyle,
  articleStyle,
  ladderStyle,
  eventsStyle,
  printStyle,
]
  .join('')
  .replace(/\n\s*/g, '\n')
  .trim();
