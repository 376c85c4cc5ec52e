/** The scenarios that dns-pool is tested by, run against other pools too. */
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { clients } from '../../clients/index.ts';
import { upstreamDriver } from '../../fake-servers/driver.ts';
import { findClient } from '../../harness/load-client.ts';
import { startWire } from '../../harness/recorders/wire.ts';
import { runScenario } from '../../harness/run.ts';
import { inFolderForRuns, loadSet, playableBy } from '../set.ts';

export interface Passed {
  path: string;
  /** Among its clauses, those that the documents' pool is weak in (W), and standards beyond them (S). */
  foretold: string[];
  /** Of the main execution, in the order of the clients. */
  verdicts: string[];
}

const subject = 'dns-pool';

export async function whatEachPoolPasses(names: readonly string[]): Promise<Passed[]> {
  const all = await loadSet();
  // The documents' strategies over several upstreams are not a part of their pool.
  const isForOne = (upstream: unknown) =>
    typeof upstream === 'object' && upstream !== null && !('upstreams' in upstream);
  const ofOurs = all.filter(
    ({ scenario: { client, upstream } }) => client === subject && isForOne(upstream),
  );
  const set = await playableBy(ofOurs);
  const wire = await startWire();
  const { signal } = new AbortController();
  try {
    return await inFolderForRuns(async (under) => {
      const passed: Passed[] = [];
      for (const found of set) {
        const verdicts: string[] = [];
        for (const name of names) {
          const runFolder = mkdtempSync(join(under, 'run-'));
          const client = { driver: findClient(name, clients), typed: name };
          const options = { runFolder, clients, client, program: 'npx pipewrench' };
          const result = await runScenario(found, options, {
            upstream: upstreamDriver,
            wire,
            signal,
          });
          const main = result.executions.find(({ name: which }) => which === 'main');
          verdicts.push(main?.verdict ?? 'unknown');
        }
        const foretold = found.scenario.claims.filter((claim) => /^[WS]/.test(claim));
        passed.push({ path: found.path, foretold, verdicts });
      }
      return passed;
    });
  } finally {
    await wire.stop();
    await upstreamDriver.release();
  }
}
