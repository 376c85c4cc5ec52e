/** The summary of a step: the Markdown report, cut to what GitHub takes. */
import { markdown } from '../markdown.ts';
import type { ReportSource } from '../source.ts';

/** GitHub drops the whole summary of a step that is larger. Bytes. */
export const summaryBytesMax = 1_048_576;

const bytesOf = (text: string) => Buffer.byteLength(text);

/**
 * @param writtenBytes What the summary of the step holds already.
 * Empty when not even the line that says so has room.
 */
export function stepSummary(source: ReportSource, writtenBytes: number): string {
  return cutMarkdown(markdown(source), summaryBytesMax - writtenBytes);
}

const closing = '</details>';

/** Whole lines of a Markdown report, at most so many bytes, and a last line that says what is missing. */
export function cutMarkdown(text: string, bytesMax: number): string {
  if (bytesOf(text) <= bytesMax) return text;
  const lines = text.trimEnd().split('\n');
  const notice = (left: number) =>
    `**Cut here: ${left} more lines do not fit into the summary of a step.** \`pipewrench report --reporter markdown\` has them all.`;
  // What follows the last whole line: the end of a block that stays open, and the notice.
  const ending = (kept: number, isOpen: boolean) =>
    ['', ...(isOpen ? [closing, ''] : []), notice(lines.length - kept), ''].join('\n');
  let room = bytesMax - bytesOf(`\n${ending(0, true)}`);
  let kept = 0;
  let isOpen = false;
  for (const line of lines) {
    room -= bytesOf(`${line}\n`);
    if (room < 0) break;
    kept += 1;
    if (line.startsWith('<details>')) isOpen = true;
    if (line === closing) isOpen = false;
  }
  const cut = [...lines.slice(0, kept), ending(kept, isOpen)].join('\n');
  return bytesOf(cut) <= bytesMax ? cut : '';
}
