import { createHash } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import { http } from '../../../fake-servers/protocols/http.ts';
import {
  type Conversation,
  MalformedMessage,
  type Message,
  type Response,
} from '../../../fake-servers/protocols/protocol.ts';
import { byteSource } from '../../support/byte-source.ts';
import { chopped, sizes } from '../../support/dns.ts';
import { damagedRequests, sentRequest, target } from '../../support/http.ts';

const guest = { ordinal: 1, tuple: '', certificate: 'valid' } as const;

async function conversing<T>(run: (conversation: Conversation) => Promise<T>): Promise<T> {
  const server = http.start();
  try {
    return await run(server.converse(guest));
  } finally {
    server.close?.();
  }
}

/** All that is read and answered, until the client is done. */
async function exchanges(
  conversation: Conversation,
  chunks: Uint8Array[],
): Promise<{ message: Message; response: Response }[]> {
  const source = byteSource(chunks);
  const done: { message: Message; response: Response }[] = [];
  for (;;) {
    const message = await conversation.read(source);
    if (!message) return done;
    done.push({ message, response: await conversation.respond(message) });
  }
}

async function answersTo(...requests: string[]): Promise<string[]> {
  const done = await conversing((conversation) =>
    exchanges(
      conversation,
      requests.map((text) => Buffer.from(text, 'latin1')),
    ),
  );
  return done.map(({ response }) => response.answer);
}

async function soleResponse(request: string): Promise<Response> {
  const [first] = await conversing((conversation) =>
    exchanges(conversation, [Buffer.from(request)]),
  );
  if (!first) throw new Error('expected a request to be read, none was');
  return first.response;
}

const digest = (body: Uint8Array | string) =>
  createHash('sha256').update(body).digest('hex').slice(0, 8);
const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

t.test('in any chunks, each request is read whole, named and answered in its turn', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(sentRequest, { maxLength: 4 }), sizes, async (requests, cuts) => {
      const stream = Buffer.concat(requests.map(({ bytes }) => bytes));
      const done = await conversing((conversation) =>
        exchanges(conversation, chopped(stream, cuts)),
      );
      return (
        done.length === requests.length &&
        requests.every(({ method, target, body, bytes }, at) => {
          const { message, response } = done[at] ?? {};
          if (response?.isLast) return false;
          const line = method === 'HEAD' ? '' : `${method} ${target} ${digest(body)}`;
          return (
            message?.bytes.equals(bytes) &&
            message.key === `${method} ${target}` &&
            response?.answer === `200 ${line}` &&
            response.bytes.toString().endsWith(`\r\n\r\n${line}`)
          );
        })
      );
    }),
  );
});

t.test('nothing after a request is read', async () => {
  await fc.assert(
    fc.asyncProperty(sentRequest, fc.uint8Array(), sizes, async ({ bytes }, after, cuts) => {
      const source = byteSource(chopped(Buffer.concat([bytes, after]), cuts));
      await conversing((conversation) => conversation.read(source));
      return (await source.rest()).equals(Buffer.from(after));
    }),
  );
});

t.test('a FIN within a request ends the conversation', async () => {
  await fc.assert(
    fc.asyncProperty(sentRequest, fc.nat(), async ({ bytes }, at) => {
      const cut = bytes.subarray(0, at % bytes.length);
      return conversing(async (conversation) => {
        return (await conversation.read(byteSource([cut]))) === undefined;
      });
    }),
  );
});

t.test('whatever arrives is answered, or refused as malformed, and nothing hangs', async () => {
  const fate = async (bytes: Buffer): Promise<boolean> => {
    try {
      const done = await conversing((conversation) => exchanges(conversation, [bytes]));
      return done.every(({ response }) => /^$|^\d{3} /.test(response.answer));
    } catch (error) {
      return error instanceof MalformedMessage && error.message.includes('expected');
    }
  };
  await fc.assert(fc.asyncProperty(damagedRequests, fate), { numRuns: 1000 });
  const noise = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
  await fc.assert(fc.asyncProperty(noise, fate));
});

t.test('what could be framed in two ways is malformed', async (t) => {
  const head = (...fields: string[]) =>
    `POST /a HTTP/1.1\r\n${['Host: a', ...fields].join('\r\n')}\r\n\r\n`;
  const chunks = head('Transfer-Encoding: chunked');
  const cases: [string, RegExp][] = [
    ['hello\r\n\r\n', /request line/],
    ['\r\n\r\n', /request line/],
    ['GET / HTTP/2.0\r\n\r\n', /request line/],
    ['GET /a b HTTP/1.1\r\n\r\n', /request line/],
    ['GET / HTTP/1.1\nHost: a\r\n\r\n', /request line/],
    [head('X-A : 1'), /a field/],
    [head('X-A: 1', ' folded'), /a field/],
    [head('X-A: 1\nX-B: 2'), /a field/],
    [head('Content-Length: 1', 'Content-Length: 1'), /once/],
    [head('Content-Length: 1', 'Transfer-Encoding: chunked'), /once/],
    [head('Content-Length: -1'), /Content-Length up to/],
    [head('Content-Length: 1, 1'), /Content-Length up to/],
    [head('Content-Length: 16777217'), /Content-Length up to/],
    [head('Transfer-Encoding: gzip, chunked'), /chunked/],
    ['POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n', /HTTP\/1\.1/],
    [`${chunks}x\r\n`, /hexadecimal/],
    [`${chunks}\r\n`, /hexadecimal/],
    [`${chunks}1\r\nab\r\n`, /CR LF after a chunk/],
    [`${chunks}fffffff\r\n`, /a body up to/],
    [`${chunks}0\r\nno trailer\r\n`, /a field/],
    [`${chunks}1${';'.repeat(2000)}`, /first 1024 bytes/],
    [`GET / HTTP/1.1\r\nX: ${'x'.repeat(65_536)}`, /first 65536 bytes/],
  ];
  for (const [request, text] of cases) {
    const shown = JSON.stringify(request.slice(0, 60));
    await t.rejects(answersTo(request), { name: 'MalformedMessage', message: text }, shown);
  }
});

t.test('one empty line before a request is ignored', async (t) => {
  t.strictSame(await answersTo(`\r\n${get('/a')}`), [`200 GET /a ${digest('')}`]);
});

t.test('targets, methods and bodies have answers of their own', async () => {
  const asked = fc.record({ method: fc.constantFrom('POST', 'PUT'), target, body: target });
  const answer = async ({ method, target, body }: { [key: string]: string }) =>
    answersTo(
      `${method} ${target} HTTP/1.1\r\nHost: a\r\nContent-Length: ${body?.length}\r\n\r\n${body}`,
    );
  await fc.assert(
    fc.asyncProperty(asked, asked, async (one, other) => {
      const isSame = JSON.stringify(one) === JSON.stringify(other);
      return ((await answer(one)).join() === (await answer(other)).join()) === isSame;
    }),
  );
});

t.test('/early/ answers when the head was read, and the body is no next request', async (t) => {
  const post = (framing: string, body: string) =>
    `POST /early/a HTTP/1.1\r\nHost: a\r\n${framing}\r\n\r\n${body}`;
  await conversing(async (conversation) => {
    const source = byteSource([Buffer.from(post('Content-Length: 5', 'GET /'))]);
    const message = await conversation.read(source);
    t.equal(message?.key, 'POST /early/a');
    t.notMatch(message?.bytes.toString(), 'GET /', 'nothing of the body was read');
  });
  const early = ['413 ', `200 GET /b ${digest('')}`];
  t.strictSame(await answersTo(post('Content-Length: 5', 'GET /'), get('/b')), early);
  const chunked = post('Transfer-Encoding: chunked', '5\r\nGET /\r\n0\r\n\r\n');
  t.strictSame(await answersTo(chunked, get('/b')), early);
  t.strictSame(await answersTo(get('/early/a'), get('/b')), early, 'nor without a body');
  const awaiting = post('Expect: 100-continue\r\nContent-Length: 1', 'x');
  const waited = ['100 ', `200 POST /early/a ${digest('x')}`];
  t.strictSame(await answersTo(awaiting), waited, 'a client that waits is told to go on');
});

t.test('/chunked/ answers in three chunks', async (t) => {
  const { answer, bytes } = await soleResponse(get('/chunked/a'));
  t.equal(answer, `200 GET /chunked/a ${digest('')}`);
  const text = bytes.toString();
  t.match(text, 'Transfer-Encoding: chunked');
  const body = text.slice(text.indexOf('\r\n\r\n') + 4);
  const lines = body.split('\r\n');
  t.strictSame([lines[0], lines[2], lines[4], lines[6]], ['8', '8', '7', '0']);
  t.equal(`200 ${lines[1]}${lines[3]}${lines[5]}`, answer);
});

t.test('a response to HEAD has the fields of one to GET, and no body', async (t) => {
  for (const path of ['/a', '/chunked/a', '/close/a', '/large/9', '/status/404', '/status/204']) {
    const lengthFields = async (method: string) => {
      const { bytes } = await soleResponse(`${method} ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
      const [head = '', ...rest] = bytes.toString().split('\r\n\r\n');
      const fields = head.split('\r\n').filter((line) => /^(?:Content-L|Transfer|Conn)/.test(line));
      // The answer has the name of the method in it.
      return { fields: fields.join().replace(/\d+/, (n) => `${n.length} digits`), rest };
    };
    const [get, head] = [await lengthFields('GET'), await lengthFields('HEAD')];
    t.strictSame([head.fields, head.rest], [get.fields, ['']], path);
  }
});

t.test('/large/N answers N bytes, up to 1 MiB', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 1_048_576 }), async (bytes) => {
      const response = await soleResponse(get(`/large/${bytes}`));
      const text = response.bytes.toString();
      const body = text.slice(text.indexOf('\r\n\r\n') + 4);
      return body.length === bytes && response.answer === `200 ${body}`;
    }),
    { numRuns: 10, examples: [[0], [1], [1_048_576]] },
  );
});

t.test('/status/NNN answers that status, and a number out of range is answered 400', async (t) => {
  const line = (path: string) => `GET ${path} ${digest('')}`;
  const cases: [string, string][] = [
    ['/status/200', `200 ${line('/status/200')}`],
    ['/status/503?x', `503 ${line('/status/503?x')}`],
    ['/status/204', '204 '],
    ['/status/304', '304 '],
    ['/status/199', `400 ${line('/status/199')}`],
    ['/status/600', `400 ${line('/status/600')}`],
    ['/status/', `400 ${line('/status/')}`],
    ['/large/1048577', `400 ${line('/large/1048577')}`],
    ['/large/-1', `400 ${line('/large/-1')}`],
  ];
  for (const [path, answer] of cases) {
    t.strictSame(await answersTo(get(path)), [answer], path);
  }
});

t.test('after Connection: close nothing is read, whoever asked for it', async (t) => {
  const asking = 'GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
  for (const request of [get('/close/a'), asking, 'GET /a HTTP/1.0\r\n\r\n']) {
    const source = byteSource([Buffer.from(request + get('/b'))]);
    await conversing(async (conversation) => {
      const message = await conversation.read(source);
      if (!message) throw new Error('expected a request, got none');
      const { bytes, isLast } = await conversation.respond(message);
      t.match(bytes.toString(), '\r\nConnection: close\r\n');
      t.equal(isLast, true);
      t.equal(await conversation.read(source), undefined);
    });
    t.equal((await source.rest()).toString(), get('/b'));
  }
});

t.test('what only node:http refuses is answered as it does', async (t) => {
  t.strictSame(await answersTo(`NONE / HTTP/1.1\r\nHost: a\r\n\r\n${get('/b')}`), ['400 ']);
  t.strictSame(await answersTo(`GET / HTTP/1.1\r\n\r\n${get('/b')}`), ['400 '], 'no Host');
  t.strictSame(await answersTo('CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n'), ['']);
  const expects = 'GET / HTTP/1.1\r\nHost: a\r\nExpect: more\r\n\r\n';
  t.strictSame(await answersTo(expects), ['417 ']);
});

const expecting =
  'POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n';

t.test('a head that expects 100 is no request, the body that follows is', async (t) => {
  const done = await conversing((conversation) =>
    exchanges(conversation, [Buffer.from(`${expecting}hi${get('/b')}`)]),
  );
  t.strictSame(
    done.map(({ message: { key, bytes }, response: { answer } }) => [key, bytes.length, answer]),
    [
      [undefined, expecting.length, '100 '],
      ['POST /a', 2, `200 POST /a ${digest('hi')}`],
      ['GET /b', get('/b').length, `200 GET /b ${digest('')}`],
    ],
  );
  t.equal(done[0]?.response.bytes.toString(), 'HTTP/1.1 100 Continue\r\n\r\n');
  t.match(done[1]?.response.bytes.toString(), /^HTTP\/1\.1 200 OK\r\n.*keep-alive/s);
});

/** The answers to those of its messages that are executed. */
async function answersToSome(
  conversation: Conversation,
  text: string,
  isExecuted: Iterator<boolean>,
): Promise<string[]> {
  const source = byteSource([Buffer.from(text)]);
  const answers: string[] = [];
  for (;;) {
    const message = await conversation.read(source);
    if (!message) return answers;
    if (isExecuted.next().value === true) {
      const { answer } = await conversation.respond(message);
      answers.push(answer);
    }
  }
}

t.test('a message that is not executed leaves the next ones whole', async () => {
  const sent = fc.tuple(
    fc.constantFrom(`${expecting}hi`, get('/b')),
    fc.infiniteStream(fc.boolean()),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(sent, { maxLength: 6 }), async (messages) =>
      conversing(async (conversation) => {
        const answers: string[] = [];
        for (const [text, isExecuted] of messages) {
          answers.push(...(await answersToSome(conversation, text, isExecuted)));
        }
        return answers.every((answer) => /^(?:100 |200 (?:POST \/a|GET \/b) )/.test(answer));
      }),
    ),
  );
});

t.test('no timers and no exchanges are left behind', async (t) => {
  const resources = () => process.getActiveResourcesInfo().sort();
  const before = resources();
  const server = http.start();
  const conversations = Array.from({ length: 5 }, () => server.converse(guest));
  for (const conversation of conversations) {
    await exchanges(conversation, [Buffer.from(get('/a'))]);
  }
  t.strictSame(resources(), before, 'while it is open');
  const [first, second] = conversations;
  const message = await second?.read(byteSource([Buffer.from(get('/large/100000'))]));
  if (!first || !second || !message) throw new Error('expected a request, got none');
  const unfinished = second.respond(message);
  first.end?.();
  second.end?.();
  await unfinished;
  t.equal(await first.read(byteSource([Buffer.from(get('/a'))])), undefined);
  server.close?.();
  server.close?.();
  t.strictSame(resources(), before);
});

t.test('an announced idle limit is told in whole seconds, and 0 is the end', async (t) => {
  for (const path of ['/a', '/chunked/a', '/close/a']) {
    const told: [number, RegExp, RegExp][] = [
      [5999, /\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n/, /Connection: close/],
      [0, /\r\nConnection: close\r\n/, /Keep-Alive/],
    ];
    for (const [idleMs, says, saysNot] of told) {
      await conversing(async (conversation) => {
        const [done] = await exchanges(conversation, [Buffer.from(get(path))]);
        const announced = done && conversation.announcingIdle?.(done.response, idleMs);
        const text = announced?.bytes.toString('latin1') ?? '';
        t.match(text, says);
        t.notMatch(text, saysNot);
        t.equal(text.match(/^Connection:/gim)?.length, 1);
        t.equal(announced?.answer, done?.response.answer);
        const bodyOf = (bytes: Buffer = Buffer.alloc(0)) =>
          bytes.subarray(bytes.indexOf('\r\n\r\n'));
        t.ok(bodyOf(announced?.bytes).equals(bodyOf(done?.response.bytes)));
      });
    }
  }
});
