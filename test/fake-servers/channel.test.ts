import t from 'tap';
import { TcpChannel } from '../../fake-servers/channel.ts';
import { Stopped } from '../../fake-servers/limit.ts';
import { connectedPair, errnoOf, readBytes } from '../support/sockets.ts';
import { turns, until } from '../support/turns.ts';

t.test('what is read and sent is counted', async (t) => {
  const { client, server } = await connectedPair(t);
  const channel = new TcpChannel(server);
  t.equal(channel.tuple, client.tuple);
  await client.send(Buffer.from('abcdef'));
  t.equal((await channel.readSome(2))?.toString(), 'ab');
  t.equal((await channel.readSome(3))?.toString(), 'cde');
  t.strictSame([channel.bytesRead, channel.bytesUnread], [5, 1]);
  await channel.send(Buffer.from('xyz'));
  t.equal(channel.bytesSent, 3);
  t.equal((await readBytes(client, 3)).toString(), 'xyz');
});

t.test('a FIN gives nothing, and what came before it counts as read', async (t) => {
  const { client, server } = await connectedPair(t);
  const channel = new TcpChannel(server);
  await client.send(Buffer.from('ab'));
  client.close();
  t.equal((await channel.readSome(3))?.toString(), 'ab');
  t.equal(await channel.readSome(3), undefined);
  t.equal((await channel.look(3)).length, 0);
  t.equal(channel.bytesRead, 2);
});

t.test('a look takes nothing and counts nothing', async (t) => {
  const { client, server } = await connectedPair(t);
  const channel = new TcpChannel(server);
  const looking = channel.look(9);
  await client.send(Buffer.from('abc'));
  t.equal((await looking).toString(), 'abc');
  t.equal((await channel.look(2)).toString(), 'ab');
  t.strictSame([channel.bytesRead, channel.bytesUnread], [0, 3]);
});

t.test('a read or a look that is stopped has taken nothing', async (t) => {
  const { client, server } = await connectedPair(t);
  const channel = new TcpChannel(server);
  for (const call of ['readSome', 'look'] as const) {
    const stop = new AbortController();
    const waiting = channel[call](9, stop.signal);
    const stopped = t.rejects(waiting, Stopped);
    await turns(2);
    stop.abort();
    await stopped;
    await t.rejects(
      channel[call](9, stop.signal),
      Stopped,
      'and at once when it was stopped before',
    );
  }
  await client.send(Buffer.from('abc'));
  t.equal((await channel.readSome(9))?.toString(), 'abc');
  t.equal(channel.bytesRead, 3);
});

t.test('more than the kernel takes at once is sent whole', async (t) => {
  const { client, server } = await connectedPair(t);
  const channel = new TcpChannel(server);
  const bytes = Buffer.alloc(12 * 1024 * 1024, 'x');
  const sending = channel.send(bytes);
  t.ok((await readBytes(client, bytes.length)).equals(bytes));
  await sending;
  t.equal(channel.bytesSent, bytes.length);
});

t.test('what is unread is thrown away to the last byte, and counts as read', async (t) => {
  const { client, server } = await connectedPair(t);
  const channel = new TcpChannel(server);
  const bytes = Buffer.alloc(50_000, 'x');
  await client.send(bytes);
  await until('all has arrived', () => channel.bytesUnread === bytes.length);
  t.equal(channel.discardUnread(), bytes.length);
  t.strictSame([channel.bytesRead, channel.bytesUnread], [bytes.length, 0]);
  t.equal(channel.discardUnread(), 0);
  client.close();
  await server.readable();
  t.equal(channel.discardUnread(), 0, 'a FIN is no byte');
});

t.test('when bytes moved last is told, in both directions', async (t) => {
  const { client, server } = await connectedPair(t);
  const channel = new TcpChannel(server);
  const moments = [channel.movedAtMs];
  await client.send(Buffer.from('abc'));
  await channel.readSome(3);
  moments.push(channel.movedAtMs);
  await channel.send(Buffer.from('x'));
  moments.push(channel.movedAtMs);
  t.strictSame([...new Set(moments)].length, 3);
  t.strictSame(
    moments,
    moments.toSorted((a, b) => a - b),
  );
});

t.test(
  'acknowledged waits until the client has taken all, and gives up when it is gone',
  async (t) => {
    const { client, server } = await connectedPair(t);
    const channel = new TcpChannel(server);
    await channel.send(Buffer.from('abc'));
    await channel.acknowledged();
    t.equal(server.bytesUnacknowledged(), 0);
    client.reset();
    await server.readable();
    await channel.acknowledged();
    server.close();
    t.equal(await errnoOf(() => channel.acknowledged()), 'EBADF');
  },
);
