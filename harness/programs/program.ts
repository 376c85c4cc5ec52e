/** A client in another process, as data: what it is, and how its program is had on this machine. */
import type { Operation } from '../event.ts';

/** How a program is made from its sources, which are pinned by a manifest of their own. */
export interface BuildPlan {
  /** Folder of the sources, relative to the package: every file in it counts for the cache. */
  sources: string;
  /** Programs that must be on the PATH: `go`, `python3`. Missing ones are the reason to skip. */
  toolchain: readonly string[];
  /**
   * Run one after the other in `sources`, with the network of the machine. `{out}` in an argument is the
   * folder that keeps what is built.
   */
  steps: readonly (readonly string[])[];
  /** The command that runs it; `{out}` as above, `{sources}` the folder of the sources. */
  command: readonly string[];
}

/** A program by its name, and how it is made. */
export interface Buildable {
  name: string;
  build: BuildPlan;
}

/** What a client of another process says about itself before it is started; its hello must agree. */
export interface ClientProgram extends Buildable {
  description: string;
  protocols: readonly string[];
  operations: readonly Operation['kind'][];
  isPool: boolean;
}

/** What building came to. */
export type Built = { command: readonly string[] } | { unavailable: string };
