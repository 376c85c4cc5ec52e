/** The sources with the changes that a page describes, compiled to a folder of their own. */
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
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

/** Neither has a part in what the commands of a page run. */
const notNeeded = ['build/test', 'build/programs'].map((path) => join(root, path));
const isNeeded = (path: string) => !notNeeded.includes(path) && !path.endsWith('.d.ts');

/**
 * Compiles the project with these files in place of its own into `folder`/build. What no change concerns is
 * not checked a second time, since the compiler begins from what it remembers of the build; and the build is
 * copied, since what a file is compiled to depends on no other one.
 */
export function compileInto(folder: string, files: readonly CodeFile[]): Compiled {
  const out = join(folder, 'build');
  cpSync(join(root, 'build'), out, {
    recursive: true,
    filter: isNeeded,
  });
  const changed = new Map(files.map(({ path, code }) => [join(root, path), code]));
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const program = ts.createIncrementalProgram({
    rootNames: [
      join(root, 'harness/cli.ts'),
      join(root, 'harness/recorders/pcap-parser.d.ts'),
      ...changed.keys(),
    ],
    options,
    host: ts.createIncrementalCompilerHost(options, systemWith(changed, out)),
  });
  const checked = [...program.getSyntacticDiagnostics(), ...program.getSemanticDiagnostics()];
  const emitted = [...changed.keys()].map((path) => program.getSourceFile(path));
  const diagnostics = emitted.flatMap((file) => program.getProgram().emit(file).diagnostics);
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  for (const name of ['node_modules', 'scenarios', 'reports']) {
    symlinkSync(join(root, name), join(folder, name));
  }
  return {
    complaints: [...checked, ...diagnostics].map((one) => ts.formatDiagnostic(one, formatHost)),
  };
}

/** The file system with these files in it; what is written to the build goes to `out`. */
function systemWith(changed: ReadonlyMap<string, string>, out: string): ts.System {
  const { sys } = ts;
  const holds = (path: string) => [...changed.keys()].some((file) => file.startsWith(`${path}/`));
  return {
    ...sys,
    readFile: (path, encoding) => changed.get(path) ?? sys.readFile(path, encoding),
    fileExists: (path) => changed.has(path) || sys.fileExists(path),
    directoryExists: (path) => holds(path) || sys.directoryExists(path),
    createDirectory: () => {},
    writeFile: (path, text) => {
      const file = join(out, relative(join(root, 'build'), path));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    },
  };
}

const formatHost: ts.FormatDiagnosticsHost = {
  getCanonicalFileName: (path) => path,
  getCurrentDirectory: () => root,
  getNewLine: () => '\n',
};
