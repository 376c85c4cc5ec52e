/** `pipewrench client check`. */
import { statSync } from 'node:fs';
import { findProgram } from '../../kernel/programs.ts';
import { UserError } from '../errors.ts';
import { type Checked, checkProgram } from '../programs/conformance.ts';
import { exitCodes } from './exit-codes.ts';
import type { Tools } from './tools.ts';

/** Prints a line for each check. Returns the exit code. Throws a UserError when nothing can be started. */
export async function clientCheckCommand(
  command: readonly string[],
  { upstream }: Tools,
): Promise<number> {
  const [program] = command;
  if (program === undefined || !isThere(program)) {
    throw new UserError(
      program === undefined ? 'no program is named' : `there is no program "${program}"`,
      {
        expected: 'the command that starts the program, after --',
        next: 'for example: pipewrench client check -- python3 my-client.py',
      },
    );
  }
  const failed: string[] = [];
  let count = 0;
  await checkProgram(command, upstream, (checked) => {
    count += 1;
    if (checked.failure) failed.push(checked.name);
    process.stdout.write(lineOf(checked));
  });
  process.stdout.write(`${count - failed.length} passed, ${failed.length} failed\n`);
  return failed.length === 0 ? exitCodes.passed : exitCodes.failed;
}

function isThere(program: string): boolean {
  if (!program.includes('/')) return findProgram(program) !== undefined;
  return statSync(program, { throwIfNoEntry: false })?.isFile() === true;
}

function lineOf({ name, failure }: Checked): string {
  if (!failure) return `pass  ${name}\n`;
  return `fail  ${name}: expected ${failure.expected}, got ${failure.actual}\n`;
}
