import t from 'tap';
import { bringUpLoopback } from '../../kernel/loopback.ts';
import { connectedPair } from '../support/sockets.ts';

t.test('an interface that is up is left as it is, without any right', async (t) => {
  await connectedPair(t);
  t.doesNotThrow(bringUpLoopback);
  const { client, server } = await connectedPair(t);
  t.equal(client.tuple, server.tuple, 'and connections still come about');
});
