/** Each step as a client on a real socket meets it. */
import fc from 'fast-check';
import t from 'tap';
import {
  answer,
  answerAll,
  close,
  halfClose,
  read,
  reset,
  send,
  sendResponse,
  untilIdle,
} from '../../fake-servers/step.ts';
import { errnoOf, readBytes, readToEnd } from '../support/sockets.ts';
import { playUpstream, withTeardown } from '../support/upstream.ts';

const numRuns = 30;
const size = fc.integer({ min: 1, max: 40 });

t.test('answer serves that many requests and then goes on', async (t) => {
  const { connect, of, fired, hasFired } = playUpstream(t, [[answer(2), close()]]);
  const client = await connect();
  for (const text of ['one', 'two!']) {
    await client.send(Buffer.from(text));
    t.equal((await readBytes(client, text.length)).toString(), text);
  }
  t.strictSame(await readToEnd(client), { bytes: Buffer.alloc(0), end: 'EOF' });
  await hasFired('close');
  t.strictSame(fired(), ['answer', 'close']);
  t.match(of('received'), [
    { key: 'one', bytes: 3 },
    { key: 'two!', bytes: 4 },
  ]);
  t.match(of('served'), [
    { key: 'one', answer: 'one', bytes: 3 },
    { key: 'two!', answer: 'two!', bytes: 4 },
  ]);
  t.match(of('fired').at(-1), {
    bytesRead: 7,
    bytesSent: 7,
    bytesUnread: 0,
    receipt: { segment: 'FIN', relativeSeq: 8, length: 0 },
  });
});

t.test('exactly the wanted bytes are read; closing over the rest resets', async () => {
  await fc.assert(
    fc.asyncProperty(size, size, (wanted, more) =>
      withTeardown(async (t) => {
        const total = wanted + (more % 3);
        const { connect, of, hasFired } = playUpstream(t, [[read(wanted), close()]]);
        const client = await connect();
        await client.send(Buffer.alloc(total, 'x'));
        const { bytes, end } = await readToEnd(client);
        await hasFired('close');
        const last = of('fired').at(-1);
        const isWhole = total === wanted;
        return (
          bytes.length === 0 &&
          end === (isWhole ? 'EOF' : 'ECONNRESET') &&
          last?.bytesRead === wanted &&
          last.bytesUnread === total - wanted &&
          last.receipt?.segment === (isWhole ? 'FIN' : 'RST')
        );
      }),
    ),
    { numRuns },
  );
});

t.test('of the response the client gets exactly the first bytes, then EOF', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ minLength: 1, maxLength: 40 }), fc.nat(), (text, nat) =>
      withTeardown(async (t) => {
        const request = Buffer.from(text);
        const count = nat % (request.length + 1);
        const { connect, of, hasFired } = playUpstream(t, [[sendResponse(count), close()]]);
        const client = await connect();
        await client.send(request);
        const { bytes, end } = await readToEnd(client);
        await hasFired('close');
        const [sent, closed] = of('fired');
        return (
          bytes.equals(request.subarray(0, count)) &&
          end === 'EOF' &&
          sent?.receipt?.length === (count === 0 ? undefined : count) &&
          closed?.bytesSent === count &&
          closed.receipt?.relativeSeq === count + 1
        );
      }),
    ),
    { numRuns },
  );
});

t.test('a response shorter than the script wants is said, and nothing is sent', async (t) => {
  const { upstream, connect, of, recorded } = playUpstream(t, [[sendResponse(4), close()]]);
  const client = await connect();
  await client.send(Buffer.from('abc'));
  await recorded('unfired', 2);
  t.match(of('unfired'), [
    {
      step: 'send-response',
      isFault: true,
      reason: 'the response has 3 bytes, the script wants the first 4',
    },
    { step: 'close', isFault: true },
  ]);
  t.strictSame(of('fired'), []);
  t.equal(client.bytesUnread(), 0);
  await upstream.stop();
});

t.test('bytes that nobody asked for arrive as they are', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ minLength: 1, unit: 'grapheme' }), (text) =>
      withTeardown(async (t) => {
        const { connect, of, hasFired } = playUpstream(t, [[send(text), close()]]);
        const { bytes, end } = await readToEnd(await connect());
        await hasFired('close');
        return (
          end === 'EOF' &&
          bytes.equals(Buffer.from(text)) &&
          of('fired')[0]?.receipt?.length === bytes.length
        );
      }),
    ),
    { numRuns },
  );
});

t.test('after a half-close the upstream goes on reading', async (t) => {
  const { connect, of, hasFired } = playUpstream(t, [[halfClose(), read(3), close()]]);
  const client = await connect();
  t.equal((await client.recv(1)).length, 0);
  await client.send(Buffer.from('abc'));
  await hasFired('close');
  t.match(of('fired'), [
    { step: 'half-close', receipt: { segment: 'FIN', relativeSeq: 1 } },
    { step: 'read', bytesRead: 3 },
    { step: 'close', bytesUnread: 0 },
  ]);
});

t.test('reset is met as ECONNRESET', async (t) => {
  const { connect, of, hasFired } = playUpstream(t, [[answer(1), reset()]]);
  const client = await connect();
  await client.send(Buffer.from('abc'));
  await readBytes(client, 3);
  t.equal(await errnoOf(() => client.recv(1)), 'ECONNRESET');
  await hasFired('reset');
  t.match(of('fired')[1], { receipt: { segment: 'RST', relativeSeq: 4, length: 0 } });
});

t.test('until-idle fires after a silence and says how long it waited', async (t) => {
  const ms = 4;
  const { connect, of, fired } = playUpstream(t, [[read(1), untilIdle({ ms }), close()]]);
  const client = await connect();
  // The second byte stays unread: silence is what does not arrive, not what is not read.
  await client.send(Buffer.from('ab'));
  t.equal((await readToEnd(client)).end, 'ECONNRESET');
  t.strictSame(fired(), ['read', 'until-idle', 'close']);
  const waitedMs = of('fired')[1]?.waitedMs ?? 0;
  t.ok(waitedMs > ms - 2, `${waitedMs} ms are no less than asked for`);
});

t.test('answerAll answers until the client closes, and is not missed then', async (t) => {
  const { connect, of, recorded } = playUpstream(t, [[answerAll()]]);
  const client = await connect();
  for (const text of ['a', 'bb', 'ccc']) {
    await client.send(Buffer.from(text));
    t.equal((await readBytes(client, text.length)).toString(), text);
  }
  client.close();
  await recorded('peer-eof');
  t.equal(of('served').length, 3);
  t.strictSame(of('unfired'), []);
});

t.test('scripts go by the order of accepting, and the last one repeats', async (t) => {
  const { connect, of } = playUpstream(t, [
    [send('1'), close()],
    [answer(1), reset()],
    [send('3'), close()],
  ]);
  const met: string[] = [];
  for (let i = 0; i < 5; i++) {
    const client = await connect();
    if (i === 1) await client.send(Buffer.from('2'));
    const { bytes, end } = await readToEnd(client);
    met.push(`${bytes} ${end}`);
  }
  t.strictSame(met, ['1 EOF', '2 ECONNRESET', '3 EOF', '3 EOF', '3 EOF']);
  t.strictSame(
    of('accepted').map(({ ordinal }) => ordinal),
    [1, 2, 3, 4, 5],
  );
});

t.test('where it listens is the first thing that is told', async (t) => {
  const { upstream, events } = playUpstream(t, [[answerAll()]]);
  const { host, port } = upstream.address;
  t.strictSame(events, [{ source: 'upstream', type: 'listening', address: `${host}:${port}` }]);
});
