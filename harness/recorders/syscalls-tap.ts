/** How the system calls of a child process are recorded: what starts it, and what reads the record. */
import type { Readable } from 'node:stream';
import type { SyscallEvent } from '../event.ts';

export interface SyscallTap {
  /** The command under strace, which writes to descriptor `fd` of the child. */
  wrap(command: readonly string[]): readonly string[];
  /** The stdio slot that must be a pipe. */
  fd: number;
  /** Reads that pipe for the life of the child. */
  read(stream: Readable, ports: () => readonly number[]): SyscallStream;
}

export interface SyscallStream {
  /**
   * Everything up to the line in which a write call holds this text, taken out of the stream; what came
   * before it in time is there. Rejects or gives a gap when the stream ends first.
   */
  until(marker: string): Promise<{ calls: readonly SyscallEvent[]; gap?: string }>;
}
