/** Clients that met the same fault, side by side: which results belong together, and what is said of each. */
import type { Conduct, ExecutionResult, ScenarioResult } from '../harness/result.ts';
import { printable } from './text/printable.ts';
import { mainExecution } from './words.ts';

/** What one client did. Every text is printable. */
export interface ComparedClient {
  client: string;
  scenario: ScenarioResult;
  /** One of the seven names. */
  response: string;
  sent: string;
  executed: string;
  calls: string;
  log: readonly string[];
}

/** Scenarios that play the same script and workload over the same protocol, each with a client of its own. */
export interface Comparison {
  script: readonly string[];
  workload: readonly string[];
  clients: readonly ComparedClient[];
}

const byName = new Intl.Collator('en', { numeric: true });

/** In the order in which the first scenario of each was run; its clients by name. */
export function comparisonsOf(scenarios: readonly ScenarioResult[]): Comparison[] {
  const groups = new Map<string, ComparedClient[]>();
  for (const scenario of scenarios) {
    const main = mainExecution(scenario);
    if (!main) continue;
    const { protocol, script, workload } = scenario;
    const played = JSON.stringify([protocol, script, workload]);
    const group = groups.get(played) ?? [];
    groups.set(played, group);
    // Two scenarios may ask different things of one client that does the same in both.
    if (group.some(({ client }) => client === printable(scenario.client))) continue;
    group.push(comparedClient(scenario, main));
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first || group.length < 2) return [];
    return [
      {
        script: first.scenario.script.map(printable),
        workload: first.scenario.workload.map(printable),
        clients: group.toSorted((a, b) => byName.compare(a.client, b.client)),
      },
    ];
  });
}

const notKnown = '?';

function comparedClient(scenario: ScenarioResult, main: ExecutionResult): ComparedClient {
  const { faultResponse, conduct } = main;
  return {
    client: printable(scenario.client),
    scenario,
    response: faultResponse ?? notKnown,
    sent: countsText(conduct?.sent),
    executed: countsText(conduct?.executed),
    calls: callsText(conduct?.calls),
    log: logLines(conduct?.log),
  };
}

/** More than anybody would read are added up, or counted. */
const countsShownMax = 5;
const connectionsShownMax = 4;
const linesShownMax = 6;

function countsText(counts: Conduct['sent'] | undefined): string {
  if (!counts) return notKnown;
  if (counts.length <= countsShownMax) return counts.join(' ');
  return `${counts.reduce((sum, count) => sum + count, 0)} of ${counts.length}`;
}

/** Connections on which the same was called are told together: `#1 #3 read EOF, close`. */
function callsText(calls: Conduct['calls'] | undefined): string {
  if (!calls) return notKnown;
  const connectionsBy = new Map<string, number[]>();
  for (const { connection, calls: made } of calls) {
    if (made.length === 0) continue;
    const text = made.map(printable).join(', ');
    connectionsBy.set(text, [...(connectionsBy.get(text) ?? []), connection]);
  }
  if (connectionsBy.size === 0) return 'none';
  const texts = [...connectionsBy].map(([text, connections]) =>
    calls.length === 1 ? text : `${connectionsText(connections)} ${text}`,
  );
  return texts.join(' · ');
}

function connectionsText(connections: readonly number[]): string {
  const shown = connections.slice(0, connectionsShownMax).map((number) => `#${number}`);
  const more = connections.length - connectionsShownMax;
  return more > 0 ? `${shown.join(' ')} and ${more} more` : shown.join(' ');
}

function logLines(log: Conduct['log'] | undefined): string[] {
  if (!log) return ['the log is not known'];
  const shown = log.slice(0, linesShownMax).map(printable);
  const more = log.length - linesShownMax;
  return more > 0 ? [...shown, `and ${more} more lines`] : shown;
}
