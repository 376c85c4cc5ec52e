/**
 * Whether the embedded recorder and tcpdump give the same packets: both record the same runs of scenarios.
 * usage: captures.js [RUNS [WHAT...]], 50 runs of the scenarios whose path has one of these parts.
 */
import { enterSandbox } from '../harness/sandbox.ts';
import { type Comparison, startBoth } from '../test/support/both-captures.ts';
import { numberFrom } from './arguments.ts';
import { inFolderForRuns, loadSet, measureSet, playableBy, upstream } from './set.ts';

const runsDefault = 50;
/** Over TCP and UDP, with every way to break a connection. */
const whatDefault = ['pool/', 'udp/'];

async function main(runs: number, what: readonly string[]): Promise<number> {
  const set = (await playableBy(await loadSet())).filter(({ path }) =>
    what.some((part) => path.includes(part)),
  );
  let compared: Comparison[] = [];
  const wire = await startBoth((comparison) => compared.push(comparison));
  const { signal } = new AbortController();
  let same = 0;
  await inFolderForRuns(async (under) => {
    for (let run = 1; run <= runs; run++) {
      compared = [];
      await measureSet(set, wire, under, signal);
      const different = compared.filter(({ difference }) => difference !== undefined);
      same += Number(different.length === 0);
      const apartUs = Math.max(0, ...compared.map((each) => each.apartUs));
      const packets = compared.reduce((sum, { packetCount }) => sum + packetCount, 0);
      console.log(
        `run ${run}: ${packets} packets of ${compared.length} executions, ${different.length === 0 ? 'the same' : `${different.length} DIFFER`}, times at most ${apartUs} us apart`,
      );
      for (const { difference } of different) console.log(`    ${difference}`);
    }
  });
  await wire.stop();
  await upstream.release();
  console.log(`${same} of ${runs} the same, ${set.length} scenarios each`);
  return same === runs ? 0 : 1;
}

const [runs, ...what] = process.argv.slice(2);
process.exitCode =
  (await enterSandbox((why) => console.log(`no network namespace of its own: ${why}`))) ??
  (await main(
    numberFrom(runs, { name: 'runs', initial: runsDefault, min: 1, max: 100_000 }),
    what.length > 0 ? what : whatDefault,
  ));
