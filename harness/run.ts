/** Runs scenarios one after the other: collect, save, judge, save. */
import { join as joinPath } from 'node:path';
import type { ClientDriver } from './client.ts';
import { collect, type Instruments, type Plan } from './collect.ts';
import { UserError, unknownName } from './errors.ts';
import { join } from './join.ts';
import { concludeScenario, judgeExecution } from './judge.ts';
import { type ExecutionResult, executionNames, type ScenarioResult } from './result.ts';
import type { Scenario } from './scenario.ts';
import {
  pcapFile,
  saveEvidence,
  saveScenario,
  saveScenarioResult,
  saveTimeline,
  timelineFile,
} from './store.ts';
import { explainWorkloadStep, type WorkloadStep } from './workload.ts';

/** A scenario and where it came from. */
export interface FoundScenario {
  /** Relative to the root of its set, `/` between folders, with its ending. */
  path: string;
  /** As the user may type it again. */
  file: string;
  scenario: Scenario;
}

export interface RunOptions {
  runFolder: string;
  clients: readonly ClientDriver[];
  /** Name of the client to run instead of the one that each scenario is written for. */
  clientName: string | undefined;
  /** The command, without arguments, that repeats a scenario. */
  program: string;
}

/** Evidence of each execution is on disk before it is judged. */
export async function runScenario(
  found: FoundScenario,
  options: RunOptions,
  instruments: Instruments,
): Promise<ScenarioResult> {
  const { scenario, path } = found;
  const folder = path.replace(/\.[cm]?[jt]s$/, '');
  const scenarioFolder = joinPath(options.runFolder, folder);
  const client = options.clientName ?? scenario.client;
  saveScenario(scenarioFolder, scenario);

  const executions: ExecutionResult[] = [];
  let brokeDown: string | undefined;
  for (const name of executionNames) {
    if (instruments.signal.aborted) break;
    try {
      const plan = planExecution(scenario, name, client, options.clients, instruments);
      const { evidence, packets } = await collect(plan, instruments);
      saveEvidence(scenarioFolder, evidence, packets);
      const timeline = join(evidence, packets);
      saveTimeline(scenarioFolder, name, timeline);
      executions.push({
        ...judgeExecution(scenario, evidence, timeline),
        pcap: evidence.packetCount === null ? null : pcapFile(name),
        timeline: timelineFile(name),
      });
    } catch (error) {
      // Disk full or a folder gone is the user's to put right, and no later scenario would fare better.
      if (error instanceof UserError) throw error;
      brokeDown = `The harness failed in the ${name} execution: ${error instanceof Error ? error.message : error}.`;
      break;
    }
  }

  const result: ScenarioResult = {
    path,
    folder,
    title: scenario.title,
    claims: scenario.claims,
    protocol: scenario.protocol,
    client,
    ...(brokeDown ? { verdict: 'unknown', reason: brokeDown } : concludeScenario(executions)),
    script: instruments.upstream.explain(scenario.upstream),
    workload: scenario.workload.map(explainWorkloadStep),
    executions,
    repeat: repeatCommand(found, options),
  };
  saveScenarioResult(scenarioFolder, result);
  return result;
}

function repeatCommand({ file }: FoundScenario, { clientName, program }: RunOptions): string {
  const quoted = /^[\w./-]+$/.test(file) ? file : `'${file.replaceAll("'", `'\\''`)}'`;
  return `${program} run ${quoted}${clientName ? ` --client ${clientName}` : ''}`;
}

function planExecution(
  scenario: Scenario,
  name: ExecutionResult['name'],
  client: string,
  clients: readonly ClientDriver[],
  { upstream }: Instruments,
): Plan {
  const { counter, protocol, clock, deadlineMs, workload } = scenario;
  const common = { execution: name, protocol, clock, deadlineMs } as const;
  switch (name) {
    case 'main':
      return {
        ...common,
        script: scenario.upstream,
        workload,
        driver: findClient(client, clients),
      };
    case 'control':
      return {
        ...common,
        script: upstream.withoutFaults(scenario.upstream),
        workload: workload.filter(hasMeaningWithoutFaults),
        driver: findClient(client, clients),
      };
    case 'counter':
      return {
        ...common,
        script: counter.kind === 'script' ? counter.upstream : scenario.upstream,
        workload,
        driver: findClient(counter.kind === 'client' ? counter.client : scenario.client, clients),
      };
  }
}

/** Waits for what only a fault brings about would wait for ever. */
function hasMeaningWithoutFaults(step: WorkloadStep): boolean {
  return step.kind === 'operate' || step.kind === 'together' || step.kind === 'advance';
}

/** Throws a UserError with the nearest name. */
export function findClient(name: string, clients: readonly ClientDriver[]): ClientDriver {
  const found = clients.find((driver) => driver.name === name);
  if (found) return found;
  const names = clients.map((driver) => driver.name);
  throw unknownName('client', name, names, 'pick one with --client');
}
