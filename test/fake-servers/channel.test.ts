import t from 'tap';
import { Channel } from '../../fake-servers/channel.ts';
import { connectedPair, errnoOf, readBytes } from '../support/sockets.ts';

t.test('what is read and sent is counted', async (t) => {
  const { client, server } = await connectedPair(t);
  const channel = new Channel(server);
  t.equal(channel.tuple, client.tuple);
  await client.send(Buffer.from('abcdef'));
  t.equal((await channel.readExactly(2))?.toString(), 'ab');
  t.equal((await channel.readSome(3))?.toString(), 'cde');
  t.strictSame([channel.bytesRead, channel.bytesUnread], [5, 1]);
  await channel.send(Buffer.from('xyz'));
  t.equal(channel.bytesSent, 3);
  t.equal((await readBytes(client, 3)).toString(), 'xyz');
});

t.test('a FIN before the wanted bytes gives nothing, and what came counts as read', async (t) => {
  const { client, server } = await connectedPair(t);
  const channel = new Channel(server);
  await client.send(Buffer.from('ab'));
  client.close();
  t.equal(await channel.readExactly(3), undefined);
  t.equal(channel.bytesRead, 2);
  t.equal(await channel.readSome(1), undefined);
});

t.test('no bytes are had without waiting', async (t) => {
  const { server } = await connectedPair(t);
  t.equal((await new Channel(server).readExactly(0))?.length, 0);
});

t.test('more than the kernel takes at once is sent whole', async (t) => {
  const { client, server } = await connectedPair(t);
  const channel = new Channel(server);
  const bytes = Buffer.alloc(12 * 1024 * 1024, 'x');
  const sending = channel.send(bytes);
  t.ok((await readBytes(client, bytes.length)).equals(bytes));
  await sending;
  t.equal(channel.bytesSent, bytes.length);
});

t.test(
  'acknowledged waits until the client has taken all, and gives up when it is gone',
  async (t) => {
    const { client, server } = await connectedPair(t);
    const channel = new Channel(server);
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
