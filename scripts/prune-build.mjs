/**
 * Removes from build/ what was compiled from a source that is gone, so that a deleted test is not
 * run again. If anything is removed, the compiler's memory of what it has written goes too: a source
 * that comes back unchanged must be written again.
 */
import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const build = path.join(root, 'build');
const compiled = /\.(js|d\.ts)(\.map)?$/;
/** Clients in other languages, with the packages they use: none of it has a source here. */
const programs = path.join(build, 'programs');

function sourceExists(output) {
  const stem = path.join(root, path.relative(build, output).replace(compiled, ''));
  return ['.ts', '.tsx'].some((extension) => existsSync(stem + extension));
}

function prune(folder) {
  let removed = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (file === programs) continue;
    if (entry.isDirectory()) {
      removed += prune(file);
      if (readdirSync(file).length === 0) rmdirSync(file);
    } else if (compiled.test(entry.name) && !sourceExists(file)) {
      rmSync(file);
      removed += 1;
    }
  }
  return removed;
}

if (existsSync(build)) {
  const removed = prune(build);
  if (removed > 0) {
    rmSync(path.join(build, '.tsbuildinfo'), { force: true });
    console.log(`build: removed ${removed} files whose source is gone`);
  }
}
