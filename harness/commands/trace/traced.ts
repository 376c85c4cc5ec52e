/** Runs a program, with its system calls recorded where they can be, until it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { findProgram } from '../../../kernel/programs.ts';
import type { SyscallEvent } from '../../event.ts';
import type { CallLog } from '../../recorders/syscalls/log.ts';
import { readCalls } from '../../recorders/syscalls.ts';
import type { SyscallTap } from '../../recorders/syscalls-tap.ts';
import { isForeground } from '../foreground.ts';

export interface Traced {
  exit: { code: number | null; signal: NodeJS.Signals | null };
  interrupted: boolean;
  calls: SyscallEvent[];
  /** Why not every call was recorded. */
  gap: string | undefined;
}

export interface TracedOptions {
  /** Undefined: the program runs without strace. */
  tap: SyscallTap | undefined;
  /** Those of upstreams; empty: whichever the program uses. */
  ports: readonly number[];
  /** Ports of upstreams that calls have named so far. */
  onNamed: (ports: ReadonlySet<number>) => void;
  say: (text: string) => void;
}

/** How long processes that the program leaves behind may take to end. Milliseconds. */
const leftMs = 2000;

export async function runTraced(
  command: readonly string[],
  { tap, ports, onNamed, say }: TracedOptions,
): Promise<Traced> {
  const setpriv = findProgram('setpriv');
  // So that the program ends when this process is killed outright.
  const guard = setpriv ? [setpriv, '--pdeathsig', 'KILL'] : [];
  const [program = '', ...args] = [...guard, ...(tap ? tap.wrap(command) : command)];
  const child = spawn(program, args, {
    stdio: ['inherit', 'inherit', 'inherit', ...(tap ? (['pipe'] as const) : [])],
  });
  const recording = tap && record(child, tap, ports, onNamed);
  const signals = handOn(child, () => recording?.kill('SIGKILL'), say);
  try {
    const exit = await ended(child);
    await recording?.end(say);
    return {
      exit,
      interrupted: signals.interrupted(),
      calls: recording?.log.take(recording.log.count()) ?? [],
      gap: recording?.log.takeGap(),
    };
  } finally {
    signals.stop();
  }
}

function ended(child: ChildProcess): Promise<Traced['exit']> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

interface CallRecording {
  log: CallLog;
  /** To each process that strace still holds. */
  kill(signal: NodeJS.Signals): void;
  /** Resolves when nothing more is recorded. */
  end(say: TracedOptions['say']): Promise<void>;
}

function record(
  child: ChildProcess,
  tap: SyscallTap,
  ports: readonly number[],
  onNamed: TracedOptions['onNamed'],
): CallRecording {
  const stream = child.stdio[tap.fd] as Readable;
  const over = new Promise<void>((resolve) => stream.once('close', resolve));
  const log = readCalls(stream, ports.length > 0 ? { ports: () => ports } : {});
  onNamed(log.upstreamPorts());

  const kill = (signal: NodeJS.Signals) => {
    for (const id of log.alive().filter(isTraced)) killProcess(id, signal);
  };
  const isOverWithin = async (ms: number) => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), ms);
    });
    const isOver = await Promise.race([over.then(() => true), late]);
    clearTimeout(timer);
    return isOver;
  };
  return {
    log,
    kill,
    async end(say) {
      if (await isOverWithin(leftMs)) return;
      // Without strace their calls would fail: the filter that it has set stays with them.
      say('it has left processes behind, which cannot go on without strace: they are ended');
      kill('SIGTERM');
      if (await isOverWithin(leftMs)) return;
      kill('SIGKILL');
      if (await isOverWithin(leftMs)) return;
      stream.destroy();
      await over;
    },
  };
}

function killProcess(id: number, signal: NodeJS.Signals): void {
  try {
    process.kill(id, signal);
  } catch {
    // It has ended meanwhile.
  }
}

/** A number that is somebody else's by now has no tracer. Fields of proc_pid_status(5). */
function isTraced(id: number): boolean {
  try {
    return /^TracerPid:\s+[1-9]/m.test(readFileSync(`/proc/${id}/status`, 'latin1'));
  } catch {
    return false;
  }
}

/**
 * The first Ctrl-C is the program's: from a terminal it has it already, else it is handed on. The second one
 * kills.
 */
function handOn(child: ChildProcess, killAll: () => void, say: TracedOptions['say']) {
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  let asked = 0;
  const onSignal = (name: NodeJS.Signals) => {
    asked += 1;
    if (asked === 1) {
      if (name !== 'SIGINT' || !isForeground()) child.kill(name);
      say('waiting for the program to end; Ctrl-C again kills it');
      return;
    }
    killAll();
    child.kill('SIGKILL');
  };
  for (const name of names) process.on(name, onSignal);
  return {
    interrupted: () => asked > 0,
    stop() {
      for (const name of names) process.off(name, onSignal);
    },
  };
}
