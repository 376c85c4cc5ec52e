/** A real capture of real connections, by each of the captures. */
import t from 'tap';
import { CaptureUnavailable, captureNames } from '../../../harness/recorders/capture.ts';
import { startCapture } from '../../../harness/recorders/start-capture.ts';
import { wireEvents } from '../../../harness/recorders/wire-events.ts';
import { TcpListener } from '../../../kernel/tcp-listener.ts';
import { tcp } from '../../support/endpoints.ts';
import { exchange } from '../../support/exchange.ts';
import { anyPort, connectedPair } from '../../support/sockets.ts';
import { until } from '../../support/turns.ts';
import { wireOrReason } from '../../support/wire.ts';

for (const capture of captureNames) {
  const wire = await wireOrReason({ capture });
  const skip = 'unavailable' in wire ? wire.unavailable : false;
  t.teardown(() => ('unavailable' in wire ? undefined : wire.stop()));
  const of = (what: string) => `${capture}: ${what}`;

  t.test(of('the packets of a watched port, all of them and no others'), { skip }, async (t) => {
    if ('unavailable' in wire) return;
    const [one, other] = [new TcpListener(anyPort), new TcpListener(anyPort)];
    t.teardown(() => {
      one.close();
      other.close();
    });
    wire.watch(one.address.port);
    wire.watch(other.address.port);
    const tuples: string[] = [];
    for (let i = 0; i < 20; i++) {
      tuples.push(await exchange(one, `one ${i}`));
      await exchange(other, `other ${i}`);
    }
    const { packets, gap } = await wire.collect(one.address.port);
    t.equal(gap, undefined);
    const events = wireEvents(packets, tcp(one.address.port, 'raw'));
    t.equal(events.length, packets.length, 'every packet is a segment');
    t.strictSame([...new Set(events.map(({ tuple }) => tuple))], tuples);
    const sent = events.flatMap(({ from, messages }) => (from === 'client' ? messages : []));
    t.strictSame(
      sent,
      tuples.map((_, i) => `"one ${i}"`),
    );
    // Nothing is missing at the end: both FINs of the last connection are there.
    const last = events.filter(
      ({ tuple, flags }) => tuple === tuples.at(-1) && flags.includes('FIN'),
    );
    t.strictSame(last.map(({ from }) => from).sort(), ['client', 'upstream']);
    t.ok(
      packets.every(({ atUs }, i) => i === 0 || atUs >= (packets[i - 1]?.atUs ?? 0)),
      'in the order of time',
    );

    const rest = await wire.collect(other.address.port);
    t.equal(wireEvents(rest.packets, tcp(other.address.port, 'raw')).length, rest.packets.length);
    t.ok(rest.packets.length > 0);
    t.strictSame(
      await wire.collect(other.address.port),
      { packets: [], gap: undefined },
      'the watch is over',
    );
  });

  t.test(of('what is sent in the tick of the collecting is collected'), { skip }, async (t) => {
    if ('unavailable' in wire) return;
    const { client, listener } = await connectedPair(t);
    wire.watch(listener.address.port);
    // The calls are made at once; the capture has had no turn to hand out a packet. No more than the
    // kernel sends without an acknowledgement: 10 segments, RFC 6928.
    const sending = Array.from({ length: 8 }, () => client.send(Buffer.from('x')));
    const { packets, gap } = await wire.collect(listener.address.port);
    await Promise.all(sending);
    t.equal(gap, undefined);
    const lengths = wireEvents(packets, tcp(listener.address.port, 'raw'))
      .filter(({ from }) => from === 'client')
      .map(({ length }) => length);
    t.equal(
      lengths.reduce((a, b) => a + b, 0),
      sending.length,
    );
  });

  t.test(of('a capture tells what it lost, and ends when asked to'), { skip }, async (t) => {
    let packetCount = 0;
    const endings: string[] = [];
    const running = await startCapture(
      {
        onPacket() {
          packetCount++;
        },
        onEnd: (reason) => endings.push(reason),
      },
      { capture },
    );
    const listener = new TcpListener(anyPort);
    await exchange(listener, 'x');
    listener.close();
    await until('the packets have come through', () => packetCount >= 7);
    t.equal(await running.droppedSoFar(), 0);
    t.equal(await running.droppedSoFar(), 0, 'as often as it is asked');
    await running.stop();
    await running.stop();
    t.strictSame(endings, [], 'an end that was asked for is none to report');
    await t.rejects(running.droppedSoFar(), CaptureUnavailable);
  });
}
