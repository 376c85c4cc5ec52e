/** Why a scenario did not pass, in lines of plain text: what CI systems show beside its name. */
import type { ScenarioResult } from '../../harness/result.ts';
import { troublesOf } from '../trouble.ts';
import { errorSequenceText, mainExecution } from '../words.ts';
import { printable } from './printable.ts';

/** From the reason to the command that repeats it. Printable; each is one line. */
export function storyLines(scenario: ScenarioResult): string[] {
  const { verdict, reason, claims, client, repeat } = scenario;
  const errors = errorSequenceText(mainExecution(scenario)?.errorSequences ?? []);
  const troubles = troublesOf(scenario).flatMap((trouble) => [
    '',
    `${trouble.verdict}: ${trouble.rule} (${trouble.execution}, ${trouble.client})`,
    ...labelled('  ', [
      ['', trouble.title],
      ['expected: ', trouble.expected],
      ['actual: ', trouble.actual],
      ['where: ', trouble.where],
      ['next: ', trouble.next],
    ]),
  ]);
  return [
    `${verdict}: ${reason}`,
    ...labelled('', [
      ['errors: ', errors],
      ['client: ', client],
      ['clauses: ', claims.join(' ')],
    ]),
    ...troubles,
    '',
    `repeat: ${repeat}`,
  ].map(printable);
}

/** Without those that have nothing to say. */
function labelled(
  margin: string,
  facts: readonly (readonly [label: string, text: string])[],
): string[] {
  return facts.filter(([, text]) => text !== '').map(([label, text]) => `${margin}${label}${text}`);
}
