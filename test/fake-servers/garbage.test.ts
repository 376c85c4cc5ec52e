/** Clients that speak nonsense, and servers that die: a named end, never a hang. */
import fc from 'fast-check';
import t from 'tap';
import { http } from '../../fake-servers/protocols/http.ts';
import { protocols } from '../../fake-servers/protocols/index.ts';
import { startProxy } from '../../fake-servers/proxy.ts';
import { connections, healthy } from '../../fake-servers/script.ts';
import { answer, answerAll, close, serveUntil } from '../../fake-servers/step.ts';
import { TcpListener } from '../../kernel/tcp-listener.ts';
import { TcpSocket } from '../../kernel/tcp-socket.ts';
import { anyPort, errnoOf, readToEnd } from '../support/sockets.ts';
import { until } from '../support/turns.ts';
import { playUpstream, type Recorded, withTeardown } from '../support/upstream.ts';

const garbage = fc.uint8Array({ minLength: 1, maxLength: 300 });

for (const protocol of protocols.filter(({ transport }) => transport === 'tcp')) {
  t.test(`${protocol.name}: whatever bytes come, the connection comes to an end`, async () => {
    await fc.assert(
      fc.asyncProperty(garbage, (bytes) =>
        withTeardown(async (t) => {
          const { connect, of, recorded } = playUpstream(t, [[answerAll()]], { protocol });
          const client = await connect();
          await client.send(bytes);
          client.halfClose();
          const { end } = await readToEnd(client);
          await recorded('accepted');
          return ['EOF', 'ECONNRESET'].includes(end) && of('failed').length === 0;
        }),
      ),
      { numRuns: protocol.name.endsWith('-tls') ? 10 : 40 },
    );
  });
}

t.test(
  'a request that no client would send is told, and faults after it are unfired',
  async (t) => {
    const { connect, of, recorded } = playUpstream(t, [[answer(1), close()]], { protocol: http });
    const client = await connect();
    await client.send(Buffer.from('GET / HTTP/1.1\nHost: a\r\n\r\n'));
    await readToEnd(client);
    await recorded('unfired', 2);
    t.equal(of('malformed').length, 1);
    t.match(of('unfired')[1], { step: 'close', reason: /the client sent what is no message/ });
  },
);

t.test('a server that dies behind a proxy resets the client', async (t) => {
  const listener = new TcpListener(anyPort);
  t.teardown(() => listener.close());
  const proxy = startProxy(healthy(), listener.address, () => {});
  t.teardown(() => proxy.stop());
  const client = await TcpSocket.connect(proxy.address);
  t.teardown(() => client.close());
  const accepted = await listener.connections().next();
  if (accepted.done) throw new Error('nothing was forwarded');
  accepted.value.reset();
  t.equal(await errnoOf(() => client.recv(1)), 'ECONNRESET');
});

t.test(
  'a server that is gone fails the connection, and a step behind it never fires',
  async (t) => {
    const nobody = new TcpListener(anyPort);
    nobody.close();
    const events: Recorded[] = [];
    const script = connections([serveUntil({ bytesSent: 5 }), close()]);
    const proxy = startProxy(script, nobody.address, (event) => events.push(event));
    t.teardown(() => proxy.stop());
    const client = await TcpSocket.connect(proxy.address);
    t.teardown(() => client.close());
    t.equal(await errnoOf(() => client.recv(1)), 'ECONNRESET');
    const unfired = () => events.filter(({ type }) => type === 'unfired');
    await until('what never fired is told', () => unfired().length === 2);
    t.match(
      events.filter(({ type }) => type === 'failed'),
      [{ reason: /cannot be reached/ }],
    );
  },
);
