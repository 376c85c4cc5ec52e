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

async function runTap(): Promise<number> {
  const tap = fileURLToPath(new URL('../../node_modules/.bin/tap', import.meta.url));
  const child = spawn(process.execPath, [tap, 'run', ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  const [exitCode] = (await once(child, 'exit')) as [number | null];
  return exitCode ?? 1;
}
