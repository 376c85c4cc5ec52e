import { decode, encode } from 'dns-packet';
import t from 'tap';
import { naiveDnsPoolDriver } from '../../../clients/naive-dns-pool/driver.ts';
import type { ClientDriver } from '../../../harness/client.ts';
import { realClock } from '../../../harness/clocks.ts';
import { TcpListener } from '../../../kernel/tcp-socket.ts';

const driver: ClientDriver = naiveDnsPoolDriver;

t.test('drives the pool through the harness interface', async (t) => {
  const listener = new TcpListener({ host: '127.0.0.1', port: 0 });
  const client = driver.open(listener.address, { clock: realClock });
  const request = client.request({ kind: 'query', name: 'a.example', type: 'A' });
  const { value: socket } = await listener.connections().next();
  if (!socket) throw new Error('the listener was closed');
  const length = await socket.recv(2);
  await socket.readable();
  const { id = 0, questions = [] } = decode(await socket.recv(length.readUInt16BE(0)));
  const answers = [{ type: 'A' as const, name: 'a.example', data: '10.1.2.3' }];
  const message = encode({ type: 'response', id, questions, answers });
  const prefix = Buffer.alloc(2);
  prefix.writeUInt16BE(message.length, 0);
  await socket.send(Buffer.concat([prefix, message]));
  t.equal(await request, '10.1.2.3');
  await t.rejects(client.request({ kind: 'connect' }), { code: 'UNSUPPORTED' });
  t.match(client.stats(), { created: 1, queries: 1 });
  await client.close();
  socket.close();
  listener.close();
});
