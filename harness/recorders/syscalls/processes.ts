/** Which thread belongs to which process: threads share their descriptors, a fork copies them. */
import type { Descriptors } from './sockets.ts';

export interface TracedProcess {
  readonly pid: number;
  readonly descriptors: Descriptors;
}

export interface Processes {
  /** The process of the thread that a line is about; undefined when that cannot be told. */
  of(thread: number | undefined): { thread: number; process: TracedProcess } | undefined;
  /** A clone(2) that has not returned: the first line of its child may come before. */
  cloning(parent: number, flags: string): void;
  cloned(parent: number, child: number, flags: string): void;
  ended(thread: number): void;
  /** Threads that have not ended. */
  alive(): number[];
}

/** @param first What is traced; undefined until it is known. */
export function tracedProcesses(first: () => number | undefined): Processes {
  const known = new Map<number, TracedProcess>();
  /** Those that have been named in a line: strace names them as long as there are several. */
  const named = new Set<number>();
  const births = new Map<number, string>();
  /** Those that ended before the clone(2) returned that made them: the parent of a vfork(2) waits for that. */
  const goneEarly = new Set<number>();

  const born = (parent: TracedProcess, child: number, flags: string): TracedProcess => ({
    pid: flags.includes('CLONE_THREAD') ? parent.pid : child,
    descriptors: flags.includes('CLONE_FILES') ? parent.descriptors : new Map(parent.descriptors),
  });

  const find = (thread: number): TracedProcess => {
    const found = known.get(thread);
    if (found) return found;
    const [birth] = births;
    const parent = birth && known.get(birth[0]);
    const fresh =
      birth && parent ? born(parent, thread, birth[1]) : { pid: thread, descriptors: new Map() };
    known.set(thread, fresh);
    return fresh;
  };

  /** A line names no thread where strace has seen only one so far, or only one is left. */
  const unnamed = (): number | undefined => {
    if (named.size === 1) return [...named][0];
    if (named.size > 1) return undefined;
    return known.size === 0 ? first() : known.size === 1 ? [...known.keys()][0] : undefined;
  };

  return {
    of(thread) {
      const one = thread ?? unnamed();
      if (one === undefined) return undefined;
      named.add(one);
      return { thread: one, process: find(one) };
    },
    cloning(parent, flags) {
      births.set(parent, flags);
    },
    cloned(parent, child, flags) {
      births.delete(parent);
      const isGone = goneEarly.delete(child);
      // Numbers are used again.
      if (births.size === 0) goneEarly.clear();
      if (isGone) return;
      const proper = born(find(parent), child, flags);
      // It may have been seen before, and taken for the child of another clone.
      if (known.get(child)?.pid !== proper.pid) known.set(child, proper);
    },
    ended(thread) {
      known.delete(thread);
      named.delete(thread);
      births.delete(thread);
      if (births.size > 0) goneEarly.add(thread);
    },
    alive: () => [...known.keys()],
  };
}
