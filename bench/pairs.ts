/** Each real server that is installed beside its fake: the same error sequence and wire flags, or not. */
import { startWire } from '../harness/recorders/wire.ts';
import { enterSandbox } from '../harness/sandbox.ts';
import { areAlike, compare, pairs } from '../test/support/pairs.ts';

async function main(): Promise<number> {
  const wire = await startWire();
  let isAlike = true;
  console.log('| server | idle end | client: write, write, read | upstream on the wire | fake |');
  console.log('|---|---|---|---|---|');
  for (const pair of pairs) {
    try {
      const compared = await compare(pair, wire);
      const { real, fake, version } = compared;
      const same = areAlike(compared);
      isAlike &&= same;
      const theirs = [real.calls, real.upstreamFlags].map((list) => list.join(', ')).join(' | ');
      const ours = same ? 'the same' : `${fake.calls.join(', ')}; ${fake.upstreamFlags.join(', ')}`;
      console.log(`| ${version} | ${pair.cause} | ${theirs} | ${ours} |`);
    } catch (error) {
      if (pair.server.program()) isAlike = false;
      console.log(
        `| ${pair.server.name} | ${pair.cause} | ${(error as Error).message} | | skipped |`,
      );
    }
  }
  await wire.stop();
  return isAlike ? 0 : 1;
}

process.exitCode =
  (await enterSandbox((why) => console.log(`no network namespace of its own: ${why}`))) ??
  (await main());
