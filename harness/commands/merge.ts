/** `pipewrench merge`: makes one run of the shards of a run. Opens no socket, changes no shard. */
import { constants, copyFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadBlob, requireUndamaged } from '../blob.ts';
import { mergeShards, type StoredShard } from '../merge.ts';
import { storedSource } from '../reporter.ts';
import type { RunResult } from '../result.ts';
import { createRunFolder, loadRun, makeFolder, saveRun } from '../store.ts';
import { concludeRun, reportLine } from './conclude-run.ts';
import { isPrinted, wantedReports, writeReports } from './reports.ts';
import { findReporter, type Tools } from './tools.ts';

export interface MergeCommand {
  reporter?: readonly string[];
  out?: string;
}

/**
 * Throws a UserError, before anything is written, when a folder is no shard, of another version or
 * selection, or damaged, or when a shard is missing or there twice.
 */
export function mergeCommand(
  folders: readonly string[],
  { reporter = ['terminal'], out }: MergeCommand,
  tools: Tools,
): RunResult {
  const wanted = wantedReports(reporter, (name) => findReporter(name, tools));
  const blobs = folders.map((folder) => ({ folder, blob: loadBlob(folder) }));
  for (const { folder, blob } of blobs) requireUndamaged(folder, blob);
  const shards = blobs.map((found): StoredShard => ({ ...found, run: loadRun(found.folder) }));
  const run = mergeShards(shards);
  const runFolder = createRunFolder(process.cwd(), out, new Date());
  for (const shard of shards) copyEvidence(shard, runFolder);
  saveRun(runFolder, run);
  concludeRun(runFolder, run, out, tools);
  writeReports(wanted, storedSource(runFolder, run));
  if (wanted.some((one) => isPrinted(one, 'terminal'))) {
    process.stdout.write(reportLine(runFolder));
  }
  return run;
}

/** What lies in the folders of its scenarios: the rest is made anew. */
function copyEvidence({ folder, blob, run }: StoredShard, runFolder: string): void {
  for (const { path } of blob.files) {
    if (!run.scenarios.some((scenario) => path.startsWith(`${scenario.folder}/`))) continue;
    const target = join(runFolder, path);
    makeFolder(dirname(target));
    copyFileSync(join(folder, path), target, constants.COPYFILE_FICLONE);
  }
}
