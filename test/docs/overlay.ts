/** The sources with the changes that a page describes, compiled to a folder of their own. */
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { type Block, type CodeFile, root } from './pages.ts';

/** A `diff` block, and hunks without line numbers: each applies where its old lines are. */
interface Change {
  path: string;
  hunks: string[][];
}

export function changeOf({ line, lines }: Block): Change {
  const path = /^\+\+\+ b\/(\S+)$/.exec(lines[1] ?? '')?.[1];
  if (!path) throw new Error(`line ${line}: expected +++ b/<path> in the second line of a diff`);
  const hunks: string[][] = [];
  for (const text of lines.slice(2)) {
    if (text === '@@') hunks.push([]);
    else hunks.at(-1)?.push(text);
  }
  return { path, hunks };
}

/** Throws when the lines that a hunk changes are not there exactly once. */
export function apply(source: string, { path, hunks }: Change): string {
  let text = source;
  for (const hunk of hunks) {
    const side = (other: string) =>
      hunk.filter((line) => !line.startsWith(other)).map((line) => `${line.slice(1)}\n`);
    const before = side('+').join('');
    if (text.split(before).length !== 2) {
      throw new Error(`${path} has these lines ${text.split(before).length - 1} times:\n${before}`);
    }
    // A function, because $ has a meaning in a replacement text.
    text = text.replace(before, () => side('-').join(''));
  }
  return text;
}

export interface Compiled {
  /** What the compiler has to say; empty when all is well. */
  complaints: string[];
}

/** Compiles the project with these files in place of its own into `folder`/build. */
export function compileInto(folder: string, files: readonly CodeFile[]): Compiled {
  const changed = new Map(files.map(({ path, code }) => [join(root, path), code]));
  const configFile = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { tsBuildInfoFile: _, ...options } = ts.convertCompilerOptionsFromJson(
    configFile.config.compilerOptions,
    root,
  ).options;
  const host = ts.createCompilerHost(options);
  const original = { readFile: host.readFile, fileExists: host.fileExists };
  host.readFile = (path) => changed.get(path) ?? original.readFile.call(host, path);
  host.fileExists = (path) => changed.has(path) || original.fileExists.call(host, path);
  const directoryExists = host.directoryExists?.bind(host) ?? ts.sys.directoryExists;
  host.directoryExists = (path) =>
    [...changed.keys()].some((file) => file.startsWith(`${path}/`)) || directoryExists(path);
  const getSourceFile = host.getSourceFile.bind(host);
  host.getSourceFile = (path, ...others) => {
    const text = changed.get(path);
    if (text === undefined) return getSourceFile(path, ...others);
    return ts.createSourceFile(path, text, others[0]);
  };
  host.writeFile = (path, text) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };
  const ambient = join(root, 'harness/recorders/pcap-parser.d.ts');
  const program = ts.createProgram({
    rootNames: [join(root, 'harness/cli.ts'), ambient, ...changed.keys()],
    options: {
      ...options,
      rootDir: root,
      outDir: join(folder, 'build'),
      declaration: false,
      sourceMap: false,
      incremental: false,
    },
    host,
  });
  const { diagnostics } = program.emit();
  const all = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  for (const name of ['node_modules', 'scenarios', 'reports']) {
    symlinkSync(join(root, name), join(folder, name));
  }
  return { complaints: all.map((one) => ts.formatDiagnostic(one, formatHost)) };
}

const formatHost: ts.FormatDiagnosticsHost = {
  getCanonicalFileName: (path) => path,
  getCurrentDirectory: () => root,
  getNewLine: () => '\n',
};
