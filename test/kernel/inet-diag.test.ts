import t from 'tap';
import type { TcpState } from '../../harness/event.ts';
import type { Address } from '../../kernel/address.ts';
import { SocketStates } from '../../kernel/inet-diag.ts';
import type { TcpSocket } from '../../kernel/tcp-socket.ts';
import { connectedPair, errnoOf, readToEnd } from '../support/sockets.ts';
import { turns, until } from '../support/turns.ts';

const states = new SocketStates();
t.teardown(() => states.close());

function addressesOf({ tuple }: TcpSocket): [Address, Address] {
  const [client, upstream] = tuple.split('->').map((text) => {
    const [host = '', port = ''] = text.split(':');
    return { host, port: Number(port) };
  });
  if (!client || !upstream) throw new Error(`no two addresses in ${tuple}`);
  return [client, upstream];
}

const clientState = (socket: TcpSocket) => states.stateOf(...addressesOf(socket));
const serverState = (socket: TcpSocket) => {
  const [client, upstream] = addressesOf(socket);
  return states.stateOf(upstream, client);
};

async function comesTo(look: () => TcpState, ...wanted: TcpState[]): Promise<TcpState> {
  await until(`the kernel shows ${wanted.join(' or ')}`, () => wanted.includes(look()));
  return look();
}

/** Sends until nothing more is taken, so that a FIN after it must wait for the peer to read. */
async function fill(socket: TcpSocket): Promise<void> {
  const chunk = Buffer.alloc(16 * 1024 * 1024);
  let taken = 0;
  const sending = errnoOf(async () => {
    for (;;) taken += await socket.send(chunk);
  });
  for (let before = -1; taken !== before; ) {
    before = taken;
    await turns();
  }
  socket.halfClose();
  await sending;
}

t.test('an active and a passive close, state by state', async (t) => {
  const { client, server } = await connectedPair(t);
  t.equal(clientState(client), 'ESTABLISHED');
  t.equal(serverState(client), 'ESTABLISHED');

  server.halfClose();
  t.equal(await comesTo(() => serverState(client), 'FIN_WAIT_2'), 'FIN_WAIT_2');
  t.equal(await comesTo(() => clientState(client), 'CLOSE_WAIT'), 'CLOSE_WAIT');

  client.close();
  await comesTo(() => clientState(client), 'CLOSED');
  t.equal(await comesTo(() => serverState(client), 'TIME_WAIT'), 'TIME_WAIT');
  server.close();
  t.equal(serverState(client), 'TIME_WAIT', 'it outlives its descriptor');
});

t.test('a FIN that waits for room: FIN_WAIT_1 until the peer has read', async (t) => {
  const { client, server } = await connectedPair(t);
  await fill(server);
  t.equal(serverState(client), 'FIN_WAIT_1');
  t.equal(clientState(client), 'ESTABLISHED', 'the FIN has not come');
  const { end } = await readToEnd(client);
  t.equal(end, 'EOF');
  await comesTo(() => serverState(client), 'FIN_WAIT_2');
  t.equal(clientState(client), 'CLOSE_WAIT');
});

t.test('the same after the peer has closed: LAST_ACK until it has read', async (t) => {
  const { client, server } = await connectedPair(t);
  client.halfClose();
  await comesTo(() => serverState(client), 'CLOSE_WAIT');
  await fill(server);
  t.equal(serverState(client), 'LAST_ACK');
  await readToEnd(client);
  await comesTo(() => serverState(client), 'CLOSED');
  t.equal(clientState(client), 'TIME_WAIT');
});

t.test('both close at once: CLOSING until the own FIN is acknowledged', async (t) => {
  const { client, server } = await connectedPair(t);
  await fill(server);
  await fill(client);
  t.strictSame([clientState(client), serverState(client)], ['FIN_WAIT_1', 'FIN_WAIT_1']);
  await readToEnd(client);
  t.equal(await comesTo(() => clientState(client), 'CLOSING'), 'CLOSING');
  await readToEnd(server);
  await comesTo(() => clientState(client), 'TIME_WAIT');
});

t.test('a reset leaves nothing on either side, though the port is listened on', async (t) => {
  const { client, server } = await connectedPair(t);
  server.reset();
  await comesTo(() => clientState(client), 'CLOSED');
  t.equal(serverState(client), 'CLOSED');
});

t.test('a connection that never was is CLOSED', async (t) => {
  const { listener } = await connectedPair(t);
  const nobody = { host: '127.0.0.9', port: 9 };
  t.equal(states.stateOf(nobody, listener.address), 'CLOSED');
  t.equal(states.stateOf(listener.address, nobody), 'CLOSED');
});
