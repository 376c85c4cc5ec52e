/** The embedded recorder when more comes than it has room for: other captures would miss packets too. */
import t from 'tap';
import { UdpSocket } from '../../../kernel/udp-socket.ts';
import { whyShared } from '../../support/namespace.ts';
import { anyPort } from '../../support/sockets.ts';
import { wireOrReason } from '../../support/wire.ts';

const skip = whyShared ?? false;

t.test('a busy event loop loses nothing', { skip }, async (t) => {
  const wire = await wireOrReason({ capture: 'embedded' });
  if ('unavailable' in wire) throw new Error(wire.unavailable);
  const udp = UdpSocket.bind(anyPort);
  t.teardown(async () => {
    udp.close();
    await wire.stop();
  });
  wire.watch(udp.address.port);
  const count = 20_000;
  // All of them in one tick.
  await Promise.all(
    Array.from({ length: count }, (_, i) => udp.send(Buffer.from(`${i}`), udp.address)),
  );
  const { packets, gap } = await wire.collect(udp.address.port);
  t.equal(gap, undefined);
  t.equal(packets.length, count);
  t.ok(packets.every(({ bytes }, i) => bytes.toString('latin1', 42) === `${i}`));
});

t.test('what found no room is a gap, once', { skip }, async (t) => {
  const wire = await wireOrReason({ capture: 'embedded', bufferBytes: 1 });
  if ('unavailable' in wire) throw new Error(wire.unavailable);
  const udp = UdpSocket.bind(anyPort);
  t.teardown(async () => {
    udp.close();
    await wire.stop();
  });
  const { port } = udp.address;
  wire.watch(port);
  const count = 20;
  const large = Buffer.alloc(65_500);
  await Promise.all(Array.from({ length: count }, () => udp.send(large, udp.address)));
  const { packets, gap } = await wire.collect(port);
  const missed = Number(/the kernel dropped (\d+) packets/.exec(gap ?? '')?.[1]);
  t.equal(packets.length + missed, count);
  t.ok(missed > 0);
  wire.watch(port);
  await udp.send(large, udp.address);
  const after = await wire.collect(port);
  t.equal(after.gap, undefined);
  t.equal(after.packets.length, 1);
});
