import { closeSync, openSync } from 'node:fs';
import t from 'tap';
import { peek } from '../../kernel/peek.ts';
import { connectedPair, readBytes } from '../support/sockets.ts';

t.test('an open and silent connection has nothing', async (t) => {
  const { client } = await connectedPair(t);
  t.equal(peek(client.fd), 'nothing');
});

t.test('waiting bytes are seen and left', async (t) => {
  const { client, server } = await connectedPair(t);
  await server.send(Buffer.from('ab'));
  await client.readable();
  t.strictSame([peek(client.fd), peek(client.fd)], ['data', 'data']);
  t.equal((await readBytes(client, 2)).toString(), 'ab');
});

t.test('bytes before a FIN are seen first', async (t) => {
  const { client, server } = await connectedPair(t);
  await server.send(Buffer.from('a'));
  server.close();
  await client.readable();
  t.equal(peek(client.fd), 'data');
  await readBytes(client, 1);
  await client.readable();
  t.strictSame([peek(client.fd), peek(client.fd)], ['EOF', 'EOF']);
});

t.test('what is no connection gives its errno', async (t) => {
  const fd = openSync('/dev/null', 'r');
  t.equal(peek(fd), 'ENOTSOCK');
  closeSync(fd);
  t.equal(peek(-1), 'EBADF');
});
