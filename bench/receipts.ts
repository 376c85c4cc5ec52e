/**
 * Every step on every protocol that it claims, over and over: its receipt must be in the capture each
 * time. usage: receipts.js [RUNS [STEP]], a hundred runs of every step when left out.
 */
import { startWire } from '../harness/recorders/wire.ts';
import { enterSandbox } from '../harness/sandbox.ts';
import { cells, playCell, whyNot } from '../test/support/matrix.ts';

const runsDefault = 100;

async function main(runs: number, wanted: string | undefined): Promise<number> {
  const wire = await startWire();
  let failures = 0;
  let pairs = 0;
  for (const cell of cells().filter(({ kind }) => wanted === undefined || kind === wanted)) {
    pairs += 1;
    const reasons = new Map<string, number>();
    for (let run = 0; run < runs; run++) {
      const why = whyNot(cell, await playCell(cell, wire));
      if (why) reasons.set(why, (reasons.get(why) ?? 0) + 1);
    }
    const missed = [...reasons.values()].reduce((sum, count) => sum + count, 0);
    failures += Number(missed > 0);
    console.log(
      `${missed === 0 ? 'found' : 'MISSED'}  ${cell.kind} on ${cell.protocol}: ${runs - missed} of ${runs}`,
    );
    for (const [why, count] of reasons) console.log(`    ${count} x ${why}`);
  }
  await wire.stop();
  console.log(
    `${pairs} pairs of step and protocol, ${runs} runs each: ${failures === 0 ? 'every receipt found' : `${failures} pairs with receipts missed`}`,
  );
  return failures === 0 ? 0 : 1;
}

process.exitCode =
  (await enterSandbox((why) => console.log(`no network namespace of its own: ${why}`))) ??
  (await main(Number(process.argv[2] ?? runsDefault), process.argv[3]));
