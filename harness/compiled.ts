/** Scenarios that come with pipewrench, as the build has compiled them: compiling all of them takes seconds. */
import { readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { z } from 'zod';

/** Of a source map (ECMA-426): the text that it was made from, which the build puts into it. */
const sourceMapSchema = z.object({ sourcesContent: z.tuple([z.string()]) });

/**
 * The compiled form of this file; undefined where there is none, or where it was made from another text than
 * the file has now: an edited scenario is run as it is, whether it was built again or not.
 */
export function compiledFrom(
  file: string,
  { folder, compiledFolder }: { folder: string; compiledFolder: string },
): string | undefined {
  if (!file.startsWith(folder + sep) || !file.endsWith('.ts')) return undefined;
  const compiled = join(compiledFolder, relative(folder, file).replace(/\.ts$/, '.js'));
  return sourceOf(compiled) === readFileSync(file, 'utf8') ? compiled : undefined;
}

function sourceOf(compiled: string): string | undefined {
  try {
    const map = sourceMapSchema.safeParse(JSON.parse(readFileSync(`${compiled}.map`, 'utf8')));
    return map.data?.sourcesContent[0];
  } catch {
    // Not compiled, or not whole.
    return undefined;
  }
}
