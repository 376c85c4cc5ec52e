import { Readable } from 'node:stream';
import fc from 'fast-check';
import { parse as parseBackend, serialize } from 'pg-protocol';
import t from 'tap';
import { postgres } from '../../../fake-servers/protocols/postgres.ts';
import {
  type Conversation,
  MalformedMessage,
  type Response,
} from '../../../fake-servers/protocols/protocol.ts';
import { cutAt, memorySource } from '../../support/byte-source-sql.ts';

const startup = serialize.startup({ user: 'bob', database: 'shop' });

function bytesOf(...messages: readonly Uint8Array[]): Buffer {
  return Buffer.concat(messages);
}

/** What a driver sends for one statement with parameters. */
const extended = (text: string, values: (string | null)[] = [], portal = '') =>
  bytesOf(
    serialize.parse({ text }),
    serialize.bind({ portal, values }),
    serialize.describe({ type: 'P', name: portal }),
    serialize.execute({ portal }),
    serialize.sync(),
  );

const converse = (): Conversation =>
  postgres
    .start()
    .converse({ ordinal: 3, tuple: '127.0.0.1:9->127.0.0.1:1', certificate: 'valid' });

interface Turn {
  bytes: Buffer;
  key: string | undefined;
  response: Response;
}

async function talk(chunks: readonly Uint8Array[], conversation = converse()): Promise<Turn[]> {
  const source = memorySource(chunks);
  const turns: Turn[] = [];
  for (;;) {
    const message = await conversation.read(source);
    if (!message) return turns;
    turns.push({ ...message, response: await conversation.respond(message) });
  }
}

/** The names of the messages, read by the parser of a client library. */
async function names(bytes: Buffer): Promise<string[]> {
  const all: string[] = [];
  await parseBackend(Readable.from([bytes]), ({ name }) => all.push(name));
  return all;
}

async function said(...messages: readonly Buffer[]): Promise<string[][]> {
  const [, ...turns] = await talk([startup, ...messages]);
  return Promise.all(turns.map(({ response }) => names(response.bytes)));
}

const everything = [
  startup,
  serialize.query('CREATE TABLE t (c INT)'),
  serialize.query('SET TimeZone TO UTC'),
  extended('INSERT INTO  t\nVALUES ($1)', ['1']),
  serialize.query('SELECT COUNT(*) FROM t; SELECT 1'),
  extended('SELECT $1, $2', ['a', null]),
  serialize.query(''),
  serialize.end(),
];

t.test('what is said, and how often it counts', async (t) => {
  const turns = await talk([serialize.requestSsl(), ...everything, serialize.query('SELECT 1')]);
  t.strictSame(
    turns.map(({ key, response }) => [key, response.answer]),
    [
      [undefined, 'no encryption'],
      [undefined, 'logged in'],
      ['CREATE TABLE t (c INT)', 'OK 0'],
      [undefined, 'OK 0'],
      ['INSERT INTO t VALUES ($1) ["1"]', 'OK 1'],
      ['SELECT COUNT(*) FROM t; SELECT 1', '1 | 1'],
      ['SELECT $1, $2 ["a","null"]', 'a, NULL'],
      ['', 'OK 0'],
      [undefined, ''],
    ],
    'nothing is read after Terminate',
  );
});

t.test('bytes in any chunks are the same messages', async () => {
  const bytes = bytesOf(...everything);
  const wanted = await talk([bytes]);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(), { maxLength: 20 }), async (offsets) => {
      const turns = await talk(cutAt(bytes, offsets));
      return JSON.stringify(turns) === JSON.stringify(wanted);
    }),
  );
});

t.test('nothing after Sync is read', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.uint8Array(), async (value, after) => {
      const conversation = converse();
      await talk([startup], conversation);
      const request = extended('SELECT $1', [value]);
      const source = memorySource([request, after]);
      const message = await conversation.read(source);
      return message?.bytes.equals(request) === true && source.left().equals(Buffer.from(after));
    }),
  );
});

t.test('bytes of no client are malformed, and end in any case', async () => {
  const framed = (type: number, body: Uint8Array) => {
    const head = Buffer.from([type, 0, 0, 0, 0]);
    head.writeUInt32BE(body.length + 4, 1);
    return bytesOf(head, body);
  };
  const type = fc.constantFrom(...Buffer.from('QPBDCEHSXpFdcf!'));
  const garbage = fc.oneof(
    fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
    fc
      .array(fc.tuple(type, fc.uint8Array({ maxLength: 30 })), { maxLength: 5 })
      .map((all) => bytesOf(startup, ...all.map(([code, body]) => framed(code, body)))),
  );
  await fc.assert(
    fc.asyncProperty(garbage, async (bytes) => {
      try {
        const turns = await talk([bytes]);
        return turns.every(({ response }) => typeof response.answer === 'string');
      } catch (error) {
        return error instanceof MalformedMessage;
      }
    }),
    { numRuns: 1000 },
  );
});

t.test('what breaks the framing is malformed', async (t) => {
  const malformed = { name: 'MalformedMessage' };
  await t.rejects(talk([Buffer.from('GET / HTTP/1.1\r\n\r\n')]), malformed);
  await t.rejects(talk([startup, Buffer.from('!\0\0\0\x04')]), malformed);
  await t.rejects(talk([startup, Buffer.from('Q\0\x10\0\0')]), malformed, 'beyond 1 MiB');
  await t.rejects(talk([startup, Buffer.from('Q\0\0\0\x05x')]), malformed, 'no NUL');
  t.strictSame(await talk([startup.subarray(0, 6)]), [], 'FIN within a message');
});

t.test('each request is answered in the order of the protocol', async (t) => {
  const row = ['dataRow', 'commandComplete'];
  t.strictSame(await said(serialize.query('SELECT 1'), extended('SELECT $1', ['a'])), [
    ['rowDescription', ...row, 'readyForQuery'],
    ['parseComplete', 'bindComplete', 'rowDescription', ...row, 'readyForQuery'],
  ]);
  t.strictSame(await said(extended('BEGIN'), extended('')), [
    ['parseComplete', 'bindComplete', 'noData', 'commandComplete', 'readyForQuery'],
    ['parseComplete', 'bindComplete', 'noData', 'emptyQuery', 'readyForQuery'],
  ]);
});

t.test('an error leaves out all up to Sync', async (t) => {
  const request = bytesOf(
    serialize.parse({ text: 'SELEC' }),
    serialize.flush(),
    serialize.bind({}),
    serialize.execute({}),
    serialize.sync(),
  );
  t.strictSame(await said(request, serialize.query('SELECT 1')), [
    ['error'],
    ['readyForQuery'],
    ['rowDescription', 'dataRow', 'commandComplete', 'readyForQuery'],
  ]);
});

t.test('a limit on the rows suspends the portal', async (t) => {
  const fetch = serialize.execute({ portal: 'p', rows: 2 });
  const request = bytesOf(
    serialize.parse({ text: 'SELECT * FROM t' }),
    serialize.bind({ portal: 'p' }),
    fetch,
    fetch,
    serialize.sync(),
    serialize.execute({ portal: 'p' }),
    serialize.sync(),
  );
  const [, , first, second] = await said(
    serialize.query('CREATE TABLE t (c INT)'),
    serialize.query('INSERT INTO t VALUES (1), (2), (3)'),
    request,
  );
  const opened = ['parseComplete', 'bindComplete'];
  const rows = ['dataRow', 'dataRow', 'portalSuspended', 'dataRow', 'commandComplete'];
  t.strictSame(first, [...opened, ...rows, 'readyForQuery']);
  t.strictSame(second, ['error', 'readyForQuery'], 'the transaction and its portals have ended');
});

t.test('what is executed before an error in the same request is undone', async (t) => {
  const insert = 'INSERT INTO t VALUES (1)';
  const pipelined = bytesOf(
    serialize.parse({ text: insert }),
    serialize.bind({}),
    serialize.execute({}),
    serialize.parse({ text: 'SELECT * FROM nowhere' }),
    serialize.sync(),
  );
  const turns = await talk([
    startup,
    serialize.query('CREATE TABLE t (c INT)'),
    serialize.query(`${insert}; SELECT nothing`),
    pipelined,
    serialize.query('SELECT COUNT(*) FROM t'),
  ]);
  t.strictSame(
    turns.slice(2).map(({ response }) => response.answer),
    [
      'OK 1 | ERROR 42703: column "nothing" does not exist',
      'OK 1 | ERROR 42P01: relation "nowhere" does not exist',
      '0',
    ],
  );
});

t.test('an error within a transaction holds until it ends', async (t) => {
  const texts = ['BEGIN', 'SELECT nothing', 'SELECT 1', 'COMMIT', 'SELECT 1'];
  const turns = await talk([startup, ...texts.map(serialize.query)]);
  t.strictSame(
    turns
      .slice(1)
      .map(({ response }) => [
        response.answer.slice(0, 11),
        response.bytes.toString('latin1', response.bytes.length - 1),
      ]),
    [
      ['OK 0', 'T'],
      ['ERROR 42703', 'E'],
      ['ERROR 25P02', 'E'],
      ['OK 0', 'I'],
      ['1', 'I'],
    ],
  );
});

t.test('what is too much is refused, and no message is broken by it', async (t) => {
  const many = (count: number, what: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => what(index + 1)).join();
  const prepare = (text: string) => bytesOf(serialize.parse({ text }), serialize.sync());
  const turns = await talk([
    startup,
    prepare(`SELECT ${many(70_000, () => '1')}`),
    prepare('SELECT $70000'),
    prepare(`INSERT INTO t VALUES ${many(60_000, (index) => `($${index})`)}`),
  ]);
  const codes = turns.slice(1).map(({ response }) => response.answer.slice(0, 11));
  t.strictSame(codes, ['ERROR 42601', 'ERROR 42P02', 'ERROR 42P01']);
});

t.test('as many rows as there are', async (t) => {
  const rows = Array.from({ length: 150_000 }, () => '(1)').join();
  const turns = await talk([
    startup,
    serialize.query('CREATE TABLE t (c INT)'),
    serialize.query(`INSERT INTO t VALUES ${rows}`),
    serialize.query('SELECT c FROM t'),
  ]);
  t.match(turns[3]?.response.bytes.toString('latin1', -30), /SELECT 150000\0/);
});

t.test('a farewell and a push are messages that a client understands', async (t) => {
  const conversation = converse();
  const farewell = await conversation.farewell?.();
  const push = await conversation.push?.();
  if (!farewell || !push) throw new Error('expected both powers');
  t.match(
    farewell.toString(),
    /SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator/,
  );
  t.strictSame(await names(farewell), ['error']);
  t.strictSame(await names(push), ['parameterStatus']);
});

t.test('a newer protocol is negotiated down, encryption and cancelling are not done', async (t) => {
  const newer = Buffer.from(startup);
  newer.writeUInt32BE((3 << 16) | 2, 4);
  const [turn] = await talk([newer]);
  t.strictSame([...(turn?.response.bytes.subarray(0, 9) ?? [])], [0x76, 0, 0, 0, 12, 0, 3, 0, 0]);
  const turns = await talk([serialize.requestSsl(), serialize.cancel(1, 2), startup]);
  t.strictSame(
    turns.map(({ response }) => response.bytes.toString()),
    ['N', ''],
  );
});
