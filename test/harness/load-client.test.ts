import { join } from 'node:path';
import t from 'tap';
import type { ClientDriver } from '../../harness/client.ts';
import { UserError } from '../../harness/errors.ts';
import { findClient, loadClient } from '../../harness/load-client.ts';
import { folder } from '../support/folder.ts';

const driver: ClientDriver = {
  name: 'dns-pool',
  description: 'a pool',
  protocols: ['dns-tcp'],
  isPool: true,
  open: () => {
    throw new Error('not opened here');
  },
};

const having = { entry: {}, tap: { unavailable: 'not wanted' } };

async function refusalOf(name: string): Promise<UserError> {
  try {
    await loadClient(name, [driver], having);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('expected a refusal, got a client');
}

t.test('a name is one of those that come along, or the nearest is suggested', async (t) => {
  t.equal(findClient('dns-pool', [driver]), driver);
  t.equal(await loadClient('dns-pool', [driver], having), driver);
  const { message, next } = await refusalOf('dns-poll');
  t.match(message, /no client "dns-poll"/);
  t.match(next, /did you mean "dns-pool"/);
});

const own = `export default { name: 'mine', description: 'd', protocols: ['raw'], isPool: false,
  open(target: { port: number }) { return target.port; } };`;

t.test('a file with a driver is a client', async (t) => {
  const path = folder(t, { 'mine.ts': own });
  const mine = await loadClient(join(path, 'mine.ts'), [driver], having);
  t.match(mine, { name: 'mine', isPool: false });
});

t.test('whatever else a file holds is refused, and the file is named', async (t) => {
  const refused: Record<string, [string, RegExp]> = {
    'none.ts': ['export const x = 1;', /none\.ts is not a client/],
    'half.ts': ["export default { name: 'half' };", /protocols/],
    'open.ts': [own.replace(/open\(.*/, 'open: 1 };'), /expected a function/],
    'throws.js': ['throw new Error("on purpose");', /cannot be loaded: on purpose/],
  };
  const path = folder(
    t,
    Object.fromEntries(Object.entries(refused).map(([file, [content]]) => [file, content])),
  );
  for (const [file, [, says]] of Object.entries(refused)) {
    const { message } = await refusalOf(join(path, file));
    t.match(message, says);
    t.match(message, file);
  }
  t.match((await refusalOf(join(path, 'gone.ts'))).message, /there is no such file/);
});
