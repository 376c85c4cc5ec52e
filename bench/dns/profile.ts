/** Where a program's time goes, from the profile that Node writes (`--cpu-prof`). */

/** The part of the Chrome DevTools Protocol's Profiler.Profile that is needed. */
export interface CpuProfile {
  nodes: {
    id: number;
    callFrame: { functionName: string; url: string; lineNumber: number };
  }[];
  samples: number[];
  timeDeltas: number[];
}

export interface HotSpot {
  /** `function file:line`, the line counted from 1. */
  where: string;
  /** Of the time the process was not idle, in this function itself. */
  percent: number;
}

/** Not the program's own. */
const waiting = '(idle)';

export function hottest({ nodes, samples, timeDeltas }: CpuProfile, count: number): HotSpot[] {
  const whereById = new Map(nodes.map(({ id, callFrame }) => [id, whereOf(callFrame)]));
  const usByWhere = new Map<string, number>();
  let totalUs = 0;
  for (const [index, id] of samples.entries()) {
    const where = whereById.get(id) ?? '(unknown)';
    if (where === waiting) continue;
    const us = timeDeltas[index] ?? 0;
    totalUs += us;
    usByWhere.set(where, (usByWhere.get(where) ?? 0) + us);
  }
  return [...usByWhere]
    .sort(([, a], [, b]) => b - a)
    .slice(0, count)
    .map(([where, us]) => ({ where, percent: (100 * us) / totalUs }));
}

function whereOf({ functionName, url, lineNumber }: CpuProfile['nodes'][0]['callFrame']): string {
  const name = functionName || '(anonymous)';
  if (url === '') return name;
  const file = url.replace(/^.*\/build\//, '').replace(/^.*\/node_modules\//, '');
  return `${name} ${file}:${lineNumber + 1}`;
}
