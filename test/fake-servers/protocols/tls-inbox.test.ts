import fc from 'fast-check';
import t from 'tap';
import { type ByteSource, MalformedMessage } from '../../../fake-servers/protocols/protocol.ts';
import { Inbox } from '../../../fake-servers/protocols/tls/inbox.ts';
import { chopped, sizes } from '../../support/dns.ts';
import { MemorySource } from '../../support/memory-source.ts';

const ask = fc.oneof(
  fc.nat({ max: 12 }).map((bytes) => (source: ByteSource) => source.readExactly(bytes)),
  fc.tuple(fc.constantFrom('\n', '\r\n'), fc.integer({ min: 2, max: 20 })).map(
    ([delimiter, bytesMax]) =>
      (source: ByteSource) =>
        source.readThrough(delimiter, bytesMax),
  ),
);
const text = fc
  .string({ unit: fc.constantFrom('a', 'b', '\r', '\n'), maxLength: 60 })
  .map((letters) => Buffer.from(letters));

/** What was read, or why not. */
async function outcome(reading: Promise<Buffer | undefined>): Promise<string> {
  try {
    return (await reading)?.toString() ?? 'end';
  } catch (error) {
    if (error instanceof MalformedMessage) return 'malformed';
    throw error;
  }
}

/** Adds a piece whenever the read wants more than there is, and ends when there are none. */
async function fed<T>(inbox: Inbox, pieces: Buffer[], reading: Promise<T>): Promise<T> {
  const starved = Symbol('starved');
  for (;;) {
    const found = await Promise.race([
      reading,
      inbox.starved().then((): typeof starved => starved),
    ]);
    if (found !== starved) return found;
    const piece = pieces.shift();
    if (piece) inbox.add(piece);
    else inbox.end();
  }
}

t.test('bytes that come one piece at a time are read as if they had all been there', async () => {
  await fc.assert(
    fc.asyncProperty(text, sizes, fc.array(ask, { maxLength: 8 }), async (bytes, cuts, asks) => {
      const inbox = new Inbox();
      const pieces = chopped(bytes, cuts);
      const whole = new MemorySource([bytes]);
      for (const read of asks) {
        const wanted = await outcome(read(whole));
        if ((await outcome(fed(inbox, pieces, read(inbox)))) !== wanted) return false;
        if (wanted === 'end' || wanted === 'malformed') return true;
      }
      return true;
    }),
    { numRuns: 500 },
  );
});

t.test('what is there is read at once, and no more than was asked for', async (t) => {
  const inbox = new Inbox();
  inbox.add(Buffer.from('abc'));
  t.equal((await inbox.readSome(2))?.toString(), 'ab');
  t.equal((await inbox.readSome(2))?.toString(), 'c');
  const reading = inbox.readSome(2);
  await inbox.starved();
  inbox.add(Buffer.from('d'));
  t.equal((await reading)?.toString(), 'd');
  inbox.end();
  t.equal(await inbox.readSome(2), undefined);
});
