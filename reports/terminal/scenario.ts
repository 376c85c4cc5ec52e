/** One scenario in the terminal: two lines when it passed, the whole story when it did not. */
import type { ErrorSequence, ScenarioResult } from '../../harness/result.ts';
import type { RenderOptions } from '../source.ts';
import { clip, widthOf, wrap } from '../text/columns.ts';
import { printable } from '../text/printable.ts';
import { type Trouble, troublesOf } from '../trouble.ts';
import { durationText, elapsedMs, errorSequenceText, mainExecution } from '../words.ts';
import { inVerdictColour, styled, verdictMark } from './style.ts';

const labelColumns = 'expected  '.length;

/** Lines of text after a label, the following ones aligned with the first. */
function labelled(label: string, text: string, indent: number, options: RenderOptions): string[] {
  if (text === '') return [];
  const room = Math.max(20, options.widthColumns - indent - labelColumns);
  const margin = ' '.repeat(indent);
  return wrap(printable(text), room).map((line, index) =>
    index === 0
      ? `${margin}${styled('dim', label.padEnd(labelColumns), options)}${line}`
      : `${margin}${' '.repeat(labelColumns)}${line}`,
  );
}

function troubleLines(trouble: Trouble, options: RenderOptions): string[] {
  const { verdict, rule, title, execution, client } = trouble;
  const mark = inVerdictColour(verdict, verdictMark[verdict], options);
  const from = styled('dim', `· ${execution}, ${printable(client)}`, options);
  const room = Math.max(20, options.widthColumns - 6);
  const titleLines = wrap(printable(title), room).map((line) => `      ${line}`);
  return [
    `    ${mark} ${inVerdictColour(verdict, printable(rule), options)} ${from}`,
    ...(title === '' ? [] : titleLines),
    ...labelled('expected', trouble.expected, 6, options),
    ...labelled('actual', trouble.actual, 6, options),
    ...labelled('where', trouble.where, 6, options),
    ...labelled('next', trouble.next, 6, options),
  ];
}

function headline(scenario: ScenarioResult, options: RenderOptions): string {
  const elapsed = durationText(elapsedMs(scenario));
  const room = Math.max(10, options.widthColumns - elapsed.length - 4);
  const title = clip(printable(scenario.title), room);
  const gap = ' '.repeat(Math.max(1, room - widthOf(title) + 1));
  const mark = inVerdictColour(scenario.verdict, verdictMark[scenario.verdict], options);
  return `${mark} ${styled('bold', title, options)}${gap} ${styled('dim', elapsed, options)}`;
}

/** More than anybody would read are counted. */
const sequencesShownMax = 8;

function errorsText(sequences: readonly ErrorSequence[]): string {
  const shown = errorSequenceText(sequences.slice(0, sequencesShownMax));
  const more = sequences.length - sequencesShownMax;
  return more > 0 ? `${shown} · and ${more} more` : shown;
}

function factsLine(scenario: ScenarioResult, options: RenderOptions): string {
  const main = mainExecution(scenario);
  const claims = scenario.claims.length === 0 ? '' : `${scenario.claims.join(' ')} · `;
  const response = main?.faultResponse ?? '';
  const before = `${printable(claims)}${printable(scenario.client)} · `;
  const errors = `errors ${errorsText(main?.errorSequences ?? [])}`;
  const after = response === '' ? '' : ` · ${response}`;
  return `  ${styled('dim', before, options)}${errors}${styled('dim', after, options)}`;
}

/** The block written when a scenario has ended. Lines end with a newline. */
export function scenarioBlock(scenario: ScenarioResult, options: RenderOptions): string {
  const lines = [headline(scenario, options), factsLine(scenario, options)];
  if (scenario.verdict !== 'pass') {
    const room = Math.max(20, options.widthColumns - 2);
    const reason = wrap(`${scenario.verdict}: ${printable(scenario.reason)}`, room);
    lines.push(...reason.map((line) => `  ${inVerdictColour(scenario.verdict, line, options)}`));
  }
  lines.push(...troublesOf(scenario).flatMap((trouble) => troubleLines(trouble, options)));
  if (scenario.verdict !== 'pass') {
    // Never wrapped: it is there to be copied.
    lines.push(`  ${styled('dim', 'repeat', options)}  ${printable(scenario.repeat)}`, '');
  }
  return `${lines.join('\n')}\n`;
}
