/** A server under test: a program that says where it listens, serves, and ends when its input does. */

import type { Readable } from 'node:stream';
import { z } from 'zod';
import type { SyscallTap, WatchedCalls } from '../recorders/syscalls-tap.ts';
import { lastLines, lineReader, shown } from './lines.ts';
import { lineBytesMax } from './protocol.ts';
import { killGroup, spawnMortal, whenGone } from './spawn.ts';

const listeningMs = 5000;
/** From the end of its input on. */
const endMs = 2000;

export interface ServerProgram {
  address: { host: string; port: number };
  /** Resolves when nothing of it is left. Idempotent. */
  stop(): Promise<void>;
  /** Of its whole life; to be asked for when it has been stopped. */
  systemCalls(): Promise<WatchedCalls>;
}

export interface Hearing {
  onLog(text: string): void;
  /** Once, when it ends without having been told to. */
  onBroken(why: string): void;
}

const listeningSchema = z.object({ listening: z.string().regex(/^\d+(\.\d+){3}:\d+$/) });
const logSchema = z.object({ event: z.literal('log'), level: z.string(), text: z.string() });
const otherSchema = z.looseObject({ event: z.string() });

/** Resolves when it listens. Throws an Error, and nothing of it is left then. */
export async function startServerProgram(
  command: readonly string[],
  { tap, hearing }: { tap: SyscallTap | { unavailable: string }; hearing: Hearing },
): Promise<ServerProgram> {
  const tapping = 'wrap' in tap ? tap : undefined;
  const child = spawnMortal(command, tapping);
  const errors = lastLines(10, 8192);
  let isStopping = false;
  let port = 0;
  const pipe = tapping && (child.stdio[tapping.fd] as Readable);
  const syscalls = tapping && pipe ? tapping.read(pipe, () => [port]) : undefined;
  child.stderr?.on('data', (chunk: Buffer) => errors.add(chunk.toString('latin1')));
  child.stdin?.on('error', () => {});
  const gone = whenGone(child);

  let listen: (address: string) => void = () => {};
  let refuse: (why: Error) => void = () => {};
  const listening = new Promise<string>((resolve, reject) => {
    listen = resolve;
    refuse = reject;
  });
  const breakDown = (why: string) => {
    if (isStopping) return;
    isStopping = true;
    const said = errors.lines.map((line) => `stderr: ${shown(line)}`).join(' ');
    const text = said === '' ? why : `${why}; it printed last: ${said}`;
    refuse(new Error(text));
    hearing.onBroken(text);
    killGroup(child);
  };
  const onLine = (bytes: Buffer) => {
    const line = parseLine(bytes);
    const said = listeningSchema.safeParse(line);
    if (said.success) return listen(said.data.listening);
    const text = logText(line);
    if (text === undefined) breakDown(`it wrote what is no line: ${shown(bytes.toString())}`);
    else hearing.onLog(text);
  };
  child.stdout?.on(
    'data',
    lineReader(lineBytesMax, onLine, () => breakDown('it wrote a line longer than 1 MiB')),
  );
  child.once('error', (error) => breakDown(`it cannot be started: ${error.message}`));
  gone.then(breakDown, () => {});
  const late = setTimeout(
    () => breakDown(`it did not say within ${listeningMs} ms where it listens`),
    listeningMs,
  );

  const stop = async () => {
    isStopping = true;
    child.stdin?.end();
    const tooLate = setTimeout(() => killGroup(child), endMs);
    await gone;
    clearTimeout(tooLate);
  };
  try {
    const [host = '', digits] = (await listening).split(':');
    port = Number(digits);
    return {
      address: { host, port },
      stop,
      async systemCalls() {
        if (syscalls) return syscalls.untilEnd();
        return { calls: [], gap: 'unavailable' in tap ? tap.unavailable : 'not under strace' };
      },
    };
  } catch (error) {
    await gone;
    throw error;
  } finally {
    clearTimeout(late);
  }
}

function parseLine(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}

/** `write, path /slow, number 2, error EPIPE`: what a line of the program says, in words. */
function logText(line: unknown): string | undefined {
  const log = logSchema.safeParse(line);
  if (log.success) return log.data.text;
  const other = otherSchema.safeParse(line);
  if (!other.success) return undefined;
  const { event, ...facts } = other.data;
  return [event, ...Object.entries(facts).map(([name, value]) => `${name} ${value}`)].join(', ');
}
