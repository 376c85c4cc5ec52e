/** What a CI system makes of a report agrees with the exit code: only a whole run that passed is green. */
import fc from 'fast-check';
import t from 'tap';
import { Parser } from 'tap-parser';
import { exitCodeOf, exitCodes } from '../../harness/commands/exit-codes.ts';
import type { RunResult, ScenarioResult } from '../../harness/result.ts';
import { github } from '../../reports/github.ts';
import { junit } from '../../reports/junit.ts';
import { tap } from '../../reports/tap.ts';
import { run } from './arbitrary.ts';
import { sourceOf } from './fixture.ts';
import { readJunit } from './junit/read.ts';

function passed(scenario: ScenarioResult): ScenarioResult {
  const pass = <T>(one: T) => ({ ...one, verdict: 'pass' as const });
  const executions = scenario.executions.map((execution) => ({
    ...pass(execution),
    judgements: execution.judgements.map(pass),
    receipts: execution.receipts.map(pass),
  }));
  return { ...pass(scenario), executions };
}

const isGreen: Readonly<Record<string, (any: RunResult) => boolean>> = {
  tap(any) {
    const events: readonly unknown[][] = Parser.parse(tap(sourceOf(any)), { strict: true });
    const [, completed] = events.find(([name]) => name === 'complete') ?? [];
    return (completed as { ok: boolean }).ok;
  },
  junit: (any) =>
    readJunit(junit(sourceOf(any))).every(({ failures, errors }) => failures + errors === 0),
  github: (any) => !/^::error /m.test(github(sourceOf(any))),
};

for (const [name, reads] of Object.entries(isGreen)) {
  t.test(name, async (t) => {
    const seen = new Set<boolean>();
    // Half of them pass in everything, or a whole run would hardly ever pass.
    const mostly = fc
      .tuple(run, fc.boolean())
      .map(([any, isPassed]) =>
        isPassed ? { ...any, scenarios: any.scenarios.map(passed) } : any,
      );
    fc.assert(
      fc.property(mostly, (any) => {
        const isPass = exitCodeOf(any) === exitCodes.passed;
        seen.add(isPass);
        t.equal(reads(any), isPass);
      }),
      { numRuns: 80 },
    );
    t.equal(seen.size, 2, 'runs of both kinds were made');
  });
}
