/**
 * Sends a datagram from one end of a pair of devices to the other, and prints what tcpdump and the embedded
 * recorder have seen of it on all devices, a line each: device and frame of each packet.
 * usage: any-probe.js FROM TO, the addresses.
 */
import { startWire } from '../../harness/recorders/wire.ts';
import { UdpSocket } from '../../kernel/udp-socket.ts';

const [, , from = '', to = ''] = process.argv;
const port = 9;

const payload = Buffer.from('from end to end');
const seen = { tcpdump: [] as string[], embedded: [] as string[] };
const start = (capture: keyof typeof seen) =>
  startWire({
    capture,
    device: 'any',
    onOther({ bytes, lengthOnWire }, device) {
      // Each sees the barrier of the other, too.
      if (bytes.includes(payload))
        seen[capture].push(`${device} ${lengthOnWire} ${bytes.toString('hex')}`);
    },
  });
const wires = [await start('tcpdump'), await start('embedded')];
const udp = UdpSocket.bind({ host: from, port });
await udp.send(payload, { host: to, port });
for (const wire of wires) {
  await wire.collect();
  await wire.stop();
}
udp.close();
console.log(`${seen.tcpdump.join()}\n${seen.embedded.join()}`);
