/** Loads a user's TypeScript or JavaScript file as it is now, without a build. */
export const isModuleFile = (name: string) =>
  /\.[cm]?[jt]s$/.test(name) && !/\.d\.[cm]?ts$/.test(name);

/** Returns the default export, undefined when there is none. Rejects with what the file throws. */
export type ModuleLoader = (file: string) => Promise<unknown>;

/** @param entry What a file that imports `pipewrench` gets. */
export function moduleLoader(entry: object): ModuleLoader {
  // A compiler, which commands without a file to load need not wait for.
  const loading = import('jiti').then(({ createJiti }) =>
    createJiti(import.meta.url, {
      // An edited file is run as it is now, and nothing is left in a shared folder.
      fsCache: false,
      moduleCache: false,
      virtualModules: { pipewrench: entry },
    }),
  );
  return async (file) => {
    const jiti = await loading;
    const module: unknown = await jiti.import(file);
    return hasDefault(module) ? module.default : undefined;
  };
}

function hasDefault(module: unknown): module is { default: unknown } {
  return typeof module === 'object' && module !== null && 'default' in module;
}
