/** GitHub Flavored Markdown, for the summary of a CI job or a comment: what did not pass first. */
import type { RunResult, ScenarioResult } from '../harness/result.ts';
import { table, text } from './markdown/text.ts';
import type { ReportSource } from './source.ts';
import { type Trouble, troublesOf } from './trouble.ts';
import {
  countsText,
  countVerdicts,
  durationText,
  elapsedMs,
  errorSequenceText,
  mainExecution,
  runTrouble,
} from './words.ts';

const mark = { pass: '✓', fail: '✗', unknown: '?' } as const;

/** Items of a list, without those that have nothing to say. */
function items(facts: readonly (readonly [label: string, fact: string])[]): string {
  return facts
    .filter(([, fact]) => fact !== '')
    .map(([label, fact]) => `- **${label}** ${text(fact)}`)
    .join('\n');
}

function troubleBlocks({ verdict, rule, execution, client, title, ...story }: Trouble): string[] {
  return [
    `**${mark[verdict]} ${text(rule)}** in ${execution}, ${text(client)}${title === '' ? '' : `: ${text(title)}`}`,
    items([
      ['expected', story.expected],
      ['actual', story.actual],
      ['where', story.where],
      ['next', story.next],
    ]),
  ];
}

function scenarioBlocks(scenario: ScenarioResult): string[] {
  const { verdict, title, reason, path, claims, client, repeat } = scenario;
  const main = mainExecution(scenario);
  return [
    `### ${mark[verdict]} ${verdict}: ${text(title)}`,
    `**Reason** ${text(reason)}`,
    items([
      ['scenario', path],
      ['clauses', claims.join(' ')],
      ['client', client],
      ['errors', errorSequenceText(main?.errorSequences ?? [])],
      ['response', main?.faultResponse ?? ''],
      ['repeat', repeat],
    ]),
    ...troublesOf(scenario).flatMap(troubleBlocks),
  ];
}

function passedBlocks(passed: readonly ScenarioResult[]): string[] {
  if (passed.length === 0) return [];
  const rows = passed.map((scenario) => {
    const main = mainExecution(scenario);
    return [
      scenario.title,
      scenario.path,
      scenario.claims.join(' '),
      scenario.client,
      errorSequenceText(main?.errorSequences ?? []),
      main?.faultResponse ?? '',
      durationText(elapsedMs(scenario)),
    ];
  });
  const head = ['scenario', 'file', 'clauses', 'client', 'errors', 'response', 'time'];
  return [
    `<details><summary>${mark.pass} ${passed.length} passed</summary>`,
    table(head, rows),
    '</details>',
  ];
}

function skippedBlocks(skipped: RunResult['skipped']): string[] {
  if (skipped.length === 0) return [];
  const rows = skipped.map(({ title, path, reason }) => [title, path, reason]);
  return [
    `<details><summary>${skipped.length} skipped: this machine cannot run them</summary>`,
    table(['scenario', 'file', 'why'], rows),
    '</details>',
  ];
}

export function markdown({ run }: ReportSource): string {
  const { scenarios, skipped, machine } = run;
  const trouble = runTrouble(run);
  const blocks = [
    `## pipewrench: ${countsText(countVerdicts(scenarios))}`,
    ...(trouble === undefined ? [] : [`**${trouble}**`]),
    ...scenarios.filter(({ verdict }) => verdict === 'fail').flatMap(scenarioBlocks),
    ...scenarios.filter(({ verdict }) => verdict === 'unknown').flatMap(scenarioBlocks),
    ...passedBlocks(scenarios.filter(({ verdict }) => verdict === 'pass')),
    ...skippedBlocks(skipped),
    `pipewrench ${text(machine.pipewrench)} · kernel ${text(machine.kernel)} · Node ${text(machine.node)} · sandbox: ${text(machine.sandbox)} · capture: ${text(machine.capture)}`,
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}
