/** The builder of client programs, until there is one: what needs no step is there already. */
import { join } from 'node:path';
import type { BuildPlan, Built } from './program.ts';

/** Resolves with the command that runs the program, or with why it cannot be had. */
export async function buildProgram(
  { command, sources, steps }: BuildPlan,
  { packageFolder }: { packageFolder: string },
): Promise<Built> {
  if (steps.length > 0) return { unavailable: 'this pipewrench cannot build programs yet' };
  const folder = join(packageFolder, sources);
  return { command: command.map((word) => word.replaceAll('{sources}', folder)) };
}
