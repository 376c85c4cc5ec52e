/** Starting programs as users start them. */
import { findProgram } from '../../kernel/programs.ts';

const env = findProgram('env') ?? 'env';

/**
 * What a test starts, without tap. It puts its loaders into NODE_OPTIONS of every child, whatever environment
 * that is given, and they take longer than most of what is started. env(1) takes them out again, and then is
 * the program itself, with the same process id.
 */
export const plain = (command: readonly string[]): readonly [string, ...string[]] => [
  env,
  '-u',
  'NODE_OPTIONS',
  ...command,
];

export const plainNode = (...args: readonly string[]): readonly [string, ...string[]] =>
  plain([process.execPath, ...args]);
