import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import {
  answer,
  answerReversed,
  answerTwice,
  answerWrongId,
  close,
  corrupt,
  drip,
  explain,
  halfClose,
  type Step,
  sendResponse,
  serveUntil,
  swallow,
  truncate,
  untilGate,
} from '../../../fake-servers/step.ts';
import { digestOf } from '../../../harness/keys.ts';
import { lines } from '../../support/lines.ts';
import { readToEnd } from '../../support/sockets.ts';
import { until } from '../../support/turns.ts';
import { keepsItsWord, playUpstream, withTeardown } from '../../support/upstream.ts';

const numRuns = 30;
const protocol = lines();

t.test('of the response the client gets exactly the first bytes, then EOF', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ minLength: 1, maxLength: 40 }), fc.nat(), (text, nat) =>
      withTeardown(async (t) => {
        const request = Buffer.from(text);
        const count = 1 + (nat % request.length);
        const { connect, of, hasFired } = playUpstream(t, [[sendResponse(count), close()]]);
        const client = await connect();
        await client.send(request);
        const { bytes, end } = await readToEnd(client);
        await hasFired('close');
        const [sent, closed] = of('fired');
        return (
          bytes.equals(request.subarray(0, count)) &&
          end === 'EOF' &&
          isDeepStrictEqual(sent?.receipts, [
            {
              segment: 'DATA',
              relativeSeq: 1,
              length: count,
              digest: digestOf(request.subarray(0, count)),
            },
          ]) &&
          closed?.bytesSent === count &&
          isDeepStrictEqual(closed.receipts, [
            { segment: 'FIN', relativeSeq: count + 1, length: 0 },
          ])
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

interface Met {
  step: Step;
  /** What the client gets for `1:one`, `2:two` and `3:three`, before the upstream closes. */
  gets: string;
  /** Lengths of the segments that are promised. */
  pieces: number[];
  executes: string[];
  serves: string[];
}

const flipped = (text: string, offset: number) => {
  const bytes = Buffer.from(text);
  bytes[offset] = (bytes[offset] ?? 0) ^ 0xff;
  return bytes.toString('latin1');
};

const met: Met[] = [
  { step: sendResponse(3), gets: '1:O', pieces: [3], executes: ['one'], serves: [] },
  { step: swallow(), gets: '', pieces: [], executes: ['one'], serves: [] },
  {
    step: answerTwice(),
    gets: '1:ONE\n1:ONE\n',
    pieces: [6, 6],
    executes: ['one'],
    serves: ['one'],
  },
  {
    step: answerReversed(3),
    gets: '3:THREE\n2:TWO\n1:ONE\n',
    pieces: [8, 6, 6],
    executes: ['one', 'two', 'three'],
    serves: ['one', 'two', 'three'],
  },
  { step: answerWrongId(), gets: '0:ONE\n', pieces: [6], executes: ['one'], serves: [] },
  { step: truncate(), gets: '1:TC\n', pieces: [5], executes: ['one'], serves: [] },
  { step: corrupt(0), gets: flipped('1:ONE\n', 0), pieces: [6], executes: ['one'], serves: [] },
  { step: corrupt(5), gets: flipped('1:ONE\n', 5), pieces: [6], executes: ['one'], serves: [] },
  {
    step: drip({ bytes: 4, everyMs: 2 }),
    gets: '1:ONE\n',
    pieces: [4, 2],
    executes: ['one'],
    serves: ['one'],
  },
  {
    step: drip({ bytes: 99, everyMs: 2 }),
    gets: '1:ONE\n',
    pieces: [6],
    executes: ['one'],
    serves: ['one'],
  },
];

for (const { step, gets, pieces, executes, serves } of met) {
  t.test(`${explain(step)}: what the client gets and what is promised`, async (t) => {
    const { connect, of, hasFired } = playUpstream(t, [[step, halfClose()]], { protocol });
    const client = await connect();
    await client.send(Buffer.from('1:one\n2:two\n3:three\n'));
    const { bytes, end } = await readToEnd(client);
    t.strictSame([bytes.toString('latin1'), end], [gets, 'EOF']);
    await hasFired('half-close');
    const [fired] = of('fired');
    t.match(fired, { step: step.kind, text: explain(step), bytesSent: 0 });
    const data = (fired?.receipts ?? []).filter(({ segment }) => segment === 'DATA');
    t.strictSame(
      data.map((receipt) => 'length' in receipt && receipt.length),
      pieces,
    );
    t.ok(keepsItsWord(bytes, data));
    if (step.kind === 'swallow') {
      t.match(fired?.receipts, [{ segment: 'SILENCE', toUs: undefined }], 'for good');
    } else {
      t.equal(fired?.receipts.length, data.length);
    }
    const keys = (type: 'executed' | 'served') =>
      of(type)
        .map(({ key }) => key)
        .sort();
    t.strictSame(keys('executed'), executes.toSorted());
    t.strictSame(keys('served'), serves.toSorted());
  });
}

t.test('pieces of a drip come apart by the time that was asked for', async (t) => {
  const everyMs = 6;
  const steps = [drip({ bytes: 2, everyMs }), close()];
  const { connect, of, hasFired } = playUpstream(t, [steps], { protocol });
  const client = await connect();
  await client.send(Buffer.from('1:one\n'));
  const startedMs = performance.now();
  const parts: string[] = [];
  for (;;) {
    const part = await client.recv(99);
    if (part.length === 0) break;
    parts.push(part.toString());
  }
  t.strictSame(parts, ['1:', 'ON', 'E\n']);
  // How late the client comes to read each is its own affair; that it is not earlier is not.
  const passedMs = performance.now() - startedMs;
  t.ok(passedMs >= 2 * everyMs - 2, `${passedMs} ms`);
  await hasFired('close');
  t.ok((of('fired')[0]?.waitedMs ?? 0) >= 2 * everyMs - 2);
});

t.test('a run that is over ends a drip, and it has not fired', async (t) => {
  const steps = [drip({ bytes: 1, everyMs: 60_000 })];
  const { upstream, connect, of } = playUpstream(t, [steps], { protocol });
  const client = await connect();
  await client.send(Buffer.from('1:one\n'));
  t.equal((await client.recv(99)).toString(), '1');
  await upstream.stop();
  t.strictSame(of('fired'), []);
  t.match(of('unfired'), [{ step: 'drip', isFault: true, reason: /^the run was over/ }]);
});

t.test('a byte that the response does not have is not corrupted', async (t) => {
  const steps = [corrupt(6), close()];
  const { connect, of, recorded } = playUpstream(t, [steps], { protocol });
  const client = await connect();
  await client.send(Buffer.from('1:one\n'));
  await recorded('unfired', 2);
  t.match(of('unfired')[0], { reason: 'the response has 6 bytes, none after 6' });
  t.equal(client.bytesUnread(), 0);
});

t.test('of a request that is answered with nothing, nothing can be sent', async (t) => {
  for (const step of [answerTwice(), drip({ bytes: 1, everyMs: 1 }), answerReversed(2)]) {
    const { connect, of, recorded } = playUpstream(t, [[step]], { protocol });
    const client = await connect();
    await client.send(Buffer.from('1:void\n2:void\n'));
    await recorded('unfired');
    t.match(of('unfired'), [{ step: step.kind, reason: 'the response has no bytes' }]);
  }
  const mixed = playUpstream(t, [[answerReversed(2), close()]], { protocol });
  const client = await mixed.connect();
  await client.send(Buffer.from('1:void\n2:two\n'));
  t.equal((await readToEnd(client)).bytes.toString(), '2:TWO\n');
  await mixed.hasFired('close');
  t.match(mixed.of('fired')[0]?.receipts, [{ segment: 'DATA', relativeSeq: 1, length: 6 }]);
});

const answering: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom<Step>(swallow(), answerTwice(), answerWrongId(), truncate()),
  fc.integer({ min: 1, max: 2 }).map(answer),
  fc.integer({ min: 2, max: 3 }).map(answerReversed),
  fc.integer({ min: 1, max: 6 }).map(sendResponse),
  fc.nat({ max: 5 }).map(corrupt),
  fc.integer({ min: 1, max: 7 }).map((bytes) => drip({ bytes, everyMs: 1 })),
  fc.integer({ min: 1, max: 40 }).map((bytesSent) => serveUntil({ bytesSent })),
  fc.integer({ min: 1, max: 6 }).map((request) => serveUntil({ request })),
);

t.test(
  'whatever is done to answers, receipts tell the truth and nothing is done twice',
  async () => {
    const asked = Array.from({ length: 9 }, (_, i) => `${i + 1}:n${i + 1}\n`);
    await fc.assert(
      fc.asyncProperty(fc.array(answering, { minLength: 1, maxLength: 4 }), (steps) =>
        withTeardown(async (t) => {
          const { upstream, connect, of, fired } = playUpstream(t, [[...steps, untilGate('g')]], {
            protocol,
          });
          const client = await connect();
          await client.send(Buffer.from(asked.join('')));
          const isThere = () => fired().length === steps.length || of('unfired').length > 0;
          // Of many answers to many requests some step may wait for one more than there is.
          await until('the script is played', () => isThere() || of('received').length === 9);
          await upstream.stop();
          const { bytes } = await readToEnd(client);
          const receipts = of('fired').flatMap((event) => event.receipts);
          const ids = of('executed').length;
          return (
            keepsItsWord(bytes, receipts) &&
            ids <= of('received').length &&
            of('served').length <= ids
          );
        }),
      ),
      { numRuns: 60 },
    );
  },
);
