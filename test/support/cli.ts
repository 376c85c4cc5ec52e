/** Runs the command line as a user does, in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Ended, Typed } from './cli-that-stays.ts';

/** Of the checkout; this file is compiled to build/test/support/. */
export const rootFolder = fileURLToPath(new URL('../../../', import.meta.url));
const cliFile = fileURLToPath(new URL('../../harness/cli.js', import.meta.url));
const stayingFile = fileURLToPath(new URL('./cli-that-stays.js', import.meta.url));

interface CliOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Another composition root than the real one. */
  entry?: string;
}

export function startCli(
  args: readonly string[],
  { cwd = rootFolder, env = {}, entry = cliFile }: CliOptions = {},
): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [entry, ...args], {
    cwd,
    // The tests have a namespace of their own already; a run makes another one, as it does for a user.
    env: { ...process.env, PIPEWRENCH_SANDBOX: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    texts.stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    texts.stderr += text;
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...texts }));
  return { child, ended };
}

export function runCli(args: readonly string[], options: CliOptions = {}): Promise<Ended> {
  return startCli(args, options).ended;
}

interface Unwinds {
  teardown(run: () => void | Promise<void>): unknown;
}

/**
 * For tests of many commands, which take less time than it takes to start: runs them one after the other in
 * one process, whose namespace they share. How a process ends, signals and clients that do harm to theirs are
 * for `runCli`.
 * @param root Of a compiled project.
 */
export function stayingCli(t: Unwinds, root = rootFolder): typeof runCli {
  let staying: Staying | undefined;
  return (args, { cwd = root, env = {}, entry = join(root, 'build/harness/cli.js') } = {}) => {
    if (!staying) {
      staying = startStaying(root);
      t.teardown(staying.end);
    }
    return staying.run({ args, cwd, env, entry });
  };
}

interface Staying {
  run(typed: Typed): Promise<Ended>;
  end(): Promise<void>;
}

function startStaying(root: string): Staying {
  const child = spawn(process.execPath, [stayingFile, join(root, 'build')], {
    env: { ...process.env, PIPEWRENCH_SANDBOX: '' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let last: Promise<unknown> = Promise.resolve();
  return {
    run(typed) {
      const ended = last.then(async () => {
        child.stdin.write(`${JSON.stringify(typed)}\n`);
        const { value, done } = await answers.next();
        if (done) throw new Error(`${typed.args.join(' ')} has ended the process that was to stay`);
        return JSON.parse(value) as Ended;
      });
      last = ended.catch(() => {});
      return ended;
    },
    async end() {
      child.stdin.end();
      await closed;
    },
  };
}
