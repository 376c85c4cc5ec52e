/** Whether the terminal is this process's to use. */
import { readFileSync } from 'node:fs';

/**
 * A process in the background is stopped when it touches its terminal; one in the foreground is sent what is
 * typed there, Ctrl-C too, and so is every process of its group. False without a terminal.
 * Fields of proc_pid_stat(5).
 */
export function isForeground(): boolean {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  // The name of the program, in parentheses, may hold blanks.
  const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return group === foreground;
}
