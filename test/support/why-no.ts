import { findProgram } from '../../kernel/programs.ts';

/**
 * For the `skip` of a test: why it cannot ask a program that goes by one of these names, or false. Where no
 * test may be left out it asks all the same, and fails.
 */
export function whyNo(...names: readonly [string, ...string[]]): string | false {
  if (process.env.CI || names.some((name) => findProgram(name) !== undefined)) return false;
  return `${names[0]} is not installed`;
}
