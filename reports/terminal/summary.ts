/** The last lines of a run: clients side by side, the counts, whether it was cut short, and what it ran on. */
import type { RunResult } from '../../harness/result.ts';
import type { RenderOptions } from '../source.ts';
import { printable } from '../text/printable.ts';
import { countsText, countVerdicts, interruptedText } from '../words.ts';
import { comparisonBlocks } from './comparison.ts';
import { inVerdictColour, styled } from './style.ts';

export function runSummary(run: RunResult, options: RenderOptions): string {
  const counts = countVerdicts(run.scenarios);
  const verdict = counts.fail > 0 ? 'fail' : counts.unknown > 0 ? 'unknown' : 'pass';
  const interrupted = interruptedText(run);
  const { machine } = run;
  const facts = [
    ['machine', `kernel ${machine.kernel} · Node ${machine.node}`],
    ['sandbox', machine.sandbox],
    ['capture', machine.capture],
  ] as const;
  const lines = [
    styled('dim', '─'.repeat(Math.min(60, options.widthColumns)), options),
    inVerdictColour(verdict, countsText(counts), options),
    ...(interrupted === undefined ? [] : [inVerdictColour('unknown', interrupted, options)]),
    ...run.skipped.map(({ title, reason }) =>
      styled('dim', `skipped  ${printable(title)}: ${printable(reason)}`, options),
    ),
    ...facts.map(([name, fact]) =>
      styled('dim', `${name.padEnd('machine  '.length)}${printable(fact)}`, options),
    ),
  ];
  return `${comparisonBlocks(run.scenarios, options)}${lines.join('\n')}\n`;
}
