import fc from 'fast-check';
import t from 'tap';
import {
  type Conversation,
  MalformedMessage,
  type Message,
  type Response,
} from '../../../fake-servers/protocols/protocol.ts';
import { Store } from '../../../fake-servers/protocols/redis/store.ts';
import { redis } from '../../../fake-servers/protocols/redis.ts';
import { commandKey } from '../../../harness/keys.ts';
import { byteSource } from '../../support/byte-source.ts';
import { chopped, sizes } from '../../support/dns.ts';
import { commandBytes, damagedCommands, sentCommand } from '../../support/redis.ts';

const guest = (ordinal = 1) => ({ ordinal, tuple: '', certificate: 'valid' }) as const;
const conversation = () => redis.start().converse(guest());

async function exchanges(
  chunks: Uint8Array[],
  on = conversation(),
): Promise<{ message: Message; response: Response }[]> {
  const source = byteSource(chunks);
  const done: { message: Message; response: Response }[] = [];
  for (;;) {
    const message = await on.read(source);
    if (!message) return done;
    done.push({ message, response: await on.respond(message) });
  }
}

/** To commands whose words have no space in them. */
async function answersTo(commands: readonly string[], on?: Conversation): Promise<string[]> {
  const done = await exchanges(
    commands.map((command) => commandBytes(command.split(' '))),
    on,
  );
  return done.map(({ response }) => response.answer);
}

async function bytesOf(commands: readonly string[]): Promise<string> {
  const done = await exchanges(commands.map((command) => commandBytes(command.split(' '))));
  return done.at(-1)?.response.bytes.toString() ?? '';
}

t.test('in any chunks, each command is read whole and named', async () => {
  const counted = sentCommand.filter(
    ({ words: [name] }) =>
      !/^(?:hello|client|auth|select|command|info|quit)$/i.test(name?.toString() ?? ''),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(counted, { maxLength: 5 }), sizes, async (commands, cuts) => {
      const done = await exchanges(chopped(Buffer.concat(commands.map((c) => c.bytes)), cuts));
      return (
        done.length === commands.length &&
        commands.every(({ words, bytes }, at) => {
          const { message } = done[at] ?? {};
          const key = commandKey(words.map(String));
          return message?.bytes.equals(bytes) && message.key === key;
        })
      );
    }),
    { numRuns: 500 },
  );
});

t.test('nothing after a command is read', async () => {
  await fc.assert(
    fc.asyncProperty(sentCommand, fc.uint8Array(), sizes, async ({ bytes }, after, cuts) => {
      const source = byteSource(chopped(Buffer.concat([bytes, after]), cuts));
      await conversation().read(source);
      return (await source.rest()).equals(Buffer.from(after));
    }),
  );
});

t.test('a FIN within a command ends the conversation', async () => {
  await fc.assert(
    fc.asyncProperty(sentCommand, fc.nat(), async ({ bytes }, at) => {
      const cut = bytes.subarray(0, at % bytes.length);
      return (await conversation().read(byteSource([cut]))) === undefined;
    }),
  );
});

t.test('whatever arrives is answered, or refused as malformed, and nothing hangs', async () => {
  const fate = async (bytes: Buffer): Promise<boolean> => {
    try {
      const done = await exchanges([bytes]);
      return done.every(({ response }) => /^[-+:$*_%>].*\r\n$/s.test(response.bytes.toString()));
    } catch (error) {
      return error instanceof MalformedMessage && /Protocol error|expected/.test(error.message);
    }
  };
  await fc.assert(fc.asyncProperty(damagedCommands, fate), { numRuns: 2000 });
  const noise = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
  await fc.assert(fc.asyncProperty(noise, fate));
});

t.test('what Redis calls a protocol error is malformed', async (t) => {
  const cases: [string, RegExp][] = [
    ['*1\r\n:1\r\n', /expected '\$', got ':'/],
    ['*x\r\n', /invalid multibulk length/],
    ['*01\r\n', /invalid multibulk length/],
    ['*1048577\r\n', /invalid multibulk length/],
    ['*1\r\n$-1\r\n', /invalid bulk length/],
    ['*1\r\n$16777217\r\n', /invalid bulk length/],
    ['*1\r\n$1\r\nab\r\n', /after a bulk string/],
    [`*${'1'.repeat(100)}`, /first 13 bytes/],
    ['get "a\r\n', /unbalanced quotes/],
    ['get "a"b\r\n', /unbalanced quotes/],
    ["get 'a\r\n", /unbalanced quotes/],
    ['x'.repeat(70_000), /first 65536 bytes/],
  ];
  for (const [bytes, message] of cases) {
    const shown = JSON.stringify(bytes.slice(0, 40));
    await t.rejects(exchanges([Buffer.from(bytes)]), { name: 'MalformedMessage', message }, shown);
  }
});

t.test('arrays and lines without words are passed over', async (t) => {
  const bytes = '\r\n\n*0\r\n*-1\r\n  \r\nPING\r\n';
  const done = await exchanges([Buffer.from(bytes)]);
  t.strictSame(
    done.map(({ message }) => [message.key, message.bytes.toString()]),
    [['PING', bytes]],
  );
});

t.test('words on a line are quoted as Redis has it', async (t) => {
  const lines = [String.raw`echo "a\x41\n\"\\ 'b"`, String.raw`echo 'it\'s \n'`, ''];
  const done = await exchanges([Buffer.from(lines.join('\r\n'))]);
  t.strictSame(
    done.map(({ response }) => response.answer),
    ['aA\n"\\ \'b', String.raw`it's \n`],
  );
});

t.test('a value comes back as it was set, whatever its bytes', async () => {
  const bytes = fc.uint8Array({ maxLength: 60 }).map((input) => Buffer.from(input));
  await fc.assert(
    fc.asyncProperty(bytes, bytes, bytes, async (key, value, other) => {
      const otherKey = Buffer.concat([key, Buffer.from([0xff])]);
      const [, , got] = await exchanges([
        commandBytes(['SET', key, value]),
        commandBytes(['SET', otherKey, other]),
        commandBytes(['GET', key]),
      ]);
      const expected = [Buffer.from(`$${value.length}\r\n`), value, Buffer.from('\r\n')];
      return got?.response.bytes.equals(Buffer.concat(expected)) === true;
    }),
  );
});

t.test('all conversations of a server see one store, those of another do not', async (t) => {
  const server = redis.start();
  t.strictSame(await answersTo(['INCR a', 'SELECT 1', 'GET a'], server.converse(guest(1))), [
    '1',
    'OK',
    '(nil)',
  ]);
  t.strictSame(await answersTo(['INCR a'], server.converse(guest(2))), ['2']);
  t.strictSame(await answersTo(['INCR a']), ['1']);
});

t.test('what sets a connection up is no request', async (t) => {
  const setUp = ['HELLO 3', 'CLIENT SETINFO LIB-NAME x', 'auth y', 'SELECT 0', 'COMMAND DOCS'];
  const others = ['PING', 'CONFIG GET save', 'MULTI', 'SET a 1', 'EXEC', 'nothing known'];
  const sent = [...setUp, 'info', ...others, 'QUIT'];
  const done = await exchanges(sent.map((command) => commandBytes(command.split(' '))));
  const keys = done.map(({ message }) => message.key).filter((key) => key !== undefined);
  t.strictSame(keys, [...others.slice(0, -1), 'NOTHING known']);
});

t.test('an answer is what clients report', async (t) => {
  const cases: [string, string][] = [
    ['PING', 'PONG'],
    ['ECHO hé', 'hé'],
    ['SET a 1', 'OK'],
    ['SET a 2 NX', '(nil)'],
    ['INCR a', '2'],
    ['GET b', '(nil)'],
    ['EXISTS a a', '2'],
    ['GET', "ERR wrong number of arguments for 'get' command"],
    ['né\n x', "ERR unknown command 'né ', with args beginning with: 'x' "],
    ['MULTI', 'OK'],
    ['GET a', 'QUEUED'],
    ['GET b', 'QUEUED'],
    ['EXEC', '[2, (nil)]'],
    ['CONFIG GET databases', '[databases, 16]'],
    ['SUBSCRIBE c d', '[subscribe, c, 1] [subscribe, d, 2]'],
  ];
  const answers = await answersTo(cases.map(([command]) => command));
  t.strictSame(
    answers,
    cases.map(([, answer]) => answer),
  );
});

t.test('HELLO chooses how replies are written', async (t) => {
  t.equal(await bytesOf(['GET a']), '$-1\r\n');
  t.equal(await bytesOf(['HELLO 3', 'GET a']), '_\r\n');
  t.equal(await bytesOf(['HELLO 3', 'HELLO 2', 'GET a']), '$-1\r\n');
  t.equal(await bytesOf(['CONFIG GET save']), '*2\r\n$4\r\nsave\r\n$0\r\n\r\n');
  t.equal(await bytesOf(['HELLO 3', 'CONFIG GET save']), '%1\r\n$4\r\nsave\r\n$0\r\n\r\n');
  t.match(await bytesOf(['HELLO 2']), /^\*14\r\n\$6\r\nserver\r\n/);
  t.match(await bytesOf(['HELLO 3']), /^%7\r\n\$6\r\nserver\r\n/);
  t.match(await bytesOf(['HELLO 3', 'SUBSCRIBE c']), /^>3\r\n/);
});

t.test('a client learns which connection it is', async (t) => {
  const on = redis.start().converse(guest(7));
  t.strictSame(await answersTo(['CLIENT ID'], on), ['7']);
});

t.test('after QUIT nothing is read', async (t) => {
  const on = conversation();
  const source = byteSource([commandBytes(['QUIT']), commandBytes(['PING'])]);
  const message = await on.read(source);
  if (!message) throw new Error('expected a command, got none');
  const { answer, isLast } = await on.respond(message);
  t.strictSame([answer, isLast], ['OK', true]);
  t.equal(await on.read(source), undefined);
  t.ok((await source.rest()).equals(commandBytes(['PING'])));
});

t.test('a push is sent in RESP3 only', async (t) => {
  const on = conversation();
  const push = async () => on.push?.();
  await t.rejects(push(), { name: 'TypeError', message: /RESP3.*HELLO 3/ });
  await answersTo(['HELLO 3'], on);
  t.equal((await push())?.toString(), '>2\r\n$10\r\ninvalidate\r\n_\r\n');
  await answersTo(['HELLO 2'], on);
  await t.rejects(push(), TypeError);
});

t.test('what has a time to live is gone after it, and no timer waits for that', async (t) => {
  let nowMs = 0;
  const store = new Store(() => nowMs);
  const [key, value] = [Buffer.from('a'), Buffer.from('1')];
  store.set(0, key, value, 10);
  nowMs = 9;
  store.replace(0, key, Buffer.from('2'));
  t.equal(String(store.get(0, key)), '2');
  nowMs = 10;
  t.equal(store.get(0, key), undefined);
  t.equal(store.delete(0, key), false);
  store.replace(0, key, value);
  nowMs = 1e9;
  t.equal(String(store.get(0, key)), '1', 'it is another one, without a time to live');
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout');
  const before = timers();
  t.strictSame(await answersTo(['SET a 1 EX 100', 'GET a']), ['OK', '1']);
  t.strictSame(timers(), before);
});
