import { type Answer, decode, encode } from 'dns-packet';
import t from 'tap';
import { naiveDnsPoolDriver } from '../../../clients/naive-dns-pool/driver.ts';
import type { ClientDriver } from '../../../harness/client.ts';
import { TcpListener } from '../../../kernel/tcp-listener.ts';
import type { TcpSocket } from '../../../kernel/tcp-socket.ts';
import { openOptions } from '../../support/open-options.ts';

const driver: ClientDriver = naiveDnsPoolDriver;

async function respond(socket: TcpSocket, answers: Answer[]): Promise<void> {
  const length = await socket.recv(2);
  await socket.readable();
  const { id = 0, flags = 0, questions = [] } = decode(await socket.recv(length.readUInt16BE(0)));
  const message = encode({ type: 'response', id, flags, questions, answers });
  const prefix = Buffer.alloc(2);
  prefix.writeUInt16BE(message.length, 0);
  await socket.send(Buffer.concat([prefix, message]));
}

t.test('drives the pool through the harness interface', async (t) => {
  const listener = new TcpListener({ host: '127.0.0.1', port: 0 });
  const client = driver.open(listener.address, openOptions('dns-tcp', listener.address));
  const request = client.request({ kind: 'query', name: 'a.example', type: 'A' });
  const { value: socket } = await listener.connections().next();
  if (!socket) throw new Error('the listener was closed');
  await respond(socket, [{ type: 'A', name: 'a.example', data: '10.1.2.3' }]);
  t.equal(await request, '10.1.2.3');
  const update = client.request({ kind: 'update', name: 'b.example', data: '192.0.2.1' });
  await respond(socket, []);
  t.equal(await update, 'NOERROR');
  await t.rejects(client.request({ kind: 'connect' }), { code: 'UNSUPPORTED' });
  t.match(client.stats(), { created: 1, queries: 2 });
  await client.close();
  socket.close();
  listener.close();
});
