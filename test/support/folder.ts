/** A folder of the test's own, removed when it ends. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

interface Unwinds {
  teardown(run: () => void): void;
}

/** @param files Contents by path below the folder. */
export function folder(t: Unwinds, files: Record<string, string> = {}): string {
  const path = mkdtempSync(join(tmpdir(), 'pipewrench-test-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    const file = join(path, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return path;
}
