/** Annotations of GitHub Actions: one for each scenario that did not pass, at its file. */
import type { RunResult, ScenarioResult } from '../harness/result.ts';
import { commandLine, type WorkflowCommand } from './github/command.ts';
import type { ReportSource } from './source.ts';
import { printable } from './text/printable.ts';
import { storyLines } from './text/story.ts';
import { runTrouble } from './words.ts';

function ofScenario(scenario: ScenarioResult): WorkflowCommand {
  const { verdict, title, file } = scenario;
  return {
    command: 'error',
    properties: { title: printable(`${verdict}: ${title}`), file: file && printable(file) },
    message: storyLines(scenario).join('\n'),
  };
}

function ofTrouble(trouble: string): WorkflowCommand {
  return {
    command: 'error',
    properties: { title: 'unknown: the run is not whole' },
    message: trouble,
  };
}

/** One for all, because GitHub shows ten of a kind for a step. */
function ofSkipped(skipped: RunResult['skipped']): WorkflowCommand {
  return {
    command: 'notice',
    properties: { title: 'skipped: what this machine cannot run' },
    message: skipped.map(({ title, reason }) => printable(`${title}: ${reason}`)).join('\n'),
  };
}

/** Empty when everything passed. Failures come first: GitHub shows the first ten of a step. */
export function github({ run }: ReportSource): string {
  const of = (verdict: ScenarioResult['verdict']) =>
    run.scenarios.filter((scenario) => scenario.verdict === verdict).map(ofScenario);
  const trouble = runTrouble(run);
  return [
    ...(trouble === undefined ? [] : [ofTrouble(trouble)]),
    ...of('fail'),
    ...of('unknown'),
    ...(run.skipped.length === 0 ? [] : [ofSkipped(run.skipped)]),
  ]
    .map((command) => `${commandLine(command)}\n`)
    .join('');
}
