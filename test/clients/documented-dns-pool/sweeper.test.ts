import t from 'tap';
import { Channel } from '../../../clients/documented-dns-pool/channel.ts';
import type { PooledConnection } from '../../../clients/documented-dns-pool/pooled-connection.ts';
import { Sweeper } from '../../../clients/documented-dns-pool/sweeper.ts';
import { GoUdpConnection } from '../../../clients/go-udp-connection.ts';
import { virtualClock } from '../../../harness/clocks.ts';
import { UdpSocket } from '../../../kernel/udp-socket.ts';
import { anyPort } from '../../support/sockets.ts';
import { microtasks } from '../../support/turns.ts';

t.test('every 30 s, what has expired; the order of the others stays', async (t) => {
  const upstream = UdpSocket.bind(anyPort);
  t.teardown(() => upstream.close());
  const idle = new Channel<PooledConnection>(10);
  const pooled = [0, 50_000, 20_000, 60_000].map((lastUsedMs) => {
    const connection = GoUdpConnection.dial(upstream.address);
    t.teardown(() => connection.close());
    return { connection, lastUsedMs };
  });
  for (const one of pooled) idle.trySend(one);
  const clock = virtualClock();
  const expired: number[] = [];
  let done = () => {};
  const expire = async ({ lastUsedMs }: PooledConnection) => {
    expired.push(lastUsedMs);
    await new Promise<void>((resolve) => {
      done = resolve;
    });
  };
  const sweeper = new Sweeper({ clock, idleMs: 60_000, idle, expire });
  clock.advance(59_999);
  t.same(expired, []);
  clock.advance(1);
  t.same(expired, [0], 'as old as the limit');
  clock.advance(30_000);
  t.same(expired, [0], 'one at a time, and a tick in between is dropped');
  done();
  await microtasks();
  t.same(expired, [0, 20_000]);
  done();
  await microtasks();
  t.same([idle.tryReceive()?.lastUsedMs, idle.tryReceive()?.lastUsedMs], [50_000, 60_000]);
  const [first] = pooled;
  if (first) idle.trySend(first);
  sweeper.stop();
  clock.advance(300_000);
  t.same(expired, [0, 20_000], 'stopped');
});
