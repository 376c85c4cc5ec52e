/** A real capture of real datagrams, by each of the captures. */
import t from 'tap';
import { captureNames } from '../../../harness/recorders/capture.ts';
import { wireEvents } from '../../../harness/recorders/wire-events.ts';
import { UdpSocket } from '../../../kernel/udp-socket.ts';
import { udp } from '../../support/endpoints.ts';
import { anyPort, errnoOf } from '../../support/sockets.ts';
import { wireOrReason } from '../../support/wire.ts';

for (const capture of captureNames) {
  const wire = await wireOrReason({ capture });
  const skip = 'unavailable' in wire ? wire.unavailable : false;
  t.teardown(() => ('unavailable' in wire ? undefined : wire.stop()));
  const of = (what: string) => `${capture}: ${what}`;

  t.test(of('the datagrams of a watched port, both ways, and no others'), { skip }, async (t) => {
    if ('unavailable' in wire) return;
    const [server, other] = [UdpSocket.bind(anyPort), UdpSocket.bind(anyPort)];
    const client = UdpSocket.connect(server.address);
    for (const socket of [server, other, client]) t.teardown(() => socket.close());
    wire.watch(server.address.port);
    await client.send(Buffer.from('one'));
    await other.send(Buffer.from('not watched'), other.address);
    await server.send(Buffer.from('three'), client.address);
    await client.send(Buffer.alloc(0));
    await client.send(Buffer.alloc(65_507, 1));
    const { packets, gap } = await wire.collect(server.address.port);
    t.equal(gap, undefined);
    const events = wireEvents(packets, udp(server.address.port));
    t.equal(events.length, packets.length, 'every packet is a datagram');
    t.strictSame(
      events.map(({ from, relativeSeq, length }) => [from, relativeSeq, length]),
      [
        ['client', 1, 3],
        ['upstream', 1, 5],
        ['client', 4, 0],
        ['client', 4, 65_507],
      ],
    );
    t.ok(
      packets.every(({ bytes, lengthOnWire }) => bytes.length === lengthOnWire),
      'none is cut',
    );
  });

  t.test(of('ICMP port unreachable is sorted to the port it is about'), { skip }, async (t) => {
    if ('unavailable' in wire) return;
    const closed = UdpSocket.closedPort(anyPort);
    const client = UdpSocket.connect(closed.address);
    for (const socket of [closed, client]) t.teardown(() => socket.close());
    wire.watch(closed.address.port);
    await client.send(Buffer.from('x'));
    await client.readable();
    t.equal(await errnoOf(() => client.recvNow()), 'ECONNREFUSED');
    const { packets } = await wire.collect(closed.address.port);
    const tuple = `127.0.0.1:${client.address.port}->127.0.0.1:${closed.address.port}`;
    t.match(wireEvents(packets, udp(closed.address.port)), [
      { from: 'client', tuple, length: 1 },
      { from: 'upstream', tuple, icmp: 'port unreachable' },
    ]);
  });
}
