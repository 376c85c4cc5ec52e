/** Makes one run of the runs of all shards. Pure: what is stored is read before, and written after. */
import type { Blob } from './blob.ts';
import { UserError } from './errors.ts';
import type { Machine, RunResult } from './result.ts';
import { partOf, shardText } from './shard.ts';

/** The run of a shard, as it was found. */
export interface StoredShard {
  /** As the user named it. */
  folder: string;
  blob: Blob;
  run: RunResult;
}

/**
 * The run that there would be without shards: same order, same command. It is interrupted when one of
 * them is. Throws a UserError when they are not all shards of one run, each once.
 */
export function mergeShards(shards: readonly StoredShard[]): RunResult {
  const ordered = requireAll(shards);
  const [{ blob, run: first }] = ordered;
  const runs = ordered.map(({ run }) => run);
  const order = new Map(blob.selection.folders.map((folder, index) => [folder, index]));
  const at = ({ folder }: { folder: string }) => order.get(folder) ?? order.size;
  return {
    format: first.format,
    startedAt: runs.map(({ startedAt }) => startedAt).sort()[0] ?? first.startedAt,
    finishedAt:
      runs
        .map(({ finishedAt }) => finishedAt)
        .sort()
        .at(-1) ?? first.finishedAt,
    interrupted: runs.some(({ interrupted }) => interrupted),
    command: blob.command,
    machine: mergedMachine(runs.map(({ machine }) => machine)),
    planned: runs.reduce((sum, { planned }) => sum + planned, 0),
    scenarios: runs.flatMap(({ scenarios }) => scenarios).sort((a, b) => at(a) - at(b)),
    skipped: runs.flatMap(({ skipped }) => skipped).sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
}

/** What differs between the machines of the shards is named side by side. */
function mergedMachine(machines: readonly Machine[]): Machine {
  const of = (fact: keyof Machine) =>
    [...new Set(machines.map((machine) => machine[fact]))].join(', ');
  return {
    pipewrench: of('pipewrench'),
    node: of('node'),
    kernel: of('kernel'),
    sandbox: of('sandbox'),
    capture: of('capture'),
  };
}

type Ordered = readonly [StoredShard, ...StoredShard[]];

/** In the order of their index. Throws a UserError. */
function requireAll(shards: readonly StoredShard[]): Ordered {
  const [first, ...others] = [...shards].sort((a, b) => a.blob.shard.index - b.blob.shard.index);
  if (!first) {
    throw new UserError('there is no shard to merge', {
      expected: 'the folders of all shards of a run',
      next: 'name them, for example: pipewrench merge shard-1 shard-2',
    });
  }
  for (const other of others) requireSameRun(first, other);
  for (const shard of [first, ...others]) requireOwnScenarios(shard);
  for (const [index, other] of others.entries()) requireOther([first, ...others][index], other);
  requireNoneMissing([first, ...others]);
  return [first, ...others];
}

const nameOf = ({ folder, blob }: StoredShard) => `${folder} (shard ${shardText(blob.shard)})`;

function requireSameRun(first: StoredShard, other: StoredShard): void {
  const again = 'run all shards again with the same arguments, or name only those of one run';
  if (other.blob.shard.count !== first.blob.shard.count) {
    throw new UserError(`${nameOf(first)} and ${nameOf(other)} are not shards of one run`, {
      expected: `${first.blob.shard.count} shards, got one of ${other.blob.shard.count}`,
      next: again,
    });
  }
  if (other.blob.selection.sha256 !== first.blob.selection.sha256) {
    throw new UserError(`${nameOf(first)} and ${nameOf(other)} are of different selections`, {
      expected: `the same scenarios and client in both; ${difference(first, other)}`,
      next: again,
    });
  }
  const [a, b] = [first.run.machine.pipewrench, other.run.machine.pipewrench];
  if (a === b) return;
  throw new UserError(`${nameOf(first)} and ${nameOf(other)} were run by different versions`, {
    expected: `one version of pipewrench, got ${a} and ${b}`,
    next: 'run all shards with the same version',
  });
}

function difference(first: StoredShard, other: StoredShard): string {
  const [a, b] = [first.blob.selection.folders, other.blob.selection.folders];
  const alone = a.find((folder) => !b.includes(folder)) ?? b.find((folder) => !a.includes(folder));
  if (alone !== undefined) return `got ${a.length} and ${b.length}, only one has ${alone}`;
  return `they have the same ${a.length} names, but not the same contents or clients`;
}

function requireOwnScenarios(shard: StoredShard): void {
  const { blob, run } = shard;
  const own = partOf(blob.selection.folders, blob.shard);
  const foreign = run.scenarios.find(({ folder }) => !own.includes(folder));
  if (!foreign) return;
  throw new UserError(`the run in ${nameOf(shard)} is not the one of its manifest`, {
    expected: `only the ${own.length} scenarios of the shard, got ${foreign.folder}`,
    next: `run shard ${shardText(blob.shard)} again`,
  });
}

function requireOther(before: StoredShard | undefined, shard: StoredShard): void {
  if (before?.blob.shard.index !== shard.blob.shard.index) return;
  throw new UserError(`shard ${shardText(shard.blob.shard)} is there twice`, {
    expected: `each shard once, got ${before.folder} and ${shard.folder}`,
    next: 'leave one of them out',
  });
}

function requireNoneMissing(shards: Ordered): void {
  const [{ blob }] = shards;
  const { count } = blob.shard;
  const there = new Set(shards.map((shard) => shard.blob.shard.index));
  const missing = Array.from({ length: count }, (_, at) => at + 1).filter((n) => !there.has(n));
  const [index] = missing;
  if (index === undefined) return;
  const name = (n: number) => shardText({ index: n, count });
  const is = missing.length === 1 ? `shard ${name(index)} is` : `${missing.length} shards are`;
  throw new UserError(`${is} missing: got ${[...there].map(name).join(', ')}`, {
    expected: `all ${count} shards of the run; there is no ${missing.map(name).join(', ')}`,
    next: `run it, ${blob.command} --shard ${name(index)} --out FOLDER, and name its folder too`,
  });
}
