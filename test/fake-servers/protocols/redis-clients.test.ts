/** What real clients make of it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import t from 'tap';
import { redis } from '../../../fake-servers/protocols/redis.ts';
import { findProgram } from '../../../kernel/programs.ts';
import { type Bridged, bridge } from '../../support/bridge.ts';

const run = promisify(execFile);
const noCli = findProgram('redis-cli') ? false : 'redis-cli is not installed';

interface Unwinds {
  teardown(run: () => void): void;
}

function connected(t: Unwinds, { host, port }: Bridged, protocol: 2 | 3): Redis {
  const client = new Redis({ host, port, protocol, retryStrategy: () => null });
  t.teardown(() => client.disconnect());
  return client;
}

/** In words, as `protocols/redis.ts` tells it. */
function spelt(reply: unknown): string {
  if (reply === null) return '(nil)';
  return Array.isArray(reply) ? `[${reply.map(spelt).join(', ')}]` : String(reply);
}

/** What the client reports of a command, an error too. */
async function reported(client: Redis, command: string): Promise<string> {
  const [name = '', ...rest] = command.split(' ');
  try {
    return spelt(await client.call(name, ...rest));
  } catch (error) {
    if (error instanceof Error && error.name === 'ReplyError') return error.message;
    throw error;
  }
}

for (const protocol of [2, 3] as const) {
  t.test(`ioredis reports the answers, RESP${protocol}`, async (t) => {
    const bridged = await bridge(t, redis);
    const client = connected(t, bridged, protocol);
    const commands = [
      ...['PING', 'ECHO hé', 'SET a 1 EX 100', 'SET a 2 NX', 'GET a', 'GET b', 'INCR a'],
      ...['EXISTS a b', 'DEL a b', 'CONFIG GET databases', 'GET', 'none hé', 'SET a 1 EX 0'],
      ...['MULTI', 'INCR b', 'GET c', 'EXEC'],
    ];
    const reports: string[] = [];
    for (const command of commands) reports.push(await reported(client, command));
    t.strictSame(reports, bridged.answers);
    t.strictSame(
      bridged.keys,
      commands.map((command) => command.replace('none', 'NONE')),
    );
    t.equal(bridged.accepted(), 1);
  });

  t.test(`ioredis in a pipeline and a transaction, RESP${protocol}`, async (t) => {
    const client = connected(t, await bridge(t, redis), protocol);
    const value = Buffer.from([0, 13, 10, 255]);
    t.strictSame(await client.pipeline().set('a', value).getBuffer('a').exec(), [
      [null, 'OK'],
      [null, value],
    ]);
    t.strictSame(await client.multi().incr('n').incr('n').exec(), [
      [null, 1],
      [null, 2],
    ]);
  });

  t.test(`ioredis subscribes and quits, RESP${protocol}`, async (t) => {
    const bridged = await bridge(t, redis);
    const client = connected(t, bridged, protocol);
    t.equal(await client.subscribe('c', 'd'), 2);
    t.equal(await client.unsubscribe('c', 'd'), 0);
    t.equal(await client.ping(), 'PONG');
    t.equal(await client.quit(), 'OK');
    t.strictSame(bridged.keys, ['SUBSCRIBE c d', 'UNSUBSCRIBE c d', 'PING']);
  });
}

t.test('ioredis passes over a push between two answers', async (t) => {
  const bridged = await bridge(t, redis);
  const client = connected(t, bridged, 3);
  await client.set('a', '1');
  await bridged.push();
  t.equal(await client.get('a'), '1');
  await bridged.push();
  t.strictSame(await Promise.all([client.incr('a'), client.get('b')]), [2, null]);
});

t.test('redis-cli reports the answers', { skip: noCli }, async (t) => {
  const bridged = await bridge(t, redis);
  const { host, port } = bridged;
  const told = async (...words: string[]) => {
    const { stdout } = await run('redis-cli', ['-h', host, '-p', String(port), ...words]);
    return stdout;
  };
  t.equal(await told('SET', 'a', 'two words'), 'OK\n');
  t.equal(await told('GET', 'a'), 'two words\n');
  t.equal(await told('INCR', 'a'), 'ERR value is not an integer or out of range\n\n');
  t.equal(await told('-3', '--no-raw', 'GET', 'b'), '(nil)\n');
  t.equal(await told('-2', '--no-raw', 'INCR', 'n'), '(integer) 1\n');
  t.match(await told('-3', 'HELLO'), /proto 3\n/);
  t.match(await told('INFO'), /redis_version:/);
  t.strictSame(bridged.answers, [
    'OK',
    'two words',
    'ERR value is not an integer or out of range',
    '(nil)',
    '1',
  ]);
});
