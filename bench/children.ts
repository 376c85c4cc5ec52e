/** Programs of this folder in processes of their own, so that what they take is not ours. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Longer than any of them should take to end. */
const endMs = 5000;

export interface Child<Report> {
  /** Resolves with the next thing it tells. Rejects when it ends first. */
  next(): Promise<Report>;
  tell(message: object): void;
  /** Resolves when it has ended by itself. */
  ended: Promise<unknown>;
  /** Ends it, by its id, and waits until it is gone. */
  stop(): Promise<void>;
}

export interface ChildOptions {
  /** The URL of the file that `program` is relative to. */
  from: string;
  args: readonly string[];
  /** Of Node itself; none when left out, whatever this process was started with. */
  nodeArgs?: readonly string[];
}

/** Starts a compiled program, with a channel to talk over. */
export function startChild<Report>(
  program: string,
  { from, args, nodeArgs = [] }: ChildOptions,
): Child<Report> {
  const path = fileURLToPath(new URL(program, from));
  const child = fork(path, args, {
    execArgv: [...nodeArgs],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const told: Report[] = [];
  const waiting: ((report: Report) => void)[] = [];
  child.on('message', (report: Report) => {
    const wake = waiting.shift();
    if (wake) wake(report);
    else told.push(report);
  });
  const ended = once(child, 'exit');
  return {
    next: () => {
      const report = told.shift();
      if (report !== undefined) return Promise.resolve(report);
      return new Promise((resolve, reject) => {
        waiting.push(resolve);
        void ended.then(([code, signal]) => {
          reject(new Error(`${program} ended with ${code ?? signal} before it told anything`));
        });
      });
    },
    tell: (message) => void child.send(message),
    ended,
    stop: () => stop(child),
  };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), endMs);
  await ended;
  clearTimeout(timer);
}

/** What a program prints, when it is done. Throws an Error when it fails or takes too long. */
export async function outputOf(
  command: string,
  args: readonly string[],
  { timeoutMs }: { timeoutMs: number },
): Promise<string> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const [code, signal] = await once(child, 'close');
  if (code !== 0)
    throw new Error(`${command} ended with ${code ?? signal}: ${output.slice(-2000)}`);
  return output;
}
