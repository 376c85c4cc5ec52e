/** What a run folder gets when its run has ended or was merged. */
import { relative } from 'node:path';
import { UserError } from '../errors.ts';
import { saveReport, storedSource } from '../reporter.ts';
import type { RunResult } from '../result.ts';
import { pointLatestAt } from '../store.ts';
import type { Tools } from './tools.ts';

/**
 * Writes the pages, and points `runs/latest` at the run unless the user has chosen its folder. Throws a
 * UserError.
 */
export function concludeRun(
  runFolder: string,
  run: RunResult,
  out: string | undefined,
  tools: Tools,
): void {
  const { html } = tools.reporters;
  if (html) saveReport(runFolder, storedSource(runFolder, run), html);
  if (out === undefined) pointLatest(runFolder);
}

/** The run is whole without it. */
function pointLatest(runFolder: string): void {
  try {
    pointLatestAt(runFolder);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`runs/latest does not point at this run: ${error.message}\n`);
  }
}

export const reportLine = (runFolder: string) =>
  `report: ${relative(process.cwd(), runFolder) || '.'}/report.html\n`;
