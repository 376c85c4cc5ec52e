import fc from 'fast-check';
import t from 'tap';
import { DatagramChannel } from '../../fake-servers/datagram-channel.ts';
import { Stopped } from '../../fake-servers/limit.ts';
import { errnoOf } from '../support/sockets.ts';

function channelTo(sent: Buffer[] = []): DatagramChannel {
  return new DatagramChannel('127.0.0.1:1->127.0.0.1:2', async (bytes) => {
    sent.push(Buffer.from(bytes));
  });
}

const payload = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));

t.test('one datagram is read at a time, and all bytes are counted', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(payload), async (payloads) => {
      const channel = channelTo();
      for (const bytes of payloads) channel.deliver(bytes);
      const total = payloads.reduce((sum, { length }) => sum + length, 0);
      if (channel.bytesUnread !== total) return false;
      for (const bytes of payloads) {
        if (!(await channel.look(10)).equals(bytes.subarray(0, 10))) return false;
        if (!(await channel.readSome(65_535)).equals(bytes)) return false;
      }
      return channel.bytesRead === total && channel.bytesUnread === 0;
    }),
  );
});

t.test('a datagram that does not fit is left where it is', async (t) => {
  const channel = channelTo();
  channel.deliver(Buffer.from('four'));
  await t.rejects(channel.readSome(3), Stopped);
  t.equal(channel.bytesRead, 0);
  t.equal((await channel.readSome(4)).toString(), 'four');
});

t.test('who waits is woken by a datagram, by the signal and by close', async (t) => {
  const channel = channelTo();
  const first = channel.readSome(10);
  channel.deliver(Buffer.from('x'));
  t.equal((await first).toString(), 'x');

  const stop = new AbortController();
  const second = channel.readSome(10, stop.signal);
  stop.abort();
  await t.rejects(second, Stopped);

  const third = channel.readSome(10);
  channel.close();
  t.equal(await errnoOf(() => third), 'EBADF');
});

t.test('after close nothing is taken and nothing is sent', async (t) => {
  const sent: Buffer[] = [];
  const channel = channelTo(sent);
  await channel.send(Buffer.from('one'));
  channel.deliver(Buffer.from('unread'));
  channel.close();
  channel.deliver(Buffer.from('late'));
  t.equal(channel.bytesUnread, 0);
  t.ok(channel.isClosed);
  t.equal(await errnoOf(() => channel.send(Buffer.from('two'))), 'EBADF');
  t.strictSame(sent.map(String), ['one']);
  t.equal(channel.bytesSent, 3);
});

t.test('what is unread can be thrown away', async (t) => {
  const channel = channelTo();
  channel.deliver(Buffer.from('ab'));
  channel.deliver(Buffer.from('c'));
  t.equal(channel.discardUnread(), 3);
  t.equal(channel.bytesRead, 3);
  t.equal(channel.bytesUnread, 0);
});

t.test('what UDP does not have is an error, and what it never waits for is done', async (t) => {
  const channel = channelTo();
  await channel.acknowledged();
  await t.rejects(channel.windowClosed(), /no window/);
  t.throws(() => channel.halfClose(), /no FIN/);
  t.throws(() => channel.reset(), /no RST/);
});
