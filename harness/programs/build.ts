/**
 * Builds the client programs, once for each state of their sources, under `build/programs/` of the
 * package. What is built appears there whole: it is made in a folder of its own and then renamed.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { messageOf } from '../errors.ts';
import { type BuildKey, buildKey } from './build-key.ts';
import { runToEnd } from './build-run.ts';
import { toolchainVersions } from './build-toolchain.ts';
import type { BuildPlan, Built } from './program.ts';

export interface Where {
  /** That of pipewrench, with the sources and `build/`. */
  packageFolder: string;
  /** How long all steps together may take. */
  limitMs?: number;
  /** Ends what is running when it is aborted. */
  signal?: AbortSignal;
}

const defaultLimitMs = 600_000;
const shownLines = 10;
const shownCharsMax = 2_000;

/** Builds under way in this process: programs with the same steps and sources share one. */
const underWay = new Map<string, Promise<Built | undefined>>();

/**
 * The command that runs the program, built now or earlier; or why it cannot be had on this machine:
 * a tool is missing, there is no network, a step failed or took too long.
 */
export async function buildProgram(build: BuildPlan, where: Where): Promise<Built> {
  const versions = await toolchainVersions(build.toolchain);
  if ('unavailable' in versions) return versions;
  const sources = resolve(where.packageFolder, build.sources);
  const store = resolve(where.packageFolder, 'build', 'programs');
  try {
    const key = buildKey(build, sources, versions);
    const out = join(store, key.name);
    if (!existsSync(out)) {
      const building = underWay.get(out) ?? buildInto(store, key, build, sources, where);
      underWay.set(out, building);
      const failed = await building.finally(() => underWay.delete(out));
      if (failed) return failed;
    }
    return { command: filledIn(build.command, { out, sources }) };
  } catch (error) {
    // A package that was installed by somebody else cannot be written to.
    return { unavailable: `cannot build in ${store}: ${messageOf(error)}` };
  }
}

const filledIn = (words: readonly string[], places: { out: string; sources: string }) =>
  words.map((word) => word.replaceAll('{out}', places.out).replaceAll('{sources}', places.sources));

/** Undefined when the program is there in the end, whoever built it. */
async function buildInto(
  store: string,
  { family, name }: BuildKey,
  build: BuildPlan,
  sources: string,
  { limitMs = defaultLimitMs, signal: caller }: Where,
): Promise<Built | undefined> {
  mkdirSync(store, { recursive: true });
  sweep(store, (other) => isAbandoned(other));
  const fresh = mkdtempSync(join(store, `.${name}.${process.pid}.`));
  const tooLong = AbortSignal.timeout(limitMs);
  const signal = caller ? AbortSignal.any([caller, tooLong]) : tooLong;
  try {
    for (const step of build.steps) {
      const command = filledIn(step, { out: fresh, sources });
      const { failure, output } = await runToEnd(command, { cwd: sources, signal });
      if (failure !== undefined) return { unavailable: complaint(step, failure, output) };
    }
    if (!existsSync(join(store, name))) renameSync(fresh, join(store, name));
    sweep(store, (other) => other.startsWith(`${family}-`) && other !== name);
    return undefined;
  } catch (error) {
    // Another process was faster.
    if (existsSync(join(store, name))) return undefined;
    throw error;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function complaint(step: readonly string[], failure: string, output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const last = lines.slice(-shownLines).join('\n').slice(-shownCharsMax);
  return `"${step.join(' ')}" ${failure}${last === '' ? '' : `\n${last}`}`;
}

function sweep(store: string, isOld: (name: string) => boolean): void {
  for (const name of readdirSync(store).filter(isOld)) {
    rmSync(join(store, name), { recursive: true, force: true });
  }
}

/** A build whose process is gone will never be renamed into its place. */
function isAbandoned(name: string): boolean {
  const [, pid] = /^\..*\.(\d+)\.\w+$/.exec(name) ?? [];
  return pid !== undefined && !existsSync(`/proc/${pid}`);
}
