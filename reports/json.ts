/** The run's result as it is, two spaces deep. */
import type { ReportSource } from './source.ts';

/** Above ASCII, the control and formatting characters that JSON itself would leave unescaped. */
const acting = /[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu;

function unicodeEscapes(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

/** Parses to exactly the value; safe to print on a terminal. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2).replace(acting, unicodeEscapes)}\n`;
}

export function json({ run }: ReportSource): string {
  return jsonText(run);
}
