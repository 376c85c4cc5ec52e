/** Client programs as this machine has them. What has not been built is tried to, without a network. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildProgram } from '../../harness/programs/build.ts';
import type { BuildPlan } from '../../harness/programs/program.ts';

const packageFolder = path.dirname(fileURLToPath(import.meta.resolve('pipewrench/package.json')));

export interface HadProgram {
  /** Empty when it cannot be had. */
  command: readonly string[];
  /** Why not, in one line. */
  skip: string | false;
}

export async function hadProgram(build: BuildPlan): Promise<HadProgram> {
  const built = await buildProgram(build, { packageFolder });
  if ('command' in built) return { command: built.command, skip: false };
  const why = built.unavailable.replaceAll('\n', ' | ');
  return { command: [], skip: `next: make programs, because: ${why}` };
}
