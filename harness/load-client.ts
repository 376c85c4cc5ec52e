/** Finds the client to run: one that comes with pipewrench, by name, or a user's own, by file. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { ClientDriver } from './client.ts';
import { messageOf, UserError, unknownName } from './errors.ts';
import { isModuleFile, moduleLoader } from './modules.ts';

const isFunction = z.custom<ClientDriver['open']>((value) => typeof value === 'function', {
  message: 'expected a function',
});

const driverSchema = z.object({
  name: z.string().min(1),
  description: z.string(),
  protocols: z.array(z.string()).min(1),
  isPool: z.boolean(),
  open: isFunction,
});

/**
 * `name` is a name, or a file whose default export is a driver.
 * Throws a UserError: no such name (with the nearest one), no such file, or no driver in it.
 */
export async function loadClient(
  name: string,
  clients: readonly ClientDriver[],
  entry: object,
): Promise<ClientDriver> {
  if (!isModuleFile(name)) return findClient(name, clients);
  const refuse = (why: string) =>
    new UserError(`${name} is not a client: ${why}`, {
      expected: 'a file whose default export is { name, description, protocols, isPool, open }',
      next: 'see docs/adding-a-client.md',
    });
  if (!statSync(name, { throwIfNoEntry: false })) throw refuse('there is no such file');
  let exported: unknown;
  try {
    exported = await moduleLoader(entry)(resolve(name));
  } catch (error) {
    throw refuse(`it cannot be loaded: ${messageOf(error)}`);
  }
  const parsed = driverSchema.safeParse(exported);
  if (!parsed.success) throw refuse(z.prettifyError(parsed.error));
  return parsed.data;
}

/** Throws a UserError with the nearest name. */
export function findClient(name: string, clients: readonly ClientDriver[]): ClientDriver {
  const found = clients.find((driver) => driver.name === name);
  if (found) return found;
  throw unknownName(
    'client',
    name,
    clients.map((driver) => driver.name),
    'pick one with --client, or name a file with one of your own',
  );
}
