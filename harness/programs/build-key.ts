/** What a build is made from, as one short name: the same name means the same result. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildPlan } from './program.ts';

/** What tools leave in a folder of sources. */
const leftBehind = ['node_modules', 'target', '__pycache__'];

export interface BuildKey {
  /** The same for every state of the sources that is built by these steps. */
  family: string;
  /** The family, the contents of the sources and the versions of the toolchain. */
  name: string;
}

/**
 * @param folder That of the sources. Throws when it cannot be read.
 * @param versions What the programs of the toolchain say of themselves.
 */
export function buildKey(build: BuildPlan, folder: string, versions: readonly string[]): BuildKey {
  const family = `${build.sources.replaceAll('/', '-')}-${digest([JSON.stringify(build.steps)])}`;
  const files = filesBelow(folder).flatMap((file) => [file, readFileSync(join(folder, file))]);
  return { family, name: `${family}-${digest([...versions, ...files])}` };
}

function digest(parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  // Each with its length before it, so that no two lists of parts run together into the same bytes.
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest('hex').slice(0, 12);
}

/** Paths below the folder, in an order of their own. */
function filesBelow(folder: string, prefix = ''): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.') && !leftBehind.includes(name))
    .flatMap((entry) => {
      const path = `${prefix}${entry.name}`;
      return entry.isDirectory() ? filesBelow(join(folder, entry.name), `${path}/`) : [path];
    })
    .sort();
}
