/** Names that are safe in an id, a link and a file name, the same in every run of a scenario. */
import type { ExecutionResult, ScenarioResult } from '../../harness/result.ts';

/** `dns/idle-fin.ts` becomes `dns-idle-fin`. */
function slug(text: string): string {
  return text
    .replace(/\.[cm]?[jt]sx?$/, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
}

/** One anchor per scenario, in the same order, each different from the others. */
export function anchorsOf(scenarios: readonly ScenarioResult[]): string[] {
  const taken = new Set<string>();
  return scenarios.map(({ path, client }) => {
    const base = `scenario-${slug(`${slug(path)} ${client}`)}`;
    let anchor = base;
    for (let copy = 2; taken.has(anchor); copy += 1) anchor = `${base}-${copy}`;
    taken.add(anchor);
    return anchor;
  });
}

export function captureFileName(scenario: ScenarioResult, execution: ExecutionResult): string {
  const parts = [slug(scenario.path), execution.name, slug(execution.client)];
  return `${parts.filter((part) => part !== '').join('.')}.pcap`;
}
