/** The shortest exchange over TCP that has a beginning and an end. */
import type { TcpListener } from '../../kernel/tcp-listener.ts';
import { TcpSocket } from '../../kernel/tcp-socket.ts';
import { readToEnd } from './sockets.ts';

/** One connection on which this is sent and answered with a FIN. Resolves with its 4-tuple. */
export async function exchange(listener: TcpListener, text: string): Promise<string> {
  const client = await TcpSocket.connect(listener.address);
  await client.send(Buffer.from(text));
  const { value: server } = await listener.connections().next();
  await server.recv(100);
  server.close();
  await readToEnd(client);
  client.close();
  return client.tuple;
}
