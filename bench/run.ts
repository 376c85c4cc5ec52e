/**
 * What a scenario costs beyond its own waiting, that is beyond the time in which a timer was all that
 * there was to wait for; capture, saving and judging included: for one execution
 * of it, and for the whole of main, control and counter. The peer is the same
 * set without a capture, in the same process, in turn.
 *
 * usage: run.js [ROUNDS [SCENARIO...]], 10 rounds of all scenarios when left out; scenarios are named as for
 * `pipewrench run`.
 */
import { UserError } from '../harness/errors.ts';
import { startWire } from '../harness/recorders/wire.ts';
import { executionNames } from '../harness/result.ts';
import { enterSandbox } from '../harness/sandbox.ts';
import type { Scenario } from '../harness/scenario.ts';
import {
  inFolderForRuns,
  loadSet,
  type Measured,
  measureSet,
  playableBy,
  upstream,
} from './set.ts';
import { formatMs, spread } from './statistics.ts';

const roundsDefault = 10;
const budgetMs = 15;
/** Of those over the budget. */
const toldMax = 10;

/** What asks for more than this is about many requests, and costs what they cost. */
const requestsMax = 20;

function requestsOf({ workload }: Scenario): number {
  return workload.reduce((sum, step) => {
    if (step.kind === 'together') return sum + step.operations.length;
    return sum + (step.kind === 'operate' || step.kind === 'begin' ? 1 : 0);
  }, 0);
}

async function main(rounds: number, wanted: readonly string[]): Promise<number> {
  const set = await playableBy(await loadSet(wanted));
  if (set.length === 0) {
    throw new UserError('none of these scenarios can be measured', {
      expected: 'one whose clients are in this process, without a server under test',
      next: 'try: make bench',
    });
  }
  const wire = await startWire();
  const { signal } = new AbortController();
  const withCapture = new Map<string, number[]>();
  const ratios: number[] = [];
  const off = { unavailable: 'left out to compare' };
  await inFolderForRuns(async (under) => {
    const warmUp = async () => measureSet(set, wire, under, signal);
    await warmUp();
    for (let round = 0; round < rounds; round++) {
      const captured = await measureSet(set, wire, under, signal);
      const bare = await measureSet(set, off, under, signal);
      for (const { result, elapsedMs, waitedMs } of captured) {
        const costs = withCapture.get(result.path) ?? [];
        costs.push(elapsedMs - waitedMs);
        withCapture.set(result.path, costs);
      }
      const cost = (runs: Measured[]) => runs.reduce((sum, m) => sum + m.elapsedMs - m.waitedMs, 0);
      ratios.push(cost(captured) / cost(bare));
    }
  });
  await wire.stop();
  await upstream.release();

  console.log(`cost with capture, beyond what the scripts wait themselves; ${rounds} rounds`);
  const width = Math.max(...set.map(({ path }) => path.length));
  const show = (name: string, costs: readonly number[]) => {
    const each = spread(costs.map((ms) => ms / executionNames.length));
    console.log(`${name.padEnd(width)}  one execution ${formatMs(each)}`);
    console.log(`${''.padEnd(width)}      all three ${formatMs(spread(costs))}`);
    return each.median;
  };
  const isLarge = (path: string) =>
    set.some((one) => one.path === path && requestsOf(one.scenario) > requestsMax);
  const medians = [...withCapture].map(([path, costs]) => ({ path, median: show(path, costs) }));
  show('all scenarios', [...withCapture.values()].flat());
  const { median, low, high } = spread(ratios);
  console.log(
    `with capture / without, in the same process: ${median.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`,
  );
  const held = medians.filter(({ path }) => !isLarge(path)).sort((a, b) => b.median - a.median);
  const large = medians.filter(({ path }) => isLarge(path)).map(({ path }) => path);
  if (large.length > 0) {
    console.log(
      `not held to the budget, with more than ${requestsMax} requests: ${large.join(', ')}`,
    );
  }
  const judged = (what: string, executions: number) => {
    const over = held.filter(({ median }) => median * executions > budgetMs);
    const dearest = over
      .slice(0, toldMax)
      .map(({ path, median }) => `${path} ${(median * executions).toFixed(1)} ms`);
    const verdict = over.length === 0 ? 'kept' : `NOT kept; the dearest: ${dearest.join(', ')}`;
    console.log(
      `${what}: ${held.length - over.length} of ${held.length} scenarios within ${budgetMs} ms: ${verdict}`,
    );
  };
  judged('one execution', 1);
  judged('all three', executionNames.length);
  return 0;
}

/** Undefined for what is no number of rounds. */
function roundsIn(argument: string): number | undefined {
  return /^[1-9]\d*$/.test(argument) ? Number(argument) : undefined;
}

async function start([rounds = String(roundsDefault), ...wanted]: string[]): Promise<number> {
  const count = roundsIn(rounds);
  if (count === undefined) {
    console.error(
      `expected a number of rounds, at least 1, got "${rounds}"; try: make bench ARGS=3`,
    );
    return 2;
  }
  const warn = (why: string) => console.log(`no network namespace of its own: ${why}`);
  const code = await enterSandbox(warn);
  if (code !== undefined) return code;
  try {
    return await main(count, wanted);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(`${error.message}; expected ${error.expected}; ${error.next}`);
    return 2;
  }
}

process.exitCode = await start(process.argv.slice(2));
