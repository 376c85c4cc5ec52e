/** The report for people on a terminal, whole or in the pieces that a run shows as it goes. */
import type { RenderOptions, ReportSource } from './source.ts';
import { runStartedLine } from './terminal/progress.ts';
import { scenarioBlock } from './terminal/scenario.ts';
import { runSummary } from './terminal/summary.ts';

export {
  eraseLine,
  runStartedLine,
  scenarioStartedLine,
} from './terminal/progress.ts';
export { scenarioBlock } from './terminal/scenario.ts';
export { runSummary } from './terminal/summary.ts';

/** What a run writes to a file or a pipe: the same pieces, nothing overwritten. */
export function terminal({ run }: ReportSource, options: RenderOptions): string {
  return [
    runStartedLine(run, options),
    '\n',
    ...run.scenarios.map((scenario) => scenarioBlock(scenario, options)),
    runSummary(run, options),
  ].join('');
}
