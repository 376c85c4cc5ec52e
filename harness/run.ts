/** Runs scenarios one after the other: collect, save, judge, save. */
import { join as joinPath } from 'node:path';
import type { ClientDriver } from './client.ts';
import { collect, type Instruments, type Plan } from './collect.ts';
import { messageOf, UserError } from './errors.ts';
import { join } from './join.ts';
import { concludeScenario, judgeExecution } from './judge.ts';
import { findClient } from './load-client.ts';
import { type ExecutionResult, executionNames, type ScenarioResult } from './result.ts';
import { type Scenario, settingsText } from './scenario.ts';
import { shellWord } from './shell.ts';
import {
  pcapFile,
  saveEvidence,
  saveScenario,
  saveScenarioResult,
  saveTimelines,
  type Timelines,
} from './store.ts';
import { explainWorkloadStep, type WorkloadStep } from './workload.ts';

/** A scenario and where it came from. */
export interface FoundScenario {
  /** Relative to the root of its set, `/` between folders, with its ending. */
  path: string;
  /** Of its evidence, relative to the run's folder. */
  folder: string;
  /** As the user may type it again. */
  file: string;
  scenario: Scenario;
}

export interface RunOptions {
  runFolder: string;
  clients: readonly ClientDriver[];
  /** The client to run instead of the one that each scenario is written for, as the user named it. */
  client: { driver: ClientDriver; typed: string } | undefined;
  /** The command, without arguments, that repeats a scenario. */
  program: string;
}

/** Evidence of each execution is on disk before it is judged. */
export async function runScenario(
  found: FoundScenario,
  options: RunOptions,
  instruments: Instruments,
): Promise<ScenarioResult> {
  const { scenario, path, file, folder } = found;
  const scenarioFolder = joinPath(options.runFolder, folder);
  const driver = options.client?.driver ?? findClient(scenario.client, options.clients);
  saveScenario(scenarioFolder, scenario);

  const executions: ExecutionResult[] = [];
  const timelines: Timelines = {};
  let brokeDown: string | undefined;
  for (const name of executionNames) {
    if (instruments.signal.aborted) break;
    try {
      const plan = planExecution(scenario, name, driver, options.clients, instruments);
      const { evidence, packets } = await collect(plan, instruments);
      saveEvidence(scenarioFolder, evidence, packets);
      // What was cut off by Ctrl-C says nothing about the client.
      if (instruments.signal.aborted) break;
      const timeline = join(evidence, packets);
      timelines[name] = timeline;
      executions.push({
        ...judgeExecution(scenario, evidence, timeline),
        pcap: evidence.packetCount === null ? null : pcapFile(name),
      });
    } catch (error) {
      // Disk full or a folder gone is the user's to put right, and no later scenario would fare better.
      if (error instanceof UserError) throw error;
      brokeDown = `The harness failed in the ${name} execution: ${messageOf(error)}.`;
      break;
    }
  }

  const result: ScenarioResult = {
    path,
    file,
    folder,
    title: scenario.title,
    claims: scenario.claims,
    protocol: scenario.protocol,
    client: driver.name,
    ...(brokeDown ? { verdict: 'unknown', reason: brokeDown } : concludeScenario(executions)),
    script: instruments.upstream.explain(scenario.upstream),
    workload: [...explainSettings(scenario), ...scenario.workload.map(explainWorkloadStep)],
    executions,
    repeat: repeatCommand(found, options),
  };
  saveTimelines(scenarioFolder, timelines);
  saveScenarioResult(scenarioFolder, result);
  return result;
}

function explainSettings({ settings, faultySettings, localPorts }: Scenario): string[] {
  const text = settingsText({ ...settings, ...faultySettings });
  return [
    ...(text === '' ? [] : [`a client with ${text}`]),
    ...(localPorts === undefined ? [] : [`local ports for an upstream: ${localPorts}`]),
  ];
}

function repeatCommand({ file }: FoundScenario, { client, program }: RunOptions): string {
  const words = ['run', file, ...(client ? ['--client', client.typed] : [])];
  return [program, ...words.map(shellWord)].join(' ');
}

function planExecution(
  scenario: Scenario,
  name: ExecutionResult['name'],
  driver: ClientDriver,
  clients: readonly ClientDriver[],
  { upstream }: Instruments,
): Plan {
  const { counter, protocol, clock, deadlineMs, workload } = scenario;
  const settings = { ...scenario.settings, ...scenario.faultySettings };
  const common = { execution: name, protocol, clock, deadlineMs, settings } as const;
  switch (name) {
    case 'main':
      return {
        ...common,
        script: scenario.upstream,
        workload,
        localPorts: scenario.localPorts,
        driver,
      };
    case 'control':
      return {
        ...common,
        settings: scenario.settings,
        script: upstream.withoutFaults(scenario.upstream),
        workload: withoutFaults(
          untilClosed(upstream.isUnderTest(scenario.upstream) ? staying(workload) : workload),
        ),
        driver,
      };
    case 'counter':
      return {
        ...common,
        ...(counter.kind === 'settings' && { settings: { ...settings, ...counter.settings } }),
        script: counter.kind === 'script' ? counter.upstream : scenario.upstream,
        workload,
        localPorts: scenario.localPorts,
        driver: findClient(counter.kind === 'client' ? counter.client : scenario.client, clients),
      };
  }
}

/** More than any answer that a scenario asks for. */
const answerBytesMax = 65_536;

/** In front of a server under test the fault is the caller: here it stays, and reads its answer. */
function staying(workload: readonly WorkloadStep[]): WorkloadStep[] {
  return workload.map((step): WorkloadStep => {
    if (step.kind !== 'operate' && step.kind !== 'begin') return step;
    const { operation } = step;
    if (operation.kind === 'close' || operation.kind === 'reset') {
      return { kind: 'operate', operation: { kind: 'recv', maxBytes: answerBytesMax } };
    }
    if (operation.kind !== 'fetch') return step;
    const { withinMs: _, ...patient } = operation;
    return { ...step, operation: patient };
  });
}

/** What is asked of a client that is closed fails with and without a fault. */
function untilClosed(workload: readonly WorkloadStep[]): readonly WorkloadStep[] {
  const closing = workload.findIndex(({ kind }) => kind === 'close-client');
  if (closing === -1) return workload;
  const closes = workload.slice(closing).filter(({ kind }) => kind === 'close-client');
  return [...workload.slice(0, closing), ...closes];
}

/**
 * Waits for what only a fault brings about would wait for ever, and a request that is begun to be met
 * by one is waited for, so that nothing is left to cancel; not while the client is paused.
 */
function withoutFaults(workload: readonly WorkloadStep[]): WorkloadStep[] {
  const kept: WorkloadStep[] = [];
  let isPaused = false;
  for (const step of workload) {
    switch (step.kind) {
      case 'pause-client':
      case 'resume-client':
        isPaused = step.kind === 'pause-client';
        kept.push(step);
        break;
      case 'operate':
      case 'together':
      case 'advance':
      case 'stall':
      case 'close-client':
        kept.push(step);
        break;
      case 'begin':
        kept.push(isPaused ? step : { kind: 'operate', operation: step.operation });
        break;
      case 'settle':
      case 'cancel':
      case 'open-gate':
      case 'fired':
      case 'said':
      case 'client-state':
      case 'state':
      case 'server-logged':
      case 'limit-descriptors':
        break;
    }
  }
  return kept;
}
