/** Loads a user's TypeScript or JavaScript file as it is now, without a build. */
import { pathToFileURL } from 'node:url';
import type { Jiti } from 'jiti';

export const isModuleFile = (name: string) =>
  /\.[cm]?[jt]s$/.test(name) && !/\.d\.[cm]?ts$/.test(name);

/** Returns the default export, undefined when there is none. Rejects with what the file throws. */
export type ModuleLoader = (file: string) => Promise<unknown>;

/** @param entry What a file that imports `pipewrench` gets. */
export function moduleLoader(entry: object): ModuleLoader {
  // A compiler, which takes longer to load than most commands take.
  let loading: Promise<Jiti> | undefined;
  return async (file) => {
    loading ??= loadJiti(entry);
    return defaultOf(await (await loading).import(file));
  };
}

async function loadJiti(entry: object): Promise<Jiti> {
  const { createJiti } = await import('jiti');
  return createJiti(import.meta.url, {
    // An edited file is run as it is now, and nothing is left in a shared folder.
    fsCache: false,
    moduleCache: false,
    virtualModules: { pipewrench: entry },
  });
}

/** The same of a file that Node can load itself. */
export async function importDefault(file: string): Promise<unknown> {
  return defaultOf(await import(pathToFileURL(file).href));
}

function defaultOf(module: unknown): unknown {
  return hasDefault(module) ? module.default : undefined;
}

function hasDefault(module: unknown): module is { default: unknown } {
  return typeof module === 'object' && module !== null && 'default' in module;
}
