/** `pipewrench check`: judges stored evidence again. Opens no socket, changes no stored file. */
import { join as joinPath } from 'node:path';
import { join } from '../join.ts';
import { concludeScenario, judgeExecution } from '../judge.ts';
import { storedSource } from '../reporter.ts';
import type { ExecutionResult, RunResult, ScenarioResult } from '../result.ts';
import { loadEvidence, loadRun, pcapFile } from '../store.ts';
import { renderOptions } from './render-options.ts';
import { findReporter, type Tools } from './tools.ts';

/** Throws a UserError when the run is not there, of another format, or cut short. */
export async function checkCommand(
  runFolder: string,
  { reporter: name }: { reporter: string },
  tools: Tools,
): Promise<RunResult> {
  const reporter = findReporter(name, tools);
  const stored = loadRun(runFolder);
  const scenarios: ScenarioResult[] = [];
  for (const result of stored.scenarios) scenarios.push(await judgeAgain(runFolder, result));
  const run = { ...stored, scenarios };
  process.stdout.write(
    reporter.render(storedSource(runFolder, run), renderOptions(process.stdout)),
  );
  if (name === 'terminal') {
    for (const line of differences(stored, run)) process.stdout.write(`${line}\n`);
  }
  return run;
}

async function judgeAgain(runFolder: string, stored: ScenarioResult): Promise<ScenarioResult> {
  const folder = joinPath(runFolder, stored.folder);
  const { scenario, executions: recorded } = await loadEvidence(folder, stored.executions.length);
  const executions = recorded.map(
    ({ evidence, packets }): ExecutionResult => ({
      ...judgeExecution(scenario, evidence, join(evidence, packets)),
      pcap: evidence.packetCount === null ? null : pcapFile(evidence.execution),
    }),
  );
  return { ...stored, ...concludeScenario(executions), executions };
}

function differences(before: RunResult, after: RunResult): string[] {
  const changed = after.scenarios.filter(
    ({ verdict }, i) => before.scenarios[i]?.verdict !== verdict,
  );
  if (changed.length === 0) return ['judged again from the stored evidence: the same verdicts'];
  return changed.map(({ path, verdict }) => {
    const old = before.scenarios.find((scenario) => scenario.path === path)?.verdict;
    return `judged again: ${path} is ${verdict}, the run had concluded ${old}`;
  });
}
