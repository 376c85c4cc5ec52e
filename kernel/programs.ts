/** Where the system's programs are. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

// Debian keeps administrators' programs out of an ordinary user's PATH.
const administratorFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** The full path of a program, or undefined when it is not installed. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...administratorFolders];
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

/** Whether this user may run the file. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not there, or not for this user: both mean that it cannot be run.
    return false;
  }
}
