/** Finds scenario files and loads them. A scenario is one file; there is no list to add it to. */
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { createJiti, type Jiti } from 'jiti';
import { nearest, UserError } from './errors.ts';
import type { FoundScenario } from './run.ts';
import { NotAScenario, parseScenario, type Scenario } from './scenario.ts';

export interface Library {
  /** Folder of the scenarios that come with pipewrench. */
  folder: string;
  /** The package's public entry, given to scenarios that import `pipewrench`. */
  entry: object;
  /** Why a value is no upstream script, or undefined when it is one. */
  whyNotAScript: (value: unknown) => string | undefined;
}

const isScenarioFile = (name: string) => /\.[cm]?[jt]s$/.test(name) && !/\.d\.[cm]?ts$/.test(name);

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
  const part = name.toLowerCase();
  const matching = all.filter(
    ({ path, scenario }) => scenario.title.toLowerCase().includes(part) || path.includes(name),
  );
  if (matching.length > 0) return matching;
  const titles = all.flatMap(({ path, scenario }) => [scenario.title, path]);
  const near = nearest(name, titles);
  throw new UserError(`no scenario is called "${name}", and there is no such file`, {
    expected: 'a scenario file, a folder of them, or a part of a title',
    next: near
      ? `did you mean "${near}"? \`pipewrench list\` shows all`
      : '`pipewrench list` shows all',
  });
}

function unique(scenarios: readonly FoundScenario[]): FoundScenario[] {
  const byPath = new Map(scenarios.map((found) => [resolve(found.file), found]));
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
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
    .filter((file) => isScenarioFile(basename(file)) && !file.includes(`${sep}node_modules${sep}`));
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function loader({ entry, whyNotAScript }: Library) {
  const jiti = createJiti(import.meta.url, {
    // An edited scenario is run as it is now, and nothing is left in a shared folder.
    fsCache: false,
    moduleCache: false,
    virtualModules: { pipewrench: entry },
  });
  return async (file: string, root: string): Promise<FoundScenario> => {
    const shown = relative(process.cwd(), file);
    const typed = shown.startsWith('..') ? file : shown;
    try {
      const scenario = toScenario(await importFile(jiti, file), whyNotAScript);
      return { path: relative(root, file).split(sep).join('/'), file: typed, scenario };
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
async function importFile(jiti: Jiti, file: string): Promise<unknown> {
  if (!isScenarioFile(basename(file))) {
    throw new NotAScenario('its name does not end in .ts or .js');
  }
  try {
    return await jiti.import(file);
  } catch (error) {
    throw new NotAScenario(
      `it cannot be loaded: ${error instanceof Error ? error.message : error}`,
    );
  }
}

/** Throws NotAScenario. */
function toScenario(module: unknown, whyNotAScript: Library['whyNotAScript']): Scenario {
  if (!hasDefault(module) || module.default === undefined) {
    throw new NotAScenario('it has no default export');
  }
  const scenario = parseScenario(module.default);
  const { counter, upstream } = scenario;
  for (const script of counter.kind === 'script' ? [upstream, counter.upstream] : [upstream]) {
    const why = whyNotAScript(script);
    if (why) throw new NotAScenario(why);
  }
  return scenario;
}

function hasDefault(module: unknown): module is { default: unknown } {
  return typeof module === 'object' && module !== null && 'default' in module;
}
