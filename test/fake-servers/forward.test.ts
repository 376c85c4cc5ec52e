import fc from 'fast-check';
import t from 'tap';
import type { TcpSocket } from '../../kernel/tcp-socket.ts';
import { readBytes, readToEnd } from '../support/sockets.ts';
import { turns, until } from '../support/turns.ts';
import { bothWays, pattern, proxied, sendAll } from './forward-support.ts';

const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 3000 }), { maxLength: 8 });
const someRuns = { numRuns: 60 };

async function sendChunks(socket: TcpSocket, parts: readonly Uint8Array[]): Promise<void> {
  for (const part of parts) {
    await sendAll(socket, part);
    await turns(1);
  }
  socket.halfClose();
}

t.test('any bytes, in any chunks, arrive whole and in order in both directions', (t) =>
  fc
    .assert(
      fc.asyncProperty(chunks, chunks, async (requests, responses) => {
        await proxied(async ({ client, server, forwarding }) => {
          const run = forwarding.run();
          const [fromClient, fromServer] = await Promise.all([
            readToEnd(server),
            readToEnd(client),
            sendChunks(client, requests),
            sendChunks(server, responses),
          ]);
          const outcome = await run;
          const [sent, answered] = [Buffer.concat(requests), Buffer.concat(responses)];
          return (
            outcome === 'both ended' &&
            fromClient.end === 'EOF' &&
            fromServer.end === 'EOF' &&
            fromClient.bytes.equals(sent) &&
            fromServer.bytes.equals(answered) &&
            forwarding.bytesFromClient === sent.length &&
            forwarding.bytesFromServer === answered.length
          );
        }).then((holds) => t.ok(holds) && holds);
      }),
      someRuns,
    )
    .then(() => t.end()),
);

t.test('more bytes than all buffers hold, both ways at once', (t) =>
  proxied(async ({ client, server, forwarding }) => {
    const bytes = pattern(24 * 1024 * 1024);
    const run = forwarding.run();
    const [atServer, atClient] = await Promise.all([
      readToEnd(server),
      readToEnd(client),
      sendAll(client, bytes).then(() => client.halfClose()),
      sendAll(server, bytes).then(() => server.halfClose()),
    ]);
    t.equal(await run, 'both ended');
    t.ok(atServer.bytes.equals(bytes));
    t.ok(atClient.bytes.equals(bytes));
  }),
);

for (const { from, ends, limit, otherLimit, forwarded } of bothWays) {
  t.test(`a limit of the ${from}'s bytes is exact, and the rest is unread in the kernel`, (t) =>
    fc
      .assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 100_000 }),
          fc.array(fc.nat({ max: 100_000 }), { maxLength: 4 }),
          (length, stops) =>
            proxied(async (all) => {
              const { here, there, toHere } = ends(all);
              const bytes = pattern(length);
              await sendAll(here, bytes);
              await until('all is there', () => toHere.bytesUnread() === length);
              for (const stop of stops.filter((at) => at <= length).sort((a, b) => a - b)) {
                const outcome = await all.forwarding.run(limit(stop));
                if (outcome !== 'limit' || forwarded(all) !== stop) return false;
                if (toHere.bytesUnread() !== length - stop) return false;
                await until('it has come', () => there.bytesUnread() === stop);
              }
              here.halfClose();
              const run = all.forwarding.run();
              const arrived = await readToEnd(there);
              there.halfClose();
              return arrived.bytes.equals(bytes) && (await run) === 'both ended';
            }).then((holds) => t.ok(holds) && holds),
        ),
        someRuns,
      )
      .then(() => t.end()),
  );

  t.test(`the ${from} ends before its limit`, (t) =>
    proxied(async (all) => {
      const { here, there } = ends(all);
      await here.send(Buffer.from('abc'));
      here.halfClose();
      t.equal(await all.forwarding.run(limit(4)), `${from} ended`);
      t.equal((await readToEnd(there)).bytes.toString(), 'abc');
      const run = all.forwarding.run({ ...limit(4), ...otherLimit(2) });
      await there.send(Buffer.from('xyz'));
      t.equal(await run, 'limit');
      t.equal((await readBytes(here, 2)).toString(), 'xy');
    }),
  );

  t.test(`a reader that stops makes the ${from} stop`, (t) =>
    proxied(async (all) => {
      const { here, there, toHere } = ends(all);
      const run = all.forwarding.run();
      const bytes = pattern(64 * 1024 * 1024);
      let taken = 0;
      const sending = (async () => {
        while (taken < bytes.length) taken += await here.send(bytes.subarray(taken));
        here.halfClose();
      })();
      let before = -1;
      while (taken !== before) {
        before = taken;
        await turns(50);
      }
      t.ok(taken < bytes.length, 'the sender waits');
      const stillInKernel = Math.max(toHere.bytesUnread(), here.bytesUnacknowledged());
      t.ok(stillInKernel > 0, 'the kernel holds what nobody took');
      const held = taken - here.bytesUnacknowledged() - toHere.bytesUnread() - forwarded(all);
      t.ok(held <= 65_536, `${held} bytes are held`);
      const arrived = await readToEnd(there);
      await sending;
      t.ok(arrived.bytes.equals(bytes));
      there.halfClose();
      t.equal(await run, 'both ended');
    }),
  );
}

t.test('stopped at any time and run again, nothing is lost', (t) =>
  fc
    .assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 6 }), (pauses) =>
        proxied(async ({ client, server, forwarding }) => {
          const bytes = pattern(4 * 1024 * 1024);
          const arriving = Promise.all([readToEnd(server), readToEnd(client)]);
          const sending = Promise.all(
            [client, server].map((end) => sendAll(end, bytes).then(() => end.halfClose())),
          );
          const outcomes: string[] = [];
          for (const pause of pauses) {
            const stopping = new AbortController();
            const run = forwarding.run({ signal: stopping.signal });
            await turns(pause);
            stopping.abort();
            outcomes.push(await run);
            const before = forwarding.bytesFromClient;
            await turns(2);
            if (forwarding.bytesFromClient !== before) return false;
          }
          const last = await forwarding.run();
          await sending;
          const [atServer, atClient] = await arriving;
          return (
            last === 'both ended' &&
            outcomes.every((outcome) => outcome === 'aborted' || outcome === 'both ended') &&
            atServer.bytes.equals(bytes) &&
            atClient.bytes.equals(bytes)
          );
        }).then((holds) => t.ok(holds) && holds),
      ),
      { numRuns: 15 },
    )
    .then(() => t.end()),
);

t.test('a limit below what is held back from an earlier run is exact too', (t) =>
  proxied(async ({ client, server, forwarding }) => {
    const stopping = new AbortController();
    const bytes = pattern(32 * 1024 * 1024);
    const run = forwarding.run({ signal: stopping.signal });
    const sending = sendAll(client, bytes).then(() => client.halfClose());
    let before = -1;
    while (forwarding.bytesFromClient !== before) {
      before = forwarding.bytesFromClient;
      await turns(50);
    }
    stopping.abort();
    t.equal(await run, 'aborted');
    const first = await readBytes(server, before);
    const limited = forwarding.run({ bytesFromClientMax: before + 7 });
    t.equal(await limited, 'limit');
    t.equal(forwarding.bytesFromClient, before + 7);
    await until('it has come', () => server.bytesUnread() === 7);
    const rest = forwarding.run();
    const arrived = await readToEnd(server);
    server.halfClose();
    await sending;
    t.equal(await rest, 'both ended');
    t.ok(Buffer.concat([first, arrived.bytes]).equals(bytes));
  }),
);

t.test('a transform changes bytes on their way and is told where they are', (t) =>
  fc
    .assert(
      fc.asyncProperty(chunks, fc.nat({ max: 5000 }), (parts, at) =>
        proxied(async ({ client, server, forwarding }) => {
          const transform = (bytes: Buffer, offsetBytes: number) => {
            const position = at - offsetBytes;
            if (position >= 0 && position < bytes.length) bytes[position] = 0x2a;
          };
          const run = forwarding.run({ fromClient: { transform } });
          const [arrived] = await Promise.all([readToEnd(server), sendChunks(client, parts)]);
          server.halfClose();
          await run;
          const expected = Buffer.concat(parts);
          if (at < expected.length) expected[at] = 0x2a;
          return arrived.bytes.equals(expected);
        }).then((holds) => t.ok(holds) && holds),
      ),
      someRuns,
    )
    .then(() => t.end()),
);

t.test('what a transform throws ends the run', (t) =>
  proxied(async ({ client, forwarding }) => {
    const transform = () => {
      throw new Error('not these bytes');
    };
    const run = forwarding.run({ fromClient: { transform } });
    await client.send(Buffer.from('abc'));
    await t.rejects(run, { message: 'not these bytes' });
  }),
);

t.test('at a pace, no more than one portion comes in one interval', (t) =>
  proxied(async ({ client, server, toClient, forwarding }) => {
    const bytes = pattern(20);
    await sendAll(client, bytes);
    await until('all is there', () => toClient.bytesUnread() === 20);
    const pace = { bytesMax: 3, intervalMs: 1 };
    const run = forwarding.run({ bytesFromClientMax: 20, fromClient: { pace } });
    const seen = [forwarding.bytesFromClient];
    while (forwarding.bytesFromClient < 20) {
      await turns(1);
      if (forwarding.bytesFromClient !== seen.at(-1)) seen.push(forwarding.bytesFromClient);
    }
    t.strictSame(seen, [3, 6, 9, 12, 15, 18, 20]);
    t.equal(await run, 'limit');
    t.ok((await readBytes(server, 20)).equals(bytes));
  }),
);

t.test('closing a socket ends the run, and there is no other run on it', (t) =>
  proxied(async ({ toClient, server, toServer, forwarding }) => {
    const run = forwarding.run();
    await t.rejects(forwarding.run(), { message: /going on already/ });
    toClient.close();
    t.equal(await run, 'aborted');
    t.equal(await forwarding.run(), 'aborted');
    t.notOk(toServer.isClosed, 'the other one is the caller’s to close');
    toServer.close();
    t.equal((await server.recv(1)).length, 0);
  }),
);

t.test('who waits for a socket is not cheated of it', (t) =>
  proxied(async ({ client, toClient, forwarding }) => {
    const waiting = toClient.recv(1);
    await t.rejects(forwarding.run(), { message: /waited for or watched already/ });
    await client.send(Buffer.from('a'));
    t.equal((await waiting).toString(), 'a');
    const stopping = new AbortController();
    const run = forwarding.run({ signal: stopping.signal });
    await t.rejects(toClient.recv(1), { message: /is watched/ });
    stopping.abort();
    t.equal(await run, 'aborted');
    await client.send(Buffer.from('b'));
    t.equal((await toClient.recv(1)).toString(), 'b');
  }),
);
