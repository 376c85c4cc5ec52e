/** Which clauses a run has tested, and how each came out. Pure. */
import { type ScenarioResult, type Verdict, worst } from '../harness/result.ts';
import { printable } from './text/printable.ts';

export interface CoveredClaim {
  /** Printable, as is its text; empty for a clause of the scenario's own. */
  id: string;
  text: string;
  /** The worst of its scenarios. */
  verdict: Verdict;
  scenarios: readonly ScenarioResult[];
}

/** Known clauses in their order, then others in the order in which scenarios name them. */
export function coveredClaims(
  scenarios: readonly ScenarioResult[],
  clauses: readonly { id: string; text: string }[],
): CoveredClaim[] {
  const byClaim = new Map<string, ScenarioResult[]>(clauses.map(({ id }) => [id, []]));
  for (const scenario of scenarios) {
    for (const claim of new Set(scenario.claims)) {
      byClaim.set(claim, [...(byClaim.get(claim) ?? []), scenario]);
    }
  }
  const textOf = new Map(clauses.map(({ id, text }) => [id, text]));
  return [...byClaim]
    .filter(([, of]) => of.length > 0)
    .map(([id, of]) => ({
      id: printable(id),
      text: printable(textOf.get(id) ?? ''),
      verdict: worst(of.map(({ verdict }) => verdict)),
      scenarios: of,
    }));
}
