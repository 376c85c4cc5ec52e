import fc from 'fast-check';
import t from 'tap';
import {
  answer,
  answerAll,
  close,
  type Step,
  serveUntil,
  untilGate,
} from '../../../fake-servers/step.ts';
import { lines } from '../../support/lines.ts';
import { readBytes, readToEnd } from '../../support/sockets.ts';
import { microtasks, turns, until } from '../../support/turns.ts';
import { type Played, playUpstream, withTeardown } from '../../support/upstream.ts';

const numRuns = 40;
const protocol = lines();
const play = (t: Parameters<typeof playUpstream>[0], steps: Step[]) =>
  playUpstream(t, [steps], { protocol });

const name = fc.stringMatching(/^[a-z]{1,6}$/).filter((text) => text !== 'void');
const requests = fc
  .array(name, { minLength: 1, maxLength: 5 })
  .map((names) => names.map((text, i) => `${i + 1}:${text}\n`));
const keyOf = (request: string) => request.slice(2).trimEnd();
const keys = (played: Played, type: 'received' | 'executed' | 'served') =>
  played.of(type).map(({ key }) => key);
/** How many of them end before this byte of all. */
const wholeBefore = (all: readonly string[], bytes: number) =>
  all.filter((_, i) => all.slice(0, i + 1).join('').length < bytes);

t.test('so many bytes are read and not one more; a request that ends there waits', async () => {
  await fc.assert(
    fc.asyncProperty(requests, fc.nat(), (all, nat) =>
      withTeardown(async (t) => {
        const stream = all.join('');
        const bytesRead = 1 + (nat % stream.length);
        const played = play(t, [serveUntil({ bytesRead }), untilGate('g'), answerAll()]);
        const client = await played.connect();
        await client.send(Buffer.from(stream));
        await played.hasFired('serve-until');
        const [fired] = played.of('fired');
        const done = wholeBefore(all, bytesRead).map(keyOf).join();
        const isExact =
          fired?.bytesRead === bytesRead &&
          fired.bytesUnread === stream.length - bytesRead &&
          fired.receipts.length === 0 &&
          keys(played, 'executed').join() === done &&
          keys(played, 'served').join() === done;
        await played.upstream.openGate('g');
        const got = (await readBytes(client, stream.length)).toString();
        return (
          isExact &&
          got === stream.toUpperCase() &&
          keys(played, 'executed').join() === all.map(keyOf).join()
        );
      }),
    ),
    { numRuns },
  );
});

t.test('so many bytes are sent and not one more; the next to answer sends the rest', async () => {
  await fc.assert(
    fc.asyncProperty(requests, fc.nat(), (all, nat) =>
      withTeardown(async (t) => {
        const stream = all.join('');
        const bytesSent = 1 + (nat % stream.length);
        const played = play(t, [serveUntil({ bytesSent }), untilGate('g'), answerAll()]);
        const client = await played.connect();
        await client.send(Buffer.from(stream));
        const first = (await readBytes(client, bytesSent)).toString();
        await played.hasFired('serve-until');
        await turns(3);
        const [fired] = played.of('fired');
        const isExact = fired?.bytesSent === bytesSent && client.bytesUnread() === 0;
        await played.upstream.openGate('g');
        const rest = (await readBytes(client, stream.length - bytesSent)).toString();
        return (
          isExact &&
          first + rest === stream.toUpperCase() &&
          keys(played, 'executed').join() === all.map(keyOf).join() &&
          keys(played, 'served').join() === all.map(keyOf).join()
        );
      }),
    ),
    { numRuns },
  );
});

t.test('what is left of a cut response is never sent when nothing answers', async (t) => {
  const played = play(t, [serveUntil({ bytesSent: 3 }), close()]);
  const client = await played.connect();
  await client.send(Buffer.from('1:abc\n'));
  t.strictSame(await readToEnd(client), { bytes: Buffer.from('1:A'), end: 'EOF' });
  await played.hasFired('close');
  t.match(played.of('fired')[1], { receipts: [{ segment: 'FIN', relativeSeq: 4 }] });
});

const condition = fc.oneof(
  fc.integer({ min: 1, max: 40 }).map((bytesRead) => serveUntil({ bytesRead })),
  fc.integer({ min: 1, max: 40 }).map((bytesSent) => serveUntil({ bytesSent })),
  fc.integer({ min: 1, max: 5 }).map((request) => serveUntil({ request })),
  fc.constantFrom('a', 'b', 'c').map((matching) => serveUntil({ matching })),
  fc.integer({ min: 1, max: 3 }).map((idleMs) => serveUntil({ idleMs })),
  fc.integer({ min: 1, max: 3 }).map((elapsedMs) => serveUntil({ elapsedMs })),
);

t.test('wherever serving stops, all that follows is as if it had not', async () => {
  await fc.assert(
    fc.asyncProperty(requests, fc.array(condition, { maxLength: 4 }), (all, stops) =>
      withTeardown(async (t) => {
        const played = play(t, [...stops, answerAll()]);
        const client = await played.connect();
        const stream = all.join('');
        // In two parts, so that a condition of time may end in the middle of a message.
        await client.send(Buffer.from(stream.slice(0, 4)));
        await turns(2);
        await client.send(Buffer.from(stream.slice(4)));
        const got = (await readBytes(client, stream.length)).toString();
        client.close();
        await played.recorded('peer-eof');
        const wanted = all.map(keyOf).join();
        return (
          got === stream.toUpperCase() &&
          (['received', 'executed', 'served'] as const).every(
            (type) => keys(played, type).join() === wanted,
          )
        );
      }),
    ),
    { numRuns: 80 },
  );
});

for (const [what, step] of [
  ['the nth request', serveUntil({ request: 2 })],
  ['a request whose key matches', serveUntil({ matching: 'eco' })],
] as const) {
  t.test(`${what} is read, and executed by whoever answers next`, async (t) => {
    const played = play(t, [step, untilGate('g'), step, answer(1), untilGate('h'), close()]);
    const { upstream } = played;
    const client = await played.connect();
    await client.send(Buffer.from('1:first\n2:second\n3:third\n'));
    t.equal((await readBytes(client, 8)).toString(), '1:FIRST\n');
    await played.hasFired('serve-until');
    t.strictSame(keys(played, 'received'), ['first', 'second']);
    t.strictSame(keys(played, 'executed'), ['first']);
    t.match(played.of('fired'), [{ bytesRead: 17, bytesSent: 8, bytesUnread: 8, receipts: [] }]);
    t.equal(client.bytesUnread(), 0);
    await upstream.openGate('g');
    t.equal((await readBytes(client, 9)).toString(), '2:SECOND\n');
    await upstream.openGate('h');
    await played.hasFired('close');
    t.strictSame(
      played.fired(),
      ['serve-until', 'until-gate', 'serve-until', 'answer', 'until-gate', 'close'],
      'what it waits for is already at hand the second time',
    );
    t.strictSame(keys(played, 'received'), ['first', 'second']);
    t.strictSame(keys(played, 'executed'), ['first', 'second']);
  });
}

t.test('a limit that was passed before it was asked for stops at once', async (t) => {
  const played = play(t, [
    answer(1),
    serveUntil({ bytesSent: 4 }),
    serveUntil({ request: 2 }),
    serveUntil({ bytesRead: 3 }),
    untilGate('g'),
    close(),
  ]);
  const client = await played.connect();
  await client.send(Buffer.from('1:a\n2:b\n'));
  await until('it waits at the gate', () => played.fired().length === 4);
  await played.upstream.openGate('g');
  t.strictSame(await readToEnd(client), { bytes: Buffer.from('1:A\n'), end: 'EOF' });
  t.strictSame(keys(played, 'executed'), ['a']);
  t.strictSame(keys(played, 'received'), ['a', 'b']);
});

const stamped = (t: Parameters<typeof playUpstream>[0], steps: Step[]) => {
  const atMs: [string, number][] = [];
  const onEvent: NonNullable<Parameters<typeof playUpstream>[2]>['onEvent'] = (event) => {
    const name = event.type === 'fired' ? event.step : event.type;
    atMs.push([name, performance.now()]);
  };
  const played = playUpstream(t, [steps], { protocol, onEvent });
  const last = (name: string) => atMs.findLast(([other]) => other === name)?.[1] ?? Number.NaN;
  return { ...played, last };
};

/** Clocks of timers are a millisecond coarse. */
const slackMs = 1.5;

t.test('idle is when nothing was read or sent for so long, and it serves until then', async (t) => {
  // Longer than a busy machine leaves a process alone.
  const idleMs = 300;
  const played = stamped(t, [serveUntil({ idleMs }), close()]);
  const client = await played.connect();
  for (const id of [1, 2, 3]) {
    await client.send(Buffer.from(`${id}:a\n`));
    t.equal((await readBytes(client, 4)).toString(), `${id}:A\n`);
    const startedMs = performance.now();
    await until('some time has passed', () => performance.now() - startedMs > idleMs / 3);
  }
  await client.send(Buffer.from('4:half'));
  t.strictSame(await readToEnd(client), { bytes: Buffer.alloc(0), end: 'EOF' });
  await played.hasFired('close');
  t.strictSame(keys(played, 'served'), ['a', 'a', 'a']);
  const idleForMs = played.last('serve-until') - played.last('served');
  t.ok(idleForMs >= idleMs - slackMs, `${idleForMs} ms`);
  const [fired] = played.of('fired');
  t.match(fired, { step: 'serve-until', bytesRead: 18, bytesUnread: 0, receipts: [] });
  t.ok((fired?.waitedMs ?? 0) >= idleMs - slackMs, `waited ${fired?.waitedMs} ms`);
});

t.test('elapsed is counted from accept, whatever is served meanwhile', async (t) => {
  const elapsedMs = 40;
  const played = stamped(t, [serveUntil({ elapsedMs }), close()]);
  const connectedMs = performance.now();
  const client = await played.connect();
  let answered = 0;
  for (;;) {
    const startedMs = performance.now();
    await client.send(Buffer.from('1:a\n')).catch(() => 0);
    const part = await client.recv(4).catch(() => Buffer.alloc(0));
    if (part.length === 0) break;
    answered += 1;
    await until('some time has passed', () => performance.now() - startedMs > 1);
  }
  await played.hasFired('serve-until');
  const passedMs = played.last('serve-until') - connectedMs;
  t.ok(passedMs >= elapsedMs - slackMs, `${passedMs} ms`);
  t.ok(answered > 0 && keys(played, 'served').length >= answered, `${answered} were answered`);
});

t.test('a time since accept that has passed already stops at once', async (t) => {
  const played = play(t, [untilGate('g'), serveUntil({ elapsedMs: 1 }), close()]);
  const client = await played.connect();
  await played.recorded('accepted');
  const startedMs = performance.now();
  await until('the time has passed', () => performance.now() - startedMs > 2);
  await client.send(Buffer.from('1:a\n'));
  await played.upstream.openGate('g');
  await played.hasFired('close');
  t.strictSame(played.fired(), ['until-gate', 'serve-until', 'close']);
});

t.test('until a gate is opened it serves; what follows is played in that tick', async (t) => {
  const played = play(t, [serveUntil({ gate: 'g' }), untilGate('h'), answerAll()]);
  const { upstream } = played;
  const client = await played.connect();
  await client.send(Buffer.from('1:a\n2:ha'));
  t.equal((await readBytes(client, 4)).toString(), '1:A\n');
  await until('half of the second is read', () => client.bytesUnacknowledged() === 0);
  await turns();
  let hasTurned = false;
  setImmediate(() => {
    hasTurned = true;
  });
  await upstream.openGate('g');
  await microtasks();
  t.strictSame(played.fired(), ['serve-until']);
  t.notOk(hasTurned);
  t.match(played.of('fired'), [{ bytesRead: 8, bytesSent: 4, bytesUnread: 0, receipts: [] }]);
  t.notOk(played.of('fired')[0]?.waitedMs);
  await client.send(Buffer.from('lf\n'));
  await turns();
  t.strictSame(keys(played, 'received'), ['a'], 'nobody reads it now');
  await upstream.openGate('h');
  t.equal((await readBytes(client, 7)).toString(), '2:HALF\n', 'and nothing of it is lost');
});

t.test('all who serve until a gate are waited for before it opens', async (t) => {
  const played = play(t, [answer(1), serveUntil({ gate: 'g' }), close()]);
  const [first, second] = [await played.connect(), await played.connect()];
  await played.recorded('accepted', 2);
  await first.send(Buffer.from('1:a\n'));
  await readBytes(first, 4);
  let isOpen = false;
  const opening = played.upstream.openGate('g').then(() => {
    isOpen = true;
  });
  await turns();
  t.notOk(isOpen);
  await second.send(Buffer.from('1:b\n'));
  await opening;
  t.equal((await readToEnd(first)).end, 'EOF');
  t.equal((await readToEnd(second)).bytes.toString(), '1:B\n');
});

t.test('a gate that is never opened leaves it unfired', async (t) => {
  const played = play(t, [serveUntil({ gate: 'g' }), close()]);
  await played.connect();
  await played.recorded('accepted');
  await played.upstream.stop();
  t.strictSame(played.fired(), []);
  t.match(played.of('unfired'), [{ step: 'serve-until' }, { step: 'close' }]);
});

t.test('a client that leaves before the condition holds is told', async (t) => {
  const played = play(t, [serveUntil({ request: 2 }), close()]);
  const client = await played.connect();
  await client.send(Buffer.from('1:a\n'));
  await readBytes(client, 4);
  client.close();
  await played.recorded('unfired', 2);
  const reason = 'the client closed while the script was at "serve until 2 requests came in"';
  t.match(played.of('unfired'), [
    { reason, isFault: false },
    { reason, isFault: true },
  ]);
});

t.test('a protocol that ends the connection is served to its end, also when cut', async (t) => {
  const ends: Record<string, Step[]> = {
    '': [answerAll()],
    'served as a whole': [serveUntil({ request: 9 })],
    'cut, and answered on': [serveUntil({ bytesSent: 2 }), answerAll()],
    'cut, and served on': [serveUntil({ bytesSent: 2 }), serveUntil({ bytesSent: 99 })],
    'cut at its end': [serveUntil({ bytesSent: 5 }), answerAll()],
  };
  for (const [what, steps] of Object.entries(ends)) {
    for (const farewell of ['QUIT\n', 'BYE\n']) {
      const played = play(t, steps);
      const client = await played.connect();
      await client.send(Buffer.from(farewell));
      const met = await readToEnd(client);
      t.strictSame(met, { bytes: Buffer.from('OVER\n'), end: 'EOF' }, `${what} ${farewell}`);
      const reasons = played.of('unfired').map(({ reason }) => reason);
      t.ok(
        reasons.every((reason) => reason.startsWith('the protocol ended the connection')),
        reasons.join(),
      );
    }
  }
});
