/** Finds scenario files and loads them. A scenario is one file; there is no list to add it to. */
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { compiledFrom } from './compiled.ts';
import { messageOf, nearest, UserError } from './errors.ts';
import { importDefault, isModuleFile, type ModuleLoader, moduleLoader } from './modules.ts';
import { scenariosNamed } from './named.ts';
import type { FoundScenario } from './run.ts';
import { NotAScenario, parseScenario, type Scenario } from './scenario.ts';

export interface Library {
  /** Folder of the scenarios that come with pipewrench. */
  folder: string;
  /** Where the build has compiled them to, below the package whose entry this is: they import it by its name. */
  compiledFolder: string;
  /** The package's public entry, given to scenarios that import `pipewrench`. */
  entry: object;
  /** Why a value is no upstream script, or undefined when it is one. */
  whyNotAScript: (value: unknown) => string | undefined;
  /** The gates that a script waits for, and the kinds of steps that it has. */
  namesIn: (script: unknown) => { gates: string[]; steps: string[] };
}

/**
 * Loads what each argument names: a file, a folder, or a part of a title or path of a scenario that
 * comes with pipewrench; without arguments, all of these. Throws a UserError.
 */
export async function loadScenarios(
  wanted: readonly string[],
  library: Library,
): Promise<FoundScenario[]> {
  const files = new Map<string, string>();
  const names: string[] = [];
  for (const name of wanted) {
    if (!exists(name)) names.push(name);
    else
      for (const file of filesOf(resolve(name)))
        files.set(file, rootOf(file, resolve(name), library));
  }
  const load = loader(library);
  const loadAll = (paths: Iterable<[string, string]>) =>
    Promise.all([...paths].map(([file, root]) => load(file, root)));
  const found = await loadAll(files);
  if (wanted.length > 0 && names.length === 0) return unique(found);

  const all = await loadAll(filesOf(library.folder).map((file) => [file, library.folder]));
  return unique([
    ...found,
    ...(wanted.length === 0 ? all : names.flatMap((name) => named(name, all))),
  ]);
}

function named(name: string, all: readonly FoundScenario[]): FoundScenario[] {
  const matching = scenariosNamed(name, all, ({ scenario }) => scenario.title);
  if (matching.length > 0) return matching;
  const names = all.flatMap(({ path, file, scenario }) => [scenario.title, path, file]);
  const near = nearest(name, names);
  throw new UserError(`no scenario is called "${name}", and there is no such file`, {
    expected: 'a scenario file, a folder of them, or a part of a title',
    next: near
      ? `did you mean "${near}"? \`pipewrench list\` shows all`
      : '`pipewrench list` shows all',
  });
}

/** Each file once; evidence of two files that are called the same must not share a folder. */
function unique(scenarios: readonly FoundScenario[]): FoundScenario[] {
  const byFile = new Map(scenarios.map((found) => [resolve(found.file), found]));
  const taken = new Set<string>();
  return [...byFile.values()]
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map((found) => {
      const free = (n: number): string => {
        const folder = n === 1 ? found.folder : `${found.folder}-${n}`;
        return taken.has(folder) ? free(n + 1) : folder;
      };
      const folder = free(1);
      taken.add(folder);
      return { ...found, folder };
    });
}

/** The folder that a scenario's path is relative to. */
function rootOf(file: string, named: string, library: Library): string {
  if (file.startsWith(library.folder + sep)) return library.folder;
  return file === named ? dirname(file) : named;
}

function filesOf(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .map((name) => join(path, name))
    .filter((file) => isModuleFile(basename(file)) && !isHelper(relative(path, file)));
}

/** What scenarios of a folder share begins with `_`, the file or a folder it is in. */
function isHelper(path: string): boolean {
  return path.split(sep).some((part) => part.startsWith('_') || part === 'node_modules');
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function loader(library: Library) {
  const { entry } = library;
  const load = moduleLoader(entry);
  return async (file: string, root: string): Promise<FoundScenario> => {
    const shown = relative(process.cwd(), file);
    const typed = shown.startsWith('..') ? file : shown;
    try {
      const scenario = toScenario(await importFile(load, file, library), library);
      const path = relative(root, file).split(sep).join('/');
      return { path, folder: path.replace(/\.[cm]?[jt]s$/, ''), file: typed, scenario };
    } catch (error) {
      if (!(error instanceof NotAScenario)) throw error;
      throw new UserError(`${typed} is not a scenario: ${error.message}`, {
        expected: 'a file with `export default scenario({ ... })`',
        next: 'see docs/adding-a-scenario.md, or `pipewrench list` for scenarios to copy from',
      });
    }
  };
}

/** Throws NotAScenario for whatever keeps the file from being loaded. */
async function importFile(load: ModuleLoader, file: string, library: Library): Promise<unknown> {
  if (!isModuleFile(basename(file))) {
    throw new NotAScenario('its name does not end in .ts or .js');
  }
  try {
    const compiled = compiledFrom(file, library);
    return await (compiled === undefined ? load(file) : importDefault(compiled));
  } catch (error) {
    throw new NotAScenario(`it cannot be loaded: ${messageOf(error)}`);
  }
}

/** Throws NotAScenario. */
function toScenario(exported: unknown, { whyNotAScript, namesIn }: Library): Scenario {
  if (exported === undefined) throw new NotAScenario('it has no default export');
  const scenario = parseScenario(exported);
  const { counter, upstream } = scenario;
  for (const script of counter.kind === 'script' ? [upstream, counter.upstream] : [upstream]) {
    const why = whyNotAScript(script);
    if (why) throw new NotAScenario(why);
  }
  const { gates, steps } = namesIn(upstream);
  for (const step of scenario.workload) {
    if (step.kind === 'open-gate') requireName('gate', step.gate, gates);
    if (step.kind === 'fired') requireName('step', step.step, steps);
  }
  return scenario;
}

/** What no script has would be waited for until the deadline, and look like the client's fault. */
function requireName(what: string, name: string, known: readonly string[]): void {
  if (known.includes(name)) return;
  const near = nearest(name, known);
  const hint = near ? `did you mean "${near}"?` : `there are: ${known.join(', ') || 'none'}`;
  throw new NotAScenario(`its workload names the ${what} "${name}", its script does not; ${hint}`);
}
