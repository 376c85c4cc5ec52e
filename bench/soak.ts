/**
 * Runs the whole set over and over and looks for what flickers: each scenario must come to the same
 * verdict by the same error sequences every time. Beside it a pool is left idle for five minutes. usage: soak.js [RUNS], a hundred when left out.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startWire } from '../harness/recorders/wire.ts';
import type { ScenarioResult } from '../harness/result.ts';
import { enterSandbox } from '../harness/sandbox.ts';
import { inFolderForRuns, loadSet, measureSet, playableBy, upstream } from './set.ts';

const runsDefault = 100;

/** In a process of its own: what it holds must not show as something that a scenario left. */
async function fiveIdleMinutes(): Promise<boolean> {
  const program = fileURLToPath(new URL('five-minutes.js', import.meta.url));
  const run = promisify(execFile)(process.execPath, [program]);
  const { stdout, code } = await run.then(
    ({ stdout: text }) => ({ stdout: text, code: 0 }),
    (error: { stdout: string; code: number }) => error,
  );
  console.log(stdout.trim());
  return code === 0;
}

/** Which of several like connections a client happens to take is not part of an error sequence. */
function fingerprint({ verdict, executions }: ScenarioResult): string {
  const sequences = executions.map(({ name, verdict: of, errorSequences }) => {
    const tokens = errorSequences.map((sequence) => sequence.tokens.join(', ')).sort();
    return `${name} ${of}: ${tokens.join(' · ') || 'none'}`;
  });
  return [verdict, ...sequences].join(' | ');
}

/** Whether each scenario passed with the same fingerprint every time. */
function tell(seen: ReadonlyMap<string, ReadonlyMap<string, number>>): boolean {
  let isSteady = true;
  for (const [path, counts] of seen) {
    const [first] = counts.keys();
    const isOne = counts.size === 1 && first?.startsWith('pass') === true;
    isSteady &&= isOne;
    console.log(`${isOne ? 'same' : 'DIFFERS'}  ${path}`);
    for (const [print, count] of counts) console.log(`    ${count} x  ${print}`);
  }
  return isSteady;
}

async function main(runs: number): Promise<number> {
  const idled = fiveIdleMinutes();
  const set = await playableBy(await loadSet());
  const wire = await startWire();
  const { signal } = new AbortController();
  const seen = new Map<string, Map<string, number>>();
  for (let run = 1; run <= runs; run++) {
    const measured = await inFolderForRuns((under) => measureSet(set, wire, under, signal));
    for (const { result } of measured) {
      const counts = seen.get(result.path) ?? new Map<string, number>();
      const print = fingerprint(result);
      counts.set(print, (counts.get(print) ?? 0) + 1);
      seen.set(result.path, counts);
    }
    if (process.stderr.isTTY) process.stderr.write(`\r${run}/${runs}`);
  }
  await wire.stop();
  await upstream.release();
  const isSteady = tell(seen);
  console.log(
    `${set.length} scenarios, ${runs} runs: ${isSteady ? 'the same verdicts and error sequences every time' : 'not the same every time'}`,
  );
  return (await idled) && isSteady ? 0 : 1;
}

process.exitCode =
  (await enterSandbox((why) => console.log(`no network namespace of its own: ${why}`))) ??
  (await main(Number(process.argv[2] ?? runsDefault)));
