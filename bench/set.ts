/** Runs the scenarios that come with pipewrench, for measuring. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clients } from '../clients/index.ts';
import { serverPrograms } from '../clients/programs.ts';
import { upstreamDriver } from '../fake-servers/driver.ts';
import type { ClientDriver } from '../harness/client.ts';
import type { Instruments } from '../harness/collect.ts';
import { clientsIn } from '../harness/commands/select.ts';
import { loadScenarios } from '../harness/load.ts';
import { builder } from '../harness/programs/builder.ts';
import { withServersUnderTest } from '../harness/programs/under-test.ts';
import { tapSyscalls } from '../harness/recorders/syscalls.ts';
import type { WireRecorder } from '../harness/recorders/wire.ts';
import type { ScenarioResult } from '../harness/result.ts';
import { type FoundScenario, runScenario } from '../harness/run.ts';
import * as entry from '../index.ts';
import { findProgram } from '../kernel/programs.ts';

const packageFolder = fileURLToPath(new URL('../../', import.meta.url));

/** What plays the upstreams of the set: scripts, and servers under test. */
export const upstream = withServersUnderTest(upstreamDriver, {
  servers: serverPrograms.map(({ name }) => name),
  build: builder(serverPrograms, packageFolder),
  tap: tapSyscalls,
});

/** @param wanted As `run` is told; all when empty. Throws a UserError. */
export async function loadSet(wanted: readonly string[] = []): Promise<FoundScenario[]> {
  return loadScenarios(wanted, {
    folder: join(packageFolder, 'scenarios'),
    compiledFolder: join(packageFolder, 'build/scenarios'),
    entry,
    whyNotAScript: upstream.whyNotAScript,
    namesIn: upstream.namesIn,
  });
}

/**
 * Those that need no other clients than these (the clients of this process when left out), no server that
 * is not installed, and none under test, which is a process of its own.
 */
export async function playableBy(
  set: readonly FoundScenario[],
  drivers: readonly ClientDriver[] = clients,
): Promise<FoundScenario[]> {
  const playable: FoundScenario[] = [];
  for (const found of set) {
    const { scenario } = found;
    const isKnown = (name: string) => drivers.some((driver) => driver.name === name);
    if (!clientsIn(scenario).every(isKnown) || upstream.isUnderTest(scenario.upstream)) continue;
    if ((await upstream.whyNotHere(scenario.upstream)) === undefined) playable.push(found);
  }
  return playable;
}

export interface Measured {
  result: ScenarioResult;
  /** From the start of the scenario to its stored result: three executions, saving and judging. */
  elapsedMs: number;
  /** Of which nothing was to be done while the workloads were played: it waited for a timer. */
  waitedMs: number;
}

/**
 * Makes a folder where real runs are stored, and hands it on; removes it with all that is in it in the
 * end and not before. A file system that has just deleted files is slow to make new ones (ext4 passes
 * over the inodes of the last minutes one by one), which is no cost of a scenario.
 */
export async function inFolderForRuns<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const runs = fileURLToPath(new URL('../../runs', import.meta.url));
  mkdirSync(runs, { recursive: true });
  const folder = mkdtempSync(join(runs, 'bench-'));
  // What others have deleted, an earlier measurement too, is kept away from by an attribute of ext4:
  // each folder below this one is made where there is most room. Where it cannot be set, nothing is lost.
  const chattr = findProgram('chattr');
  if (chattr) spawnSync(chattr, ['+T', folder]);
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs the set once and stores it in a new folder below `under`. */
export async function measureSet(
  set: readonly FoundScenario[],
  wire: WireRecorder | { unavailable: string },
  under: string,
  signal: AbortSignal,
  drivers: readonly ClientDriver[] = clients,
): Promise<Measured[]> {
  const runFolder = mkdtempSync(join(under, 'run-'));
  const instruments: Instruments = { upstream, wire, signal };
  const options = { runFolder, clients: drivers, client: undefined, program: 'npx pipewrench' };
  const measured: Measured[] = [];
  for (const found of set) {
    if (signal.aborted) break;
    const startedMs = performance.now();
    const result = await runScenario(found, options, instruments);
    const elapsedMs = performance.now() - startedMs;
    const waitedMs = result.executions.reduce((sum, execution) => sum + execution.waitedMs, 0);
    measured.push({ result, elapsedMs, waitedMs });
  }
  return measured;
}
