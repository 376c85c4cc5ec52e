/** What each client made of each fault, from all executions of a run in which a pool met one. Pure. */
import {
  type ExecutionResult,
  type FaultResponse,
  faultResponseSchema,
  type ScenarioResult,
} from '../harness/result.ts';
import { printable } from './text/printable.ts';
import { mainExecution } from './words.ts';

/** One execution in which a client met the fault. */
export interface Encounter {
  scenario: ScenarioResult;
  execution: ExecutionResult;
}

/** What a client made of a fault, the worst first; several scenarios may show the same. */
export type Cell = readonly { response: FaultResponse; encounters: readonly Encounter[] }[];

export interface FaultRow {
  /** A fault case such as `F1`, or empty where only the steps of the script name the fault. */
  id: string;
  /** What is broken. Printable. */
  text: string;
  /** In the order of the table's clients; empty where the client was not tried. */
  cells: readonly Cell[];
}

/** The clients of one protocol. Every text is printable. */
export interface FaultTable {
  protocol: string;
  clients: readonly string[];
  rows: readonly FaultRow[];
}

/** The seven names, the worst first. */
export const responsesWorstFirst: readonly FaultResponse[] =
  faultResponseSchema.options.toReversed();

const byName = new Intl.Collator('en', { numeric: true });

export function faultTables(
  scenarios: readonly ScenarioResult[],
  clauses: readonly { id: string; text: string }[],
): FaultTable[] {
  const textOf = new Map(clauses.map(({ id, text }) => [id, text]));
  const protocols = new Map<string, Map<string, Encounter[]>>();
  for (const scenario of scenarios) {
    const encounters = encountersOf(scenario);
    if (encounters.length === 0) continue;
    const faults = protocols.get(scenario.protocol) ?? new Map<string, Encounter[]>();
    protocols.set(scenario.protocol, faults);
    for (const fault of faultsOf(scenario)) {
      faults.set(fault, [...(faults.get(fault) ?? []), ...encounters]);
    }
  }
  return [...protocols]
    .filter(([, faults]) => faults.size > 0)
    .map(([protocol, faults]) => tableOf(protocol, faults, textOf));
}

/**
 * `main`, and `counter` where another client plays the same script. A client without a policy, such as
 * `raw`, makes nothing of a fault.
 */
function encountersOf(scenario: ScenarioResult): Encounter[] {
  return scenario.executions
    .filter(
      ({ name, client, faultResponse }) =>
        faultResponse !== null &&
        (name === 'main' || (name === 'counter' && client !== scenario.client)),
    )
    .map((execution) => ({ scenario, execution }));
}

const isFaultCase = (claim: string) => /^F\d+$/.test(claim);

/** Fault cases that the scenario names, or else the steps that broke something. */
function faultsOf(scenario: ScenarioResult): string[] {
  const cases = scenario.claims.filter(isFaultCase);
  if (cases.length > 0) return cases;
  const steps =
    mainExecution(scenario)?.receipts.map(({ step }) => step.replace(/\d+/g, 'n')) ?? [];
  return steps.length === 0 ? [] : [[...new Set(steps)].join(', then ')];
}

function tableOf(
  protocol: string,
  faults: ReadonlyMap<string, readonly Encounter[]>,
  textOf: ReadonlyMap<string, string>,
): FaultTable {
  const all = [...faults.values()].flat();
  const names = [...new Set(all.map(({ execution }) => execution.client))].sort(byName.compare);
  const rows = [...faults]
    .sort(([a], [b]) => Number(isFaultCase(b)) - Number(isFaultCase(a)) || byName.compare(a, b))
    .map(([fault, encounters]) => ({
      id: isFaultCase(fault) ? fault : '',
      text: printable(isFaultCase(fault) ? (textOf.get(fault) ?? '') : fault),
      cells: names.map((name) => cellOf(encounters.filter((met) => met.execution.client === name))),
    }));
  return { protocol: printable(protocol), clients: names.map(printable), rows };
}

function cellOf(encounters: readonly Encounter[]): Cell {
  return responsesWorstFirst.flatMap((response) => {
    const such = encounters.filter(({ execution }) => execution.faultResponse === response);
    return such.length === 0 ? [] : [{ response, encounters: such }];
  });
}
