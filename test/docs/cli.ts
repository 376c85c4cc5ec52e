/** Runs what the pages tell their readers to type. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { stayingCli } from '../support/cli.ts';
import {
  type CodeFile,
  type Command,
  commandsOf,
  filesOf,
  isReaders,
  type Page,
  root,
} from './pages.ts';

export interface Ended {
  exitCode: number | null;
  output: string;
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** @param build Root of the compiled project that `npx pipewrench` stands for. */
export function typeInShell(text: string, folder: string, build = root): Ended {
  const program = [process.execPath, join(build, 'build/harness/cli.js')].map(quoted).join(' ');
  const { status, stdout, stderr } = spawnSync(
    'sh',
    ['-c', text.replace(/^npx pipewrench\b/, program)],
    { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  return { exitCode: status, output: `${stdout}${stderr}` };
}

/** Words that a shell hands on as they are, of a command that ends by itself. */
const plain =
  /^npx pipewrench (run|list|check|report|merge|explain|doctor|client check|serve(?=.* --explain$))( [\w./:=@,-]+| "[^"\\$`]*")*$/;

const builds = new Map<string, ReturnType<typeof stayingCli>>();

/** Without a shell, and without starting anew, where the command needs neither. */
export async function type(text: string, folder: string, build = root): Promise<Ended> {
  if (!plain.test(text)) return typeInShell(text, folder, build);
  const [, , ...words] = text.match(/"[^"]*"|\S+/g) ?? [];
  const run = builds.get(build) ?? stayingCli(t, build);
  builds.set(build, run);
  const args = words.map((word) => word.replaceAll('"', ''));
  const { code, stdout, stderr } = await run(args, { cwd: folder });
  return { exitCode: code, output: `${stdout}${stderr}` };
}

/** Why runs cannot be judged here, or false: without packets every one of them ends with 3. */
export async function whyNoCapture(build = root): Promise<string | false> {
  const { exitCode, output } = await type('npx pipewrench doctor', root, build);
  if (exitCode === 0) return false;
  if (exitCode === 3) return `this machine cannot record: ${output.trim()}`;
  throw new Error(`doctor ended with ${exitCode}: ${output}`);
}

/** A folder of the reader's own, outside the checkout. */
export function readersFolder(
  t: { teardown: (undo: () => void) => unknown },
  files: readonly CodeFile[],
): string {
  const folder = mkdtempSync(join(tmpdir(), 'pipewrench-docs-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  for (const { path, code } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), code, { mode: code.startsWith('#!') ? 0o755 : 0o644 });
  }
  return folder;
}

export const isPipewrench = ({ text }: Command) => /^npx pipewrench\b/.test(text);

/** Types every pipewrench command of a page in a folder that holds the page's files. */
export async function typeAll(t: Test, page: Page, build = root): Promise<void> {
  const folder = readersFolder(t, filesOf(page).filter(isReaders));
  const commands = commandsOf(page).filter(isPipewrench);
  t.ok(commands.length > 0, 'there are commands');
  for (const { text, exitCode, where } of commands) {
    const ended = await type(text, folder, build);
    t.equal(ended.exitCode, exitCode, `${where}: ${text}`, { output: ended.output });
  }
}
