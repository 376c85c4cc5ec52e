/** How a program is watched from outside while it runs: what the process host needs of strace. */
import type { Readable } from 'node:stream';
import type { SyscallEvent } from '../event.ts';

export interface SyscallTap {
  /** The command under strace, which writes to descriptor `fd` of the child. */
  wrap(command: readonly string[]): readonly string[];
  /** The stdio slot that must be a pipe. */
  fd: number;
  /** Reads that pipe for the life of the child. @param ports Of the upstreams, as they are now. */
  read(stream: Readable, ports: () => readonly number[]): SyscallStream;
}

export interface SyscallStream {
  /**
   * Everything up to the line in which a write call holds this text, taken out of the stream; what came
   * before it in time is there. Rejects or gives a gap when the stream ends first.
   */
  until(marker: string): Promise<WatchedCalls>;
  /** Everything there is when the stream has ended, because the program has. */
  untilEnd(): Promise<WatchedCalls>;
}

export interface WatchedCalls {
  calls: readonly SyscallEvent[];
  /** What was missed. */
  gap?: string;
}

/** The tap, or why there is none on this machine. */
export type TapOrWhyNot = SyscallTap | { unavailable: string };
