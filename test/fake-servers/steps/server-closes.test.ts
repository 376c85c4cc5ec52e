import t from 'tap';
import { startProxy } from '../../../fake-servers/proxy.ts';
import { connections } from '../../../fake-servers/script.ts';
import { answerAll, serverCloses } from '../../../fake-servers/step.ts';
import { TcpListener } from '../../../kernel/tcp-listener.ts';
import { TcpSocket } from '../../../kernel/tcp-socket.ts';
import { lines } from '../../support/lines.ts';
import { anyPort, readBytes, readToEnd } from '../../support/sockets.ts';
import { until } from '../../support/turns.ts';
import { playUpstream, type Recorded } from '../../support/upstream.ts';

t.test('a fake server closes as its protocol has it, and not before', async (t) => {
  const script = [serverCloses()];
  const { connect, of, hasFired } = playUpstream(t, [script], { protocol: lines() });
  const client = await connect();
  await client.send(Buffer.from('1:a\n'));
  t.equal((await readBytes(client, 4)).toString(), '1:A\n');
  t.strictSame(of('fired'), []);
  await client.send(Buffer.from('QUIT\n'));
  t.match(await readToEnd(client), { bytes: Buffer.from('OVER\n'), end: 'EOF' });
  await hasFired('server-closes');
  t.match(of('fired'), [
    { bytesSent: 9, receipts: [{ segment: 'FIN', relativeSeq: 10, length: 0 }] },
  ]);
});

t.test('a client that leaves first has left the step unplayed', async (t) => {
  const { connect, of, recorded } = playUpstream(t, [[serverCloses()]], { protocol: lines() });
  const client = await connect();
  client.close();
  await recorded('unfired');
  t.match(of('unfired'), [{ step: 'server-closes', isFault: true }]);
});

t.test('what a real server does is passed on and told: FIN, or RST', async (t) => {
  for (const end of ['FIN', 'RST'] as const) {
    const events: Recorded[] = [];
    const server = new TcpListener(anyPort);
    t.teardown(() => server.close());
    const relay = startProxy(
      connections([serverCloses()], [answerAll()]),
      server.address,
      (event) => events.push(event),
    );
    t.teardown(() => relay.stop());
    const client = await TcpSocket.connect(relay.address);
    t.teardown(() => client.close());
    const { value: peer } = await server.connections().next();
    await peer?.send(Buffer.from('hello'));
    t.equal((await readBytes(client, 5)).toString(), 'hello');
    if (end === 'FIN') peer?.close();
    else peer?.reset();
    const fired = () => events.find((event) => event.type === 'fired');
    await until('it is told', () => fired() !== undefined);
    t.match(fired(), {
      step: 'server-closes',
      bytesSent: 5,
      receipts: [{ segment: end, relativeSeq: 6, length: 0 }],
    });
    t.equal((await readToEnd(client)).end, end === 'FIN' ? 'EOF' : 'ECONNRESET');
  }
});
