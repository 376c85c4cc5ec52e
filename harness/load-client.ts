/** Finds the client to run: one that comes with pipewrench, by name, or a user's own, by file. */
import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { ClientDriver } from './client.ts';
import { messageOf, UserError, unknownName } from './errors.ts';
import { isModuleFile, moduleLoader } from './modules.ts';
import { programDriver } from './programs/host.ts';
import { startProgram } from './programs/process.ts';
import type { TapOrWhyNot } from './recorders/syscalls-tap.ts';

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
 * `name` is a name, a file whose default export is a driver, or an executable file that speaks
 * docs/client-protocol.md; of that one the hello is read.
 * Throws a UserError: no such name (with the nearest one), no such file, or no client in it.
 */
export async function loadClient(
  name: string,
  clients: readonly ClientDriver[],
  { entry, tap }: { entry: object; tap: TapOrWhyNot },
): Promise<ClientDriver> {
  if (isModuleFile(name)) return loadModule(name, entry);
  if (name.includes('/')) return loadProgram(name, tap);
  return findClient(name, clients);
}

async function loadModule(name: string, entry: object): Promise<ClientDriver> {
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

async function loadProgram(name: string, tap: TapOrWhyNot): Promise<ClientDriver> {
  const refuse = (why: string) =>
    new UserError(`${name} is not a client: ${why}`, {
      expected: 'an executable file that speaks docs/client-protocol.md',
      next: `try \`pipewrench client check -- ${name}\``,
    });
  const path = resolve(name);
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) throw refuse('there is no such file');
  try {
    accessSync(path, constants.X_OK);
  } catch {
    throw refuse(`it cannot be executed; chmod +x ${name}`);
  }
  try {
    const { hello, end } = await startProgram([path]);
    await end();
    return programDriver(hello, async () => [path], tap);
  } catch (error) {
    throw refuse(messageOf(error));
  }
}

/** Throws a UserError with the nearest name. */
export function findClient(name: string, clients: readonly ClientDriver[]): ClientDriver {
  const found = clients.find((driver) => driver.name === name);
  if (found) return found;
  throw unknownName(
    'client',
    name,
    clients.map((driver) => driver.name),
    'pick one with --client, or name a file with one of your own: ./my-client',
  );
}
