/** How many descriptors a process may have, set from outside by prlimit(1). */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { findProgram } from '../../kernel/programs.ts';

/**
 * Lowers the soft limit of each process so that it can open `spare` more; returns what puts it back.
 * Throws an Error where prlimit is missing, or a process is gone.
 */
export function limitDescriptors(pids: readonly number[], spare: number): () => void {
  const before = pids.map((pid) => ({ pid, limit: softLimitOf(pid) }));
  for (const pid of pids) setSoftLimit(pid, String(limitFor(openIn(pid), spare)));
  return () => {
    for (const { pid, limit } of before) {
      try {
        setSoftLimit(pid, limit);
      } catch {
        // Of a process that has ended there is nothing to put back.
      }
    }
  };
}

/** The kernel gives out the lowest number that is free, and none from the limit on, getrlimit(2); what is open
 * above it stays. */
export function limitFor(open: ReadonlySet<number>, spare: number): number {
  let limit = 0;
  let free = 0;
  while (free < spare) {
    if (!open.has(limit)) free += 1;
    limit += 1;
  }
  return limit;
}

function openIn(pid: number): ReadonlySet<number> {
  return new Set(readdirSync(`/proc/${pid}/fd`).map(Number));
}

function softLimitOf(pid: number): string {
  const limits = readFileSync(`/proc/${pid}/limits`, 'latin1');
  const [, soft] = /^Max open files\s+(\S+)/m.exec(limits) ?? [];
  if (soft === undefined) throw new Error(`/proc/${pid}/limits does not tell of open files`);
  return soft;
}

function setSoftLimit(pid: number, limit: string): void {
  const prlimit = findProgram('prlimit');
  if (!prlimit) throw new Error('prlimit is not installed (Debian: util-linux)');
  const { status, stderr } = spawnSync(prlimit, ['--pid', String(pid), `--nofile=${limit}:`], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`prlimit: ${stderr.trim()}`);
}
