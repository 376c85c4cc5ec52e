import t from 'tap';
import type { RecordedEvent } from '../../../harness/event.ts';
import { heldResources, recordSockets } from '../../../harness/recorders/sockets.ts';
import { connectedPair, errnoOf } from '../../support/sockets.ts';
import { until } from '../../support/turns.ts';

t.test('a state is recorded when it has changed, for both sides', async (t) => {
  const { client, server } = await connectedPair(t);
  const kept: RecordedEvent[] = [];
  const recorder = recordSockets((event) => kept.push(event));
  t.teardown(() => recorder.stop());
  const told = () => {
    recorder.sample([client.tuple]);
    return kept.splice(0).map((e) => (e.source === 'sockets' ? `${e.side} ${e.state}` : e.source));
  };
  t.strictSame(told(), ['client ESTABLISHED', 'upstream ESTABLISHED']);
  t.strictSame(told(), []);
  server.halfClose();
  await until('the FIN is there', () => recorder.stateOf(client.tuple, 'client') === 'CLOSE_WAIT');
  await until('it is acknowledged', () => told().includes('upstream FIN_WAIT_2'));
  client.close();
  await until('the client is gone', () => recorder.stateOf(client.tuple, 'client') === 'CLOSED');
  t.ok(told().includes('client CLOSED'));
});

t.test('a connection that was reset is CLOSED on both sides', async (t) => {
  const { client, server } = await connectedPair(t);
  const kept: RecordedEvent[] = [];
  const recorder = recordSockets((event) => kept.push(event));
  t.teardown(() => recorder.stop());
  server.reset();
  t.equal(await errnoOf(() => client.recv(1)), 'ECONNRESET');
  recorder.sample([client.tuple]);
  t.match(kept, [
    { tuple: client.tuple, side: 'client', state: 'CLOSED' },
    { tuple: client.tuple, side: 'upstream', state: 'CLOSED' },
  ]);
});

t.test('what goes to a port for datagrams too is a connection once it has a state', async (t) => {
  const { client, server, listener } = await connectedPair(t);
  const kept: RecordedEvent[] = [];
  const { port } = listener.address;
  const recorder = recordSockets((event) => kept.push(event), new Set([port]));
  t.teardown(() => recorder.stop());
  const datagrams = `127.0.0.1:9->127.0.0.1:${port}`;
  const told = () => {
    recorder.sample([client.tuple, datagrams]);
    return kept.splice(0);
  };
  t.match(told(), [{ state: 'ESTABLISHED' }, { state: 'ESTABLISHED' }]);
  server.reset();
  const last = told();
  t.match(last, [
    { side: 'client', state: 'CLOSED' },
    { side: 'upstream', state: 'CLOSED' },
  ]);
  t.ok(last.every((event) => 'tuple' in event && event.tuple === client.tuple));
  recorder.stop();
});

t.test('held resources are counted: descriptors and timers', async (t) => {
  const before = heldResources();
  t.strictSame(heldResources(), before, 'counting holds nothing');
  const { client } = await connectedPair(t);
  const timer = setTimeout(() => undefined, 60_000);
  const held = heldResources();
  t.equal(held.descriptors, before.descriptors + 3, 'listener, client and server');
  t.equal(held.timers, before.timers + 1);
  clearTimeout(timer);
  client.close();
  const after = heldResources();
  t.strictSame([after.descriptors, after.timers], [before.descriptors + 2, before.timers]);
});
