import t from 'tap';
import { Channel } from '../../../clients/documented-dns-pool/channel.ts';
import { Deadline } from '../../../clients/go-deadline.ts';
import { virtualClock } from '../../../harness/clocks.ts';

t.test('first in, first out, and no more than there is room for', async (t) => {
  const channel = new Channel<number>(2);
  t.same(
    [1, 2, 3].map((n) => channel.trySend(n)),
    [true, true, false],
  );
  t.equal(channel.length, 2);
  t.same([channel.tryReceive(), channel.tryReceive(), channel.tryReceive()], [1, 2, undefined]);
});

t.test('who waits longest is served first, past the others', async (t) => {
  const clock = virtualClock();
  const channel = new Channel<number>(1);
  const deadline = new Deadline(clock, 10);
  const received = [channel.receive(deadline), channel.receive(deadline)];
  t.ok(channel.trySend(1) && channel.trySend(2));
  t.equal(channel.length, 0);
  t.same(await Promise.all(received), [1, 2]);
  channel.trySend(3);
  t.equal(await channel.receive(deadline), 3);
});

t.test('who has given up is passed over', async (t) => {
  const clock = virtualClock();
  const channel = new Channel<number>(1);
  const given = t.rejects(channel.receive(new Deadline(clock, 10)), { name: 'DeadlineError' });
  clock.advance(10);
  await given;
  channel.trySend(1);
  t.equal(channel.length, 1);
});

t.test('served in the moment in which the time is up: nothing is lost', async (t) => {
  const clock = virtualClock();
  const channel = new Channel<number>(1);
  const received = channel.receive(new Deadline(clock, 10));
  clock.advance(10);
  channel.trySend(1);
  t.equal(await received, 1);
});
