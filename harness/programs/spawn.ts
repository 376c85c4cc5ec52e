/** A program of somebody else's as a child of this process: how it is started, and how all of it is ended. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { findProgram } from '../../kernel/programs.ts';
import type { SyscallTap } from '../recorders/syscalls-tap.ts';
import { signal } from './group.ts';

/** From its end until the last that it wrote is read: a child of its own may keep its output open. */
const drainMs = 500;

/** Ends with this process, however that ends. Under the tap where there is one. */
export function spawnMortal(command: readonly string[], tap: SyscallTap | undefined): ChildProcess {
  const setpriv = findProgram('setpriv');
  // However this process ends, so that nothing is left behind: not strace, and not what it watches.
  const mortal = (words: readonly string[]) =>
    setpriv ? [setpriv, '--pdeathsig', 'KILL', ...words] : words;
  const [program = '', ...args] = tap ? mortal(tap.wrap(mortal(command))) : mortal(command);
  const stdio: 'pipe'[] = ['pipe', 'pipe', 'pipe'];
  while (tap && stdio.length <= tap.fd) stdio.push('pipe');
  // A group of its own: Ctrl-C in the terminal is the runner's to handle, and its children end with it.
  return spawn(program, args, { stdio, detached: true });
}

/** Every process of its group, also when the first one has ended before the others. */
export function killGroup({ pid }: ChildProcess): void {
  if (pid !== undefined) signal([-pid], 'SIGKILL');
}

/** Resolves with how it ended, when its output is read and its group is no more. */
export async function whenGone(child: ChildProcess): Promise<string> {
  const closed = once(child, 'close').catch(() => {});
  const [code, signalName] = await new Promise<[number | null, NodeJS.Signals | null]>(
    (resolve) => {
      child.once('exit', (...ended) => resolve(ended));
      child.once('error', () => resolve([null, null]));
    },
  );
  killGroup(child);
  const timer = setTimeout(() => {
    for (const stream of child.stdio) stream?.destroy();
  }, drainMs);
  await closed;
  clearTimeout(timer);
  return signalName === null ? `it exited with code ${code}` : `it was killed by ${signalName}`;
}
