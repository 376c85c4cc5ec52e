/** The same commands to the real server: the same bytes must come back. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import fc from 'fast-check';
import t from 'tap';
import { redis } from '../../../fake-servers/protocols/redis.ts';
import { findProgram } from '../../../kernel/programs.ts';
import { byteSource } from '../../support/byte-source.ts';
import { folder } from '../../support/folder.ts';
import { commandBytes, knownCommand } from '../../support/redis.ts';

/** Whose texts are spoken; other versions word some of them otherwise. */
const version = '7.0';
const server = findProgram('redis-server');

function whyNot(): string | false {
  if (!server) return 'redis-server is not installed';
  const text = execFileSync(server, ['--version'], { encoding: 'utf8' });
  return text.includes(`v=${version}.`) ? false : `redis-server is not of version ${version}`;
}

/** On a socket in the folder, without a port. */
async function startServer(
  t: { teardown(run: () => Promise<unknown>): void },
  program: string,
  inFolder: string,
): Promise<string> {
  const socket = join(inFolder, 'redis.socket');
  const args = ['--port', '0', '--unixsocket', socket, '--dir', inFolder, '--save', ''];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  t.teardown(() => {
    child.kill();
    return exited;
  });
  for await (const line of createInterface({ input: child.stdout })) {
    if (/ready to accept connections/i.test(line)) return socket;
  }
  throw new Error('redis-server ended before it was ready');
}

/** All that the server sends until it closes. */
async function told(socket: string, stream: Buffer): Promise<string> {
  const client = connect(socket);
  client.end(stream);
  return (await byteSource(client).rest()).toString('latin1');
}

async function toldByFake(stream: Buffer): Promise<string> {
  const conversation = redis.start().converse({ ordinal: 1, tuple: '', certificate: 'valid' });
  const source = byteSource([stream]);
  const parts: Buffer[] = [];
  for (;;) {
    const message = await conversation.read(source);
    if (!message) return Buffer.concat(parts).toString('latin1');
    parts.push((await conversation.respond(message)).bytes);
  }
}

/** A version chosen within a transaction would count for some of its replies and not for others. */
const knownCommands = fc.array(knownCommand, { maxLength: 12 }).filter((commands) => {
  const names = commands.map(([name]) => name);
  return !names.includes('MULTI') || !names.slice(names.indexOf('MULTI')).includes('HELLO');
});

/** Without what one server need not have in common with another. */
function comparable(replies: string): string {
  return replies
    .replace(/\$7\r\nversion\r\n\$\d+\r\n[^\r]*/g, 'version')
    .replace(/\$2\r\nid\r\n:\d+/g, 'id');
}

t.test(
  'real Redis answers the same',
  {
    skip: whyNot(),
  },
  async (t) => {
    const socket = await startServer(t, server ?? '', folder(t));
    const quit = commandBytes(['QUIT']);
    const flush = Buffer.concat([commandBytes(['FLUSHALL']), quit]);
    await fc.assert(
      fc.asyncProperty(knownCommands, async (commands) => {
        const stream = Buffer.concat([...commands.map(commandBytes), quit]);
        await told(socket, flush);
        const [real, fake] = [await told(socket, stream), await toldByFake(stream)];
        if (comparable(real) === comparable(fake)) return;
        throw new Error(`Redis:\n${comparable(real)}\nhere:\n${comparable(fake)}`);
      }),
      { numRuns: 300 },
    );
  },
);
