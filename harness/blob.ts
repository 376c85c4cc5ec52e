/**
 * The folder of a shard's run, with a manifest, is a blob: what `merge` makes a whole run of. It may be
 * moved from machine to machine; the manifest tells what it was when it was written.
 *
 *     <folder>/blob.json     which shard of what it is, and every other file with its size and hash
 *              run.json ...  the run of the shard, as harness/store.ts has it
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from './errors.ts';
import { selectionSchema, shardSchema, shardText } from './shard.ts';
import { loadJson, parsed, save } from './store.ts';

/** Raised when a blob can no longer be read by the previous reader. */
const blobVersion = 1;

const blobFile = 'blob.json';

/** It comes from another machine: it must not lead out of its folder. */
const pathSchema = z
  .string()
  .refine(
    (path) => path.split('/').every((part) => part !== '' && part !== '.' && part !== '..'),
    'a path below the folder, without . and ..',
  );

export const blobSchema = z.object({
  format: z.literal(blobVersion),
  shard: shardSchema,
  /** The command of the whole run. */
  command: z.string(),
  selection: selectionSchema.extend({ folders: z.array(pathSchema) }),
  files: z.array(
    z.object({
      /** Relative to the folder, `/` between its parts. */
      path: pathSchema,
      sizeBytes: z.number().int().nonnegative(),
      /** Hexadecimal. */
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
});
export type Blob = z.infer<typeof blobSchema>;

/** Call it when nothing more is written to the folder. Throws a UserError. */
export function saveBlob(
  folder: string,
  blob: Pick<Blob, 'shard' | 'command' | 'selection'>,
): void {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path)).isFile())
    .sort()
    .map((path) => ({ path, ...sumOf(readFileSync(join(folder, path))) }));
  const whole: Blob = { format: blobVersion, ...blob, files };
  save(folder, blobFile, `${JSON.stringify(whole, null, 1)}\n`);
}

function sumOf(content: Uint8Array): { sizeBytes: number; sha256: string } {
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { sizeBytes: content.length, sha256 };
}

/** Throws a UserError: no blob, of another version, or its manifest is damaged. Files are not looked at. */
export function loadBlob(folder: string): Blob {
  const path = join(folder, blobFile);
  if (!statSync(path, { throwIfNoEntry: false })) {
    throw new UserError(`${folder} is no shard of a run: it has no ${blobFile}`, {
      expected: 'a folder that `pipewrench run --shard 1/2 --out FOLDER` has written to its end',
      next: 'name the folders of all shards, or run the shard again if its run was killed',
    });
  }
  const value = loadJson(path, 'the manifest of a shard');
  const version = z.object({ format: z.number() }).safeParse(value);
  if (version.success && version.data.format !== blobVersion) {
    const isNewer = version.data.format > blobVersion;
    throw new UserError(`${path} was written by ${isNewer ? 'a newer' : 'an older'} pipewrench`, {
      expected: `a blob of version ${blobVersion}, got version ${version.data.format}`,
      next: 'run all shards and merge with the same version of pipewrench',
    });
  }
  return parsed(blobSchema, value, path);
}

/** Throws a UserError that names what is not as the manifest has it. */
export function requireUndamaged(folder: string, { shard, files }: Blob): void {
  const damages = files.flatMap((file) => damageOf(folder, file));
  const [first] = damages;
  if (first === undefined) return;
  const more = damages.length === 1 ? '' : `, and ${damages.length - 1} more files are damaged`;
  throw new UserError(`${first.path} ${first.is}${more}`, {
    expected: first.expected,
    next: `copy the folder of shard ${shardText(shard)} again, or run the shard again`,
  });
}

function damageOf(
  folder: string,
  { path: name, sizeBytes, sha256 }: Blob['files'][number],
): { path: string; is: string; expected: string }[] {
  const path = join(folder, name);
  const expected = `${sizeBytes} bytes with the SHA-256 ${sha256}, as ${blobFile} has it`;
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) {
    return [{ path, is: 'is missing', expected }];
  }
  const sum = sumOf(readFileSync(path));
  if (sum.sha256 === sha256) return [];
  return [{ path, is: `is damaged: ${sum.sizeBytes} bytes with ${sum.sha256}`, expected }];
}
