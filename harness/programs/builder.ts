/**
 * Who builds client programs: building needs the network of the machine, and a run is in one of its own.
 * So the process inside asks the one outside, over the channel between them.
 */
import type { ChildProcess } from 'node:child_process';
import { z } from 'zod';
import { findProgram } from '../../kernel/programs.ts';
import { buildProgram } from './build.ts';
import type { Buildable, BuildPlan, Built } from './program.ts';

/** Builds the program of this name, once, however often it is asked for. */
export type Builder = (name: string) => Promise<Built>;

const builtSchema = z.union([
  z.object({ command: z.array(z.string()).readonly() }),
  z.object({ unavailable: z.string() }),
]);
const askSchema = z.object({ build: z.string() });
const answerSchema = z.object({ built: z.string(), result: builtSchema });

/** In this process. */
function buildHere(programs: readonly Buildable[], packageFolder: string): Builder {
  return once(async (name) => {
    const program = programs.find((other) => other.name === name);
    if (!program) return { unavailable: `there is no client program "${name}"` };
    const missing = whyNoTools(program.build);
    return missing ? { unavailable: missing } : buildProgram(program.build, { packageFolder });
  });
}

/** In the process outside where there is one that does, or else in this one. */
export function builder(programs: readonly Buildable[], packageFolder: string): Builder {
  return process.send ? once(askOutside) : buildHere(programs, packageFolder);
}

/** Builds what the process inside asks for, as long as it lives. */
export function answerBuilds(
  inside: Pick<ChildProcess, 'on' | 'send' | 'connected'>,
  programs: readonly Buildable[],
  packageFolder: string,
): void {
  const build = buildHere(programs, packageFolder);
  inside.on('message', (message) => {
    const asked = askSchema.safeParse(message);
    if (!asked.success) return;
    const name = asked.data.build;
    const failed = (error: Error): Built => ({ unavailable: error.message });
    void build(name)
      .catch(failed)
      .then((result) => {
        if (inside.connected) inside.send({ built: name, result });
      });
  });
}

/** Which tools are missing that it is built and run with; undefined when none is. */
export function whyNoTools({ toolchain }: BuildPlan): string | undefined {
  const missing = toolchain.filter((name) => !findProgram(name));
  if (missing.length === 0) return undefined;
  return `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not installed`;
}

function once(build: Builder): Builder {
  const known = new Map<string, Promise<Built>>();
  return (name) => {
    const building = known.get(name) ?? build(name);
    known.set(name, building);
    return building;
  };
}

function askOutside(name: string): Promise<Built> {
  return new Promise((resolve) => {
    const finish = (result: Built) => {
      process.off('message', onMessage);
      process.off('disconnect', onGone);
      resolve(result);
    };
    const onMessage = (message: unknown) => {
      const answer = answerSchema.safeParse(message);
      if (answer.success && answer.data.built === name) finish(answer.data.result);
    };
    const onGone = () => finish({ unavailable: 'the process that builds it is gone' });
    // Without a listener the channel keeps nobody alive.
    process.on('message', onMessage);
    process.on('disconnect', onGone);
    process.send?.({ build: name });
  });
}
