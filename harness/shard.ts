/** A part of a selection of scenarios, for a machine of its own. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { UserError } from './errors.ts';
import type { FoundScenario } from './run.ts';

export const shardSchema = z.object({
  /** From 1. */
  index: z.number().int().positive(),
  count: z.number().int().positive(),
});
export type Shard = z.infer<typeof shardSchema>;

/** `2/4`, as it is typed. */
export const shardText = ({ index, count }: Shard) => `${index}/${count}`;

/** Throws a UserError. */
export function parseShard(typed: string): Shard {
  const [, index = 0, count = 0] = (/^(\d{1,6})\/(\d{1,6})$/.exec(typed) ?? []).map(Number);
  if (index >= 1 && index <= count) return { index, count };
  throw new UserError(`--shard ${typed} is no shard`, {
    expected: 'INDEX/COUNT, the index from 1 to the count',
    next: 'type for example --shard 1/3, and 2/3 and 3/3 on other machines',
  });
}

/**
 * Dealt out like cards: neighbours, which are of one folder and take about as long as each other, go to
 * different shards. Each item is in exactly one of them.
 */
export function partOf<T>(all: readonly T[], { index, count }: Shard): T[] {
  return all.filter((_, at) => at % count === index - 1);
}

export const selectionSchema = z.object({
  /** Of every scenario as data, and of the client that is run instead of its own. Hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Of the evidence of each scenario of all shards, in order. */
  folders: z.array(z.string()),
});
/** What all shards of a run have in common. */
export type ShardedSelection = z.infer<typeof selectionSchema>;

/** @param client As the user named it; undefined when each scenario runs with its own. */
export function selectionOf(
  all: readonly FoundScenario[],
  client: string | undefined,
): ShardedSelection {
  const hash = createHash('sha256').update(JSON.stringify(client ?? null));
  for (const { path, folder, scenario } of all) {
    hash.update(`\n${JSON.stringify([path, folder, scenario])}`);
  }
  return { sha256: hash.digest('hex'), folders: all.map(({ folder }) => folder) };
}
