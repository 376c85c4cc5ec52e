/** Colours and marks of the terminal report. Nothing is said by a colour alone. */
import { styleText } from 'node:util';
import type { Verdict } from '../../harness/result.ts';
import type { RenderOptions } from '../source.ts';

type Format = Parameters<typeof styleText>[0];

/** Every value in here must be `printable` already: a style adds the only escape sequences. */
export function styled(format: Format, text: string, { colour }: RenderOptions): string {
  // Without this option newer versions of Node look at the process's own stdout.
  return colour ? styleText(format, text, { validateStream: false }) : text;
}

export const verdictMark: Readonly<Record<Verdict, string>> = {
  pass: '✓',
  fail: '✗',
  unknown: '?',
};

const verdictFormat: Readonly<Record<Verdict, Format>> = {
  pass: 'green',
  fail: ['red', 'bold'],
  unknown: ['yellow', 'bold'],
};

export function inVerdictColour(verdict: Verdict, text: string, options: RenderOptions): string {
  return styled(verdictFormat[verdict], text, options);
}
