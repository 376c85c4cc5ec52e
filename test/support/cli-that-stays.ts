/**
 * The command line in a process that stays: what its commands load, they load once. A command is a line of JSON
 * on standard input, how it ended one on standard output. All runs are in one namespace, which is its own.
 * usage: cli-that-stays.js BUILD, the folder of a build
 */
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import type * as sandbox from '../../harness/sandbox.ts';

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Typed {
  args: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** The composition root. */
  entry: string;
}

const [, , build = ''] = process.argv;
// That of the build: no process can have the system calls of two.
const { enterSandbox } = (await import(join(build, 'harness/sandbox.js'))) as typeof sandbox;
const code = await enterSandbox(() => {});
if (code === undefined) await stay();
else process.exitCode = code;

async function stay(): Promise<void> {
  const answer = process.stdout.write.bind(process.stdout);
  const end = process.exit.bind(process);
  // A command ends its process a while after itself, whatever is left in it.
  process.exit = (() => {}) as unknown as typeof process.exit;
  // Each command listens to what would end it.
  process.setMaxListeners(0);
  process.stdout.setMaxListeners(0);
  let count = 0;
  for await (const line of createInterface({ input: process.stdin })) {
    const ended = await run(JSON.parse(line) as Typed, ++count);
    answer(lineOf(ended));
  }
  end();
}

/** `readline` takes U+2028 and U+2029 for ends of lines too. */
function lineOf(ended: Ended): string {
  const text = JSON.stringify(ended);
  return `${text.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}\n`;
}

/** Loads the composition root again, which runs the command that was typed. */
async function run({ args, cwd, env, entry }: Typed, ordinal: number): Promise<Ended> {
  const before = { ...process.env };
  Object.assign(process.env, env);
  process.argv.splice(1, Infinity, entry, ...args);
  process.chdir(cwd);
  process.exitCode = undefined;
  const texts = { stdout: '', stderr: '' };
  const undo = (['stdout', 'stderr'] as const).map((name) => kept(name, texts));
  try {
    await import(`${pathToFileURL(entry)}?${ordinal}`);
    return { code: Number(process.exitCode ?? 0), ...texts };
  } finally {
    for (const step of undo) step();
    for (const name of Object.keys(env)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

/** What is written there is kept instead, until what this returns is called. */
function kept(name: 'stdout' | 'stderr', texts: Record<typeof name, string>): () => void {
  const stream = process[name];
  const { write } = stream;
  stream.write = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
    texts[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    const done = rest.find((one) => typeof one === 'function');
    if (typeof done === 'function') process.nextTick(done);
    return true;
  }) as typeof stream.write;
  return () => {
    stream.write = write;
  };
}
