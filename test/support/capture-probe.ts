/** Captures with the embedded recorder, takes its device down, captures again, and says what came of it. */
import { startWire, type WireRecorder } from '../../harness/recorders/wire.ts';
import { closeCall, ioctlCall, linux, socketCall } from '../../kernel/libc.ts';
import { bringUpLoopback } from '../../kernel/loopback.ts';
import { UdpSocket } from '../../kernel/udp-socket.ts';
import { anyPort } from './sockets.ts';

/** ioctl SIOCSIFFLAGS of netdevice(7), with no flag set. */
function takeDownLoopback(): void {
  const fd = socketCall(linux.AF_INET, linux.SOCK_DGRAM, 0);
  const request = Buffer.alloc(40);
  request.write('lo', 0, 'latin1');
  ioctlCall(fd, linux.SIOCSIFFLAGS, request);
  closeCall(fd);
}

async function look(wire: WireRecorder, send: (udp: UdpSocket) => unknown): Promise<void> {
  const udp = UdpSocket.bind(anyPort);
  wire.watch(udp.address.port);
  await send(udp);
  const { packets, gap } = await wire.collect(udp.address.port);
  console.log(`seen ${packets.length}, gap ${gap ?? 'none'}`);
  udp.close();
}

try {
  bringUpLoopback();
  const wire = await startWire({ capture: 'embedded' });
  await look(wire, (udp) => udp.send(Buffer.from('x'), udp.address));
  await look(wire, takeDownLoopback);
  await wire.stop();
  await startWire({ capture: 'embedded' });
} catch (error) {
  console.log(String(error));
}
