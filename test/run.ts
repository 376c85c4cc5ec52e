/**
 * Runs the tests inside a network namespace of their own, as a run of pipewrench does, so that ports
 * and captures are theirs and no root is needed. Arguments go to tap.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { enterSandbox } from '../harness/sandbox.ts';

const code =
  (await enterSandbox((why) =>
    process.stderr.write(`no network namespace of their own for the tests: ${why}\n`),
  )) ?? (await runTap());
process.exitCode = code;

/** Tap starts each test file with the Node that it runs on itself, or so it believes. */
async function runTap(): Promise<number> {
  const root = new URL('../../', import.meta.url);
  const tap = fileURLToPath(new URL('node_modules/.bin/tap', root));
  const plainNode = fileURLToPath(new URL('test/node-without-loaders.sh', root));
  const believe = `process.execPath = ${JSON.stringify(plainNode)}`;
  const preload = `--import=data:text/javascript,${encodeURIComponent(believe)}`;
  const words = process.argv.slice(2);
  // To read the maps of all that is loaded takes a tenth of a second in each file: who names files is told lines
  // of the sources, who runs all of them those of the build.
  const isAll = !words.some((word) => word.endsWith('.js'));
  const child = spawn(process.execPath, [preload, tap, 'run', ...words], {
    stdio: 'inherit',
    env: {
      ...process.env,
      TEST_NODE: process.execPath,
      TEST_SOURCE_MAPS: isAll ? undefined : '--enable-source-maps',
    },
  });
  const [exitCode] = (await once(child, 'exit')) as [number | null];
  return exitCode ?? 1;
}
