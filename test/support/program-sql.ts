/** Runs a client program to its end; it is killed when the test ends first. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

interface Unwinds {
  teardown(run: () => void): void;
}

export interface ProgramEnded {
  code: number | null;
  stdout: string;
  stderr: string;
}

export async function runProgram(
  t: Unwinds,
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<ProgramEnded> {
  const child = spawn(program, args, {
    env: { ...process.env, ...env, LC_ALL: 'C.UTF-8' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => {
    child.kill();
  });
  const texts = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    texts.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    texts.stderr += text;
  });
  const [code] = await once(child, 'close');
  return { code: typeof code === 'number' ? code : null, ...texts };
}
