import fc from 'fast-check';
import t from 'tap';
import { mysql } from '../../../fake-servers/protocols/mysql.ts';
import {
  type Conversation,
  MalformedMessage,
  type Response,
} from '../../../fake-servers/protocols/protocol.ts';
import { cutAt, memorySource } from '../../support/byte-source-sql.ts';

function packet(sequence: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeUIntLE(payload.length, 0, 3);
  header.writeUInt8(sequence, 3);
  return Buffer.concat([header, payload]);
}

const command = (code: number, body: string | Buffer = '') =>
  packet(0, Buffer.concat([Buffer.from([code]), Buffer.from(body)]));
const query = (text: string) => command(3, text);
const ping = command(14);

/** protocol::HandshakeResponse41 of a client that knows plugins. */
function login(plugin = 'mysql_native_password', proof = 'x'.repeat(20)): Buffer {
  const head = Buffer.alloc(32);
  head.writeUInt32LE(0x8_a208, 0);
  const body = Buffer.from(`root\0${String.fromCharCode(proof.length)}${proof}shop\0${plugin}\0`);
  return packet(1, Buffer.concat([head, body]));
}

/** COM_STMT_EXECUTE of statement 1 with texts. */
function execute(values: readonly (string | null)[]): Buffer {
  const nulls = Buffer.alloc((values.length + 7) >> 3);
  values.forEach((value, index) => {
    if (value === null) nulls[index >> 3] = (nulls[index >> 3] ?? 0) | (1 << (index & 7));
  });
  return command(
    23,
    Buffer.concat([
      Buffer.from([1, 0, 0, 0, 0, 1, 0, 0, 0]),
      nulls,
      Buffer.from([1, ...values.flatMap(() => [253, 0])]),
      ...values.map((value) => {
        const text = Buffer.from(value ?? '');
        const length = Buffer.from([0xfc, text.length & 0xff, text.length >> 8]);
        return value === null ? Buffer.alloc(0) : Buffer.concat([length, text]);
      }),
    ]),
  );
}

const converse = (): Conversation =>
  mysql.start().converse({ ordinal: 3, tuple: '127.0.0.1:9->127.0.0.1:1', certificate: 'valid' });

interface Turn {
  bytes: Buffer;
  key: string | undefined;
  response: Response;
}

async function talk(chunks: readonly Buffer[], conversation = converse()): Promise<Turn[]> {
  const source = memorySource(chunks);
  const turns: Turn[] = [];
  for (;;) {
    const message = await conversation.read(source);
    if (!message) return turns;
    turns.push({ ...message, response: await conversation.respond(message) });
  }
}

/** The sequence numbers of packets. Throws when they are not whole. */
function sequences(bytes: Buffer): number[] {
  const numbers: number[] = [];
  for (let at = 0; at < bytes.length; at += 4 + bytes.readUIntLE(at, 3)) {
    if (at + 4 + bytes.readUIntLE(at, 3) > bytes.length) throw new Error('a packet is cut off');
    numbers.push(bytes.readUInt8(at + 3));
  }
  return numbers;
}

const said = [
  login(),
  query('CREATE TABLE t (c INT)'),
  ping,
  query('SET NAMES utf8mb4'),
  command(2, 'other'),
  query('INSERT INTO  t\nVALUES (1)'),
  command(22, 'SELECT ?, ?'),
  execute(['a', null]),
  command(25, Buffer.from([1, 0, 0, 0])),
  query('SELECT COUNT(*) FROM t'),
  command(99),
  command(31),
  command(1),
];

t.test('what is said, and how often it counts', async (t) => {
  const turns = await talk([Buffer.concat(said), ping]);
  t.strictSame(
    turns.map(({ key, response }) => [key, response.answer]),
    [
      [undefined, 'logged in'],
      ['CREATE TABLE t (c INT)', 'OK 0'],
      ['ping', 'OK 0'],
      [undefined, 'OK 0'],
      [undefined, 'OK 0'],
      ['INSERT INTO t VALUES (1)', 'OK 1'],
      [undefined, 'prepared'],
      ['SELECT ?, ? ["a","null"]', 'a, NULL'],
      [undefined, ''],
      ['SELECT COUNT(*) FROM t', '1'],
      [undefined, 'ERROR 1047: Unknown command'],
      [undefined, 'OK 0'],
      [undefined, 'bye'],
    ],
    'nothing is read after COM_QUIT',
  );
});

t.test('bytes in any chunks are the same messages', async () => {
  const bytes = Buffer.concat(said);
  const wanted = await talk([bytes]);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(), { maxLength: 20 }), async (offsets) => {
      const turns = await talk(cutAt(bytes, offsets));
      return JSON.stringify(turns) === JSON.stringify(wanted);
    }),
  );
});

t.test('nothing after a message is read', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.uint8Array(), async (text, after) => {
      const conversation = converse();
      await talk([login()], conversation);
      const source = memorySource([query(`SELECT 1 ${text}`), after]);
      const message = await conversation.read(source);
      return (
        message?.bytes.equals(query(`SELECT 1 ${text}`)) === true &&
        source.left().equals(Buffer.from(after))
      );
    }),
  );
});

t.test('bytes of no client are malformed, and end in any case', async () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 80 }).map((garbage) => Buffer.from(garbage)),
    fc
      .tuple(fc.nat({ max: 31 }), fc.uint8Array({ maxLength: 40 }))
      .map(([code, body]) =>
        Buffer.concat([login(), command(22, 'SELECT ?'), command(code, Buffer.from(body))]),
      ),
    fc.uint8Array({ maxLength: 60 }).map((body) => packet(1, Buffer.from(body))),
  );
  await fc.assert(
    fc.asyncProperty(bytes, async (garbage) => {
      try {
        const turns = await talk([garbage]);
        return turns.every(({ response }) => sequences(response.bytes).length >= 0);
      } catch (error) {
        return error instanceof MalformedMessage;
      }
    }),
    { numRuns: 1000 },
  );
});

t.test('what breaks the framing is malformed', async (t) => {
  const huge = Buffer.from([0x01, 0x00, 0x10, 0x00]);
  await t.rejects(talk([login(), huge]), { name: 'MalformedMessage' });
  await t.rejects(talk([login(), packet(1, Buffer.from([14]))]), { name: 'MalformedMessage' });
  await t.rejects(talk([login(), packet(0, Buffer.alloc(0))]), { name: 'MalformedMessage' });
  await t.rejects(talk([packet(0, Buffer.alloc(40))]), { name: 'MalformedMessage' });
  t.strictSame(await talk([login().subarray(0, 20)]), [], 'FIN within a packet');
});

t.test('a response is numbered on from its command, whatever was said before', async () => {
  const texts = fc.array(
    fc.constantFrom('SELECT 1, 2', 'SELECT', 'SELECT * FROM t', "INSERT INTO t VALUES ('a')"),
    { maxLength: 20 },
  );
  await fc.assert(
    fc.asyncProperty(texts, async (all) => {
      const create = query('CREATE TABLE t (v TEXT)');
      const turns = await talk([login(), create, ...all.map(query)]);
      return turns.every(({ response }, index) => {
        const first = index === 0 ? 2 : 1;
        return sequences(response.bytes).every((number, at) => number === first + at);
      });
    }),
  );
});

t.test('packets beyond 255 are numbered from 0 again', async (t) => {
  const rows = Array.from({ length: 600 }, () => '(1)').join();
  const turns = await talk([
    login(),
    query('CREATE TABLE t (c INT)'),
    query(`INSERT INTO t VALUES ${rows}`),
    query('SELECT * FROM t'),
  ]);
  const numbers = sequences(turns[3]?.response.bytes ?? Buffer.alloc(0));
  t.strictSame(
    numbers,
    Array.from({ length: 604 }, (_, index) => (index + 1) % 256),
  );
});

t.test('what is too much is refused, and no packet is broken by it', async (t) => {
  const many = (what: string, count: number) => Array.from({ length: count }, () => what).join();
  const turns = await talk([
    login(),
    command(22, `SELECT ${many('?', 70_000)}`),
    query(`SELECT ${many('1', 70_000)}`),
    query(`SELECT ${'1+'.repeat(100_000)}1`),
    query(`CREATE TABLE t (${many('c INT', 2_000)})`),
  ]);
  for (const { response } of turns.slice(1)) t.match(response.answer, /^ERROR 1064/);
});

t.test('a wrong id changes the sequence numbers and nothing else', async (t) => {
  const conversation = converse();
  const [, turn] = await talk([login(), query('SELECT 1')], conversation);
  if (!turn) throw new Error('expected two turns');
  const wrong = conversation.withWrongId?.(turn.response);
  if (!wrong) throw new Error('expected the power of a wrong id');
  t.equal(wrong.answer, turn.response.answer);
  t.equal(wrong.bytes.length, turn.response.bytes.length);
  t.strictSame(sequences(turn.response.bytes), [1, 2, 3, 4, 5]);
  t.strictSame(sequences(wrong.bytes), [2, 3, 4, 5, 6]);
  const unnumbered = (bytes: Buffer) => {
    const copy = Buffer.from(bytes);
    for (let at = 0; at < copy.length; at += 4 + copy.readUIntLE(at, 3)) copy[at + 3] = 0;
    return copy;
  };
  t.strictSame(unnumbered(wrong.bytes), unnumbered(turn.response.bytes));
});

t.test('a login with a fast proof, and with one that is asked for again', async (t) => {
  const [fast] = await talk([login('caching_sha2_password')]);
  t.equal(fast?.response.bytes.subarray(0, 6).toString('hex'), '020000020103');
  t.strictSame(sequences(fast?.response.bytes ?? Buffer.alloc(0)), [2, 3]);
  for (const emptyProof of ['', '\0']) {
    const [empty] = await talk([login('caching_sha2_password', emptyProof)]);
    t.strictSame(sequences(empty?.response.bytes ?? Buffer.alloc(0)), [2]);
  }
  const turns = await talk([login('dialog'), packet(3, Buffer.alloc(0)), ping]);
  t.strictSame(
    turns.map(({ response }) => response.answer),
    ['another proof, please', 'logged in', 'OK 0'],
  );
  t.match(turns[0]?.response.bytes.toString('latin1'), /^.{4}\xfemysql_native_password\0/s);
  t.strictSame(
    turns.flatMap(({ response }) => sequences(response.bytes)),
    [2, 4, 1],
  );
});

t.test('the greeting names the connection, the farewell the reason', async (t) => {
  const conversation = converse();
  const greeting = await conversation.greet?.();
  if (!greeting) throw new Error('expected a greeting');
  t.ok(greeting.subarray(4).indexOf('\n8.0.36-pipewrench\0') === 0);
  t.equal(greeting.readUInt32LE(greeting.indexOf(0, 5) + 1), 3);
  const farewell = await conversation.farewell?.();
  if (!farewell) throw new Error('expected the power of a farewell');
  t.strictSame(sequences(farewell), [0]);
  t.equal(farewell.readUInt16LE(5), 4031);
  t.match(farewell.toString('latin1', 7), /^#HY000The client was disconnected by the server/);
});

t.test('a conversation that ends in a transaction is rolled back', async (t) => {
  const server = mysql.start();
  const guest = { tuple: '127.0.0.1:9->127.0.0.1:1', certificate: 'valid' } as const;
  const [one, other] = [1, 2].map((ordinal) => server.converse({ ...guest, ordinal }));
  await talk(
    [login(), query('CREATE TABLE t (c INT)'), query('BEGIN'), query('INSERT INTO t VALUES (1)')],
    one,
  );
  one?.end?.();
  const turns = await talk(
    [login(), query('SELECT COUNT(*) FROM t'), query('SHOW PROCESSLIST')],
    other,
  );
  t.equal(turns[1]?.response.answer, '0');
  t.equal(
    turns[2]?.response.answer,
    '2, root, 127.0.0.1:9, shop, Query, 0, executing, SHOW PROCESSLIST',
  );
});
