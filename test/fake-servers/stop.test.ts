/** stop() leaves nothing open, whenever it is called. */
import fc from 'fast-check';
import t from 'tap';
import { answer, answerAll, close, type Step, untilGate } from '../../fake-servers/step.ts';
import { heldResources } from '../../harness/recorders/sockets.ts';
import { TcpSocket } from '../../kernel/tcp-socket.ts';
import { errnoOf, readToEnd } from '../support/sockets.ts';
import { microtasks } from '../support/turns.ts';
import { playUpstream, type Recorded, withTeardown } from '../support/upstream.ts';

t.test('listener and connections are gone, and stopping again changes nothing', async (t) => {
  const before = heldResources();
  const { upstream, connect, events, recorded } = playUpstream(t, [[answerAll()]]);
  const clients = [await connect(), await connect()];
  await recorded('accepted', 2);
  await upstream.stop();
  for (const client of clients) {
    t.equal((await readToEnd(client)).end, 'EOF');
    client.close();
  }
  const eventCount = events.length;
  await Promise.all([upstream.stop(), upstream.stop()]);
  t.equal(events.length, eventCount);
  t.equal(await errnoOf(() => TcpSocket.connect(upstream.address)), 'ECONNREFUSED');
  t.equal(heldResources().descriptors, before.descriptors);
});

const script: Step[] = [answer(1), untilGate('g'), close()];

t.test('stopped in the middle of any event, nothing is left open', async () => {
  const type = fc.constantFrom<Recorded['type']>('accepted', 'received', 'served', 'fired');
  const before = heldResources().descriptors;
  await fc.assert(
    fc.asyncProperty(type, fc.nat({ max: 30 }), (stopAt, tasks) =>
      withTeardown(async (t) => {
        let stopping: Promise<void> | undefined;
        const { upstream, connect, recorded } = playUpstream(t, [script], {
          onEvent: (event) => {
            if (event.type === stopAt) stopping ??= upstream.stop();
          },
        });
        const client = await connect();
        await microtasks(tasks);
        await client.send(Buffer.from('a')).catch(() => 0);
        await recorded(stopAt);
        await stopping;
        const { end } = await readToEnd(client);
        client.close();
        return ['EOF', 'ECONNRESET'].includes(end) && heldResources().descriptors === before;
      }),
    ),
    { numRuns: 60 },
  );
});

t.test('stopped while a client connects, nothing is left open', async () => {
  const before = heldResources().descriptors;
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 40 }), (tasks) =>
      withTeardown(async (t) => {
        const { upstream, connect } = playUpstream(t, [script]);
        const connecting = connect();
        await microtasks(tasks);
        const [client] = await Promise.all([connecting.catch(() => undefined), upstream.stop()]);
        client?.close();
        return heldResources().descriptors === before;
      }),
    ),
    { numRuns: 60 },
  );
});
