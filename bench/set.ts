/** Runs the scenarios that come with pipewrench, for measuring. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clients } from '../clients/index.ts';
import { upstreamDriver } from '../fake-servers/driver.ts';
import type { Instruments } from '../harness/collect.ts';
import { loadScenarios } from '../harness/load.ts';
import type { WireRecorder } from '../harness/recorders/wire.ts';
import type { ScenarioResult } from '../harness/result.ts';
import { type FoundScenario, runScenario } from '../harness/run.ts';
import * as entry from '../index.ts';

export async function loadSet(): Promise<FoundScenario[]> {
  const folder = fileURLToPath(new URL('../../scenarios', import.meta.url));
  return loadScenarios([], {
    folder,
    entry,
    whyNotAScript: upstreamDriver.whyNotAScript,
    namesIn: upstreamDriver.namesIn,
  });
}

export interface Measured {
  result: ScenarioResult;
  /** From the start of the scenario to its stored result: three executions, saving and judging. */
  elapsedMs: number;
  /** Of which the scripts waited by themselves: for silence, and for acknowledgements. */
  waitedMs: number;
}

/** Runs the set once; what it stores is removed again. */
export async function measureSet(
  set: readonly FoundScenario[],
  wire: WireRecorder | { unavailable: string },
  signal: AbortSignal,
): Promise<Measured[]> {
  // Where real runs are stored: the same file system, so the same cost of storing.
  const runs = fileURLToPath(new URL('../../runs', import.meta.url));
  mkdirSync(runs, { recursive: true });
  const runFolder = mkdtempSync(join(runs, 'bench-'));
  const instruments: Instruments = { upstream: upstreamDriver, wire, signal };
  const options = { runFolder, clients, client: undefined, program: 'npx pipewrench' };
  const measured: Measured[] = [];
  try {
    for (const found of set) {
      if (signal.aborted) break;
      const startedMs = performance.now();
      const result = await runScenario(found, options, instruments);
      const elapsedMs = performance.now() - startedMs;
      const waitedMs = result.executions.reduce((sum, execution) => sum + execution.waitedMs, 0);
      measured.push({ result, elapsedMs, waitedMs });
    }
  } finally {
    rmSync(runFolder, { recursive: true, force: true });
  }
  return measured;
}
