/** How a command ends, for shells and CI. */
import type { RunResult } from '../result.ts';

/** 0 all passed, 1 a client failed, 2 the command was wrong, 3 evidence was missing. */
export const exitCodes = {
  passed: 0,
  failed: 1,
  wrongCommand: 2,
  unknown: 3,
  /** As shells report a program that was stopped by Ctrl-C. */
  interrupted: 130,
} as const;

export function exitCodeOf(run: Pick<RunResult, 'scenarios' | 'interrupted'>): number {
  if (run.interrupted) return exitCodes.interrupted;
  const verdicts = run.scenarios.map(({ verdict }) => verdict);
  if (verdicts.includes('fail')) return exitCodes.failed;
  // Nothing to judge is no pass.
  const isPassed = verdicts.length > 0 && verdicts.every((verdict) => verdict === 'pass');
  return isPassed ? exitCodes.passed : exitCodes.unknown;
}
