/**
 * The scripts of the pages. They stand beside this file as they are run, readable in a page too, and are
 * checked as JavaScript of a browser by `make check`; this file is compiled to build/reports/html/script/.
 */
import { readFileSync } from 'node:fs';

const names = ['filters', 'unfold', 'ladder'] as const;
export type PageScript = (typeof names)[number];

const folder = new URL('../../../../reports/html/script/', import.meta.url);
const texts = new Map(
  names.map((name) => [name, readFileSync(new URL(`${name}.js`, folder), 'utf8')]),
);

/** To be written into a page as it is. */
export function scriptText(name: PageScript): string {
  return texts.get(name) ?? '';
}
