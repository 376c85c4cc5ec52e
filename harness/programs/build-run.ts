/** Runs one command to its end, in a process group of its own, so that all it starts can be ended. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { messageOf } from '../errors.ts';

export interface Ended {
  /** Why it counts as failed, in words; undefined when it exited with 0. */
  failure: string | undefined;
  /** The end of what it wrote, stdout and stderr as they came. */
  output: string;
}

const outputCharsMax = 16_384;

/** @param signal When aborted, the group is killed; so it is when this process exits. */
export async function runToEnd(
  [program = '', ...args]: readonly string[],
  { cwd, signal }: { cwd: string; signal: AbortSignal },
): Promise<Ended> {
  if (signal.aborted) return { failure: reasonOf(signal), output: '' };
  const child = spawn(program, args, { cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = tail(child);
  const kill = () => killGroup(child);
  process.once('exit', kill);
  signal.addEventListener('abort', kill);
  try {
    const [code, killedBy] = await once(child, 'close');
    if (signal.aborted) return { failure: reasonOf(signal), output: output() };
    const failure = code === 0 ? undefined : `ended with ${killedBy ?? `exit code ${code}`}`;
    return { failure, output: output() };
  } catch (error) {
    return { failure: `could not be started: ${messageOf(error)}`, output: output() };
  } finally {
    signal.removeEventListener('abort', kill);
    process.off('exit', kill);
  }
}

const reasonOf = ({ reason }: AbortSignal) => `was ended: ${messageOf(reason)}`;

function tail(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => {
      text = `${text}${part}`.slice(-outputCharsMax);
    });
  }
  return () => text;
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // Nobody of the group is left.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
