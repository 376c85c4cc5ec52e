/** How a conversation is handed the client's bytes: never one more than it asks for. */
import fc from 'fast-check';
import t from 'tap';
import { TcpChannel } from '../../fake-servers/channel.ts';
import { Intake } from '../../fake-servers/intake.ts';
import { type Limit, noLimit, Stopped } from '../../fake-servers/limit.ts';
import { type ByteSource, MalformedMessage } from '../../fake-servers/protocols/protocol.ts';
import { connectedPair } from '../support/sockets.ts';
import { turns } from '../support/turns.ts';
import { withTeardown } from '../support/upstream.ts';

type Unwinds = Parameters<typeof connectedPair>[0];

async function intakeOf(t: Unwinds, text: string) {
  const { client, server } = await connectedPair(t);
  const channel = new TcpChannel(server);
  if (text) await client.send(Buffer.from(text, 'latin1'));
  return { client, channel, intake: new Intake(channel) };
}

const text = fc.stringMatching(/^[a-z;]{1,30}$/);
const size = fc.integer({ min: 1, max: 12 });

/** How far each read of so many bytes gets, as long as there is enough. */
function endsOf(stream: string, sizes: readonly number[]): number[] {
  const ends = sizes.map((_, i) => sizes.slice(0, i + 1).reduce((sum, n) => sum + n, 0));
  return ends.filter((end) => end <= stream.length);
}

/** Reads once for each end, and tells whether each read took just what lies before it. */
async function takesJust(
  { channel, intake }: { channel: TcpChannel; intake: Intake },
  stream: string,
  ends: readonly number[],
  read: (source: ByteSource, bytes: number) => Promise<Buffer | undefined>,
): Promise<boolean> {
  let at = 0;
  for (const end of ends) {
    const bytes = await intake.message(noLimit, (source) => read(source, end - at));
    const isJust = bytes?.toString() === stream.slice(at, end) && channel.bytesRead === end;
    if (!isJust) return false;
    at = end;
  }
  return true;
}

t.test('exactly what is asked for is taken from the kernel', async () => {
  await fc.assert(
    fc.asyncProperty(text, fc.array(size, { maxLength: 6 }), (stream, sizes) =>
      withTeardown(async (t) => {
        const made = await intakeOf(t, stream);
        const ends = endsOf(stream, sizes);
        const isJust = await takesJust(made, stream, ends, (s, bytes) => s.readExactly(bytes));
        const rest = stream.length - (ends.at(-1) ?? 0);
        const isLeft = made.channel.bytesUnread === rest;
        made.client.close();
        const more = await made.intake.message(noLimit, (s) => s.readExactly(rest + 1));
        return isJust && isLeft && more === undefined && made.channel.bytesRead === stream.length;
      }),
    ),
    { numRuns: 40 },
  );
});

t.test('up to a delimiter, and not one byte after it', async () => {
  await fc.assert(
    fc.asyncProperty(text, fc.constantFrom(';', ';;', 'a;'), (stream, delimiter) =>
      withTeardown(async (t) => {
        const made = await intakeOf(t, stream);
        made.client.halfClose();
        const parts = stream.split(delimiter).slice(0, -1);
        const ends = endsOf(
          stream,
          parts.map((part) => part.length + delimiter.length),
        );
        const through = (source: ByteSource) => source.readThrough(delimiter, 99);
        const isJust = await takesJust(made, stream, ends, through);
        const more = await made.intake.message(noLimit, through);
        return isJust && more === undefined && made.channel.bytesRead === stream.length;
      }),
    ),
    { numRuns: 60 },
  );
});

t.test('what comes in pieces is read as if it had come at once', async () => {
  await fc.assert(
    fc.asyncProperty(text, fc.nat(), (stream, nat) =>
      withTeardown(async (t) => {
        const cut = nat % stream.length;
        const { client, intake } = await intakeOf(t, stream.slice(0, cut));
        const reading = intake.message(noLimit, async (source) => {
          const first = await source.readExactly(1);
          const rest = await source.readThrough('|', 99);
          return `${first}${rest}`;
        });
        await turns(2);
        await client.send(Buffer.from(`${stream.slice(cut)}|`));
        return (await reading) === `${stream}|`;
      }),
    ),
    { numRuns: 40 },
  );
});

t.test('a delimiter that does not come in so many bytes is no message', async (t) => {
  const { channel, intake } = await intakeOf(t, 'abcdef;');
  const read = (bytesMax: number) =>
    intake.message(noLimit, (source) => source.readThrough(';', bytesMax));
  await t.rejects(read(6), MalformedMessage);
  t.equal(channel.bytesRead, 6, 'what follows is left unread');
  t.equal((await read(7))?.toString(), 'abcdef;', 'and what was read is not lost');
});

t.test('some is what is there, at most so many', async (t) => {
  const { client, channel, intake } = await intakeOf(t, 'abcdef');
  const some = (bytesMax: number) => intake.message(noLimit, (source) => source.readSome(bytesMax));
  t.equal((await some(4))?.toString(), 'abcd');
  t.equal((await some(4))?.toString(), 'ef');
  client.close();
  t.equal(await some(4), undefined);
  t.equal(channel.bytesRead, 6);
});

t.test('a message that a limit stops is read again from its beginning', async () => {
  const read = (intake: Intake, limit: Limit) =>
    intake.message(limit, async (source) => {
      const head = await source.readExactly(2);
      const tail = await source.readThrough(';', 99);
      return `${head}${tail}`;
    });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 4 }), (limits) =>
      withTeardown(async (t) => {
        const { channel, intake } = await intakeOf(t, 'abcdefg;xy');
        let most = 0;
        for (const bytesReadMax of limits) {
          const stopped = await read(intake, { bytesReadMax }).catch((error: unknown) => error);
          if (bytesReadMax >= 8 || most >= 8) return stopped === 'abcdefg;';
          most = Math.max(most, bytesReadMax);
          if (!(stopped instanceof Stopped) || channel.bytesRead !== most) return false;
        }
        return (await read(intake, noLimit)) === 'abcdefg;';
      }),
    ),
    { numRuns: 40 },
  );
});

t.test('a signal stops it in the middle, and nothing is lost', async (t) => {
  const { client, channel, intake } = await intakeOf(t, 'abc');
  const stop = new AbortController();
  const read = (limit: Limit) => intake.message(limit, (source) => source.readExactly(5));
  const stopped = t.rejects(read({ signal: stop.signal }), Stopped);
  await turns(2);
  stop.abort();
  await stopped;
  t.equal(channel.bytesRead, 3);
  await client.send(Buffer.from('de'));
  t.equal((await read(noLimit))?.toString(), 'abcde');
});
