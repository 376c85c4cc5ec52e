/** What a packet socket sees of real traffic on loopback, and what it says when it cannot see. */
import { readdirSync } from 'node:fs';
import t from 'tap';
import type { PacketFrame } from '../../kernel/packet-ring.ts';
import { PacketSocket, type PacketSocketOptions } from '../../kernel/packet-socket.ts';
import { SystemCallError } from '../../kernel/socket.ts';
import { UdpSocket } from '../../kernel/udp-socket.ts';
import { anyPort } from '../support/sockets.ts';
import { until } from '../support/turns.ts';

interface Unwinds {
  teardown(run: () => void): void;
}

/** The smallest there is: four blocks of 128 KiB. */
const small = 1;
const headerBytes = 14 + 20 + 8;

function opened(t: Unwinds, options: Partial<PacketSocketOptions> = {}): PacketSocket {
  const socket = new PacketSocket({ device: 'lo', bufferBytes: small, ...options });
  t.teardown(() => socket.close());
  return socket;
}

function whyNone(): string | false {
  try {
    new PacketSocket({ device: 'lo', bufferBytes: small }).close();
    return false;
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    return error.message;
  }
}
const skip = whyNone();

/** Sends to itself, in the tick in which it is asked to. */
async function sendAll(socket: UdpSocket, sizes: readonly number[]): Promise<void> {
  await Promise.all(sizes.map((bytes) => socket.send(Buffer.alloc(bytes, bytes), socket.address)));
}

const toPort = (port: number) => (frame: PacketFrame) =>
  frame.bytes.readUInt8(23) === 17 && frame.bytes.readUInt16BE(36) === port;

for (const device of ['lo', 'any'] as const) {
  t.test(`${device}: each packet once, whole and in order`, { skip }, async (t) => {
    const socket = opened(t, { device });
    const udp = UdpSocket.bind(anyPort);
    t.teardown(() => udp.close());
    const seen: PacketFrame[] = [];
    socket.watch((frame) => seen.push(frame), t.fail);
    const sizes = [0, 1, 1500, 65_507];
    await sendAll(udp, sizes);
    const own = () => seen.filter(toPort(udp.address.port));
    await until('all have come', () => own().length >= sizes.length);
    t.strictSame(
      own().map(({ bytes }) => bytes.length - headerBytes),
      sizes,
    );
    t.ok(own().every(({ bytes, lengthOnWire }) => bytes.length === lengthOnWire));
    t.ok(
      own().every(({ device: index }) => index === 1),
      'the loopback device',
    );
  });
}

t.test('what does not fit is counted, and later packets are seen again', { skip }, async (t) => {
  const socket = opened(t);
  const udp = UdpSocket.bind(anyPort);
  t.teardown(() => udp.close());
  const seen: PacketFrame[] = [];
  const keep = (frame: PacketFrame) => seen.push(frame);
  // Two do not fit into a block, and nobody gives a block back in this tick.
  const sizes = Array.from({ length: 20 }, () => 65_500);
  await sendAll(udp, sizes);
  const dropped = socket.dropped();
  t.ok(dropped > 0);
  t.equal(socket.dropped(), dropped, 'counted once');
  socket.take(keep);
  await sendAll(udp, [65_500, 65_500]);
  socket.take(keep);
  t.equal(socket.dropped(), dropped, 'there is room again');
  socket.watch(keep, t.fail);
  const own = () => seen.filter(toPort(udp.address.port)).length;
  await until('the rest has come', () => own() + dropped === sizes.length + 2);
});

t.test('a socket that is closed says so, and leaves nothing open', { skip }, async (t) => {
  const before = readdirSync('/proc/self/fd').length;
  const socket = new PacketSocket({ device: 'lo', bufferBytes: small });
  socket.watch(t.fail, t.fail);
  socket.close();
  socket.close();
  t.equal(readdirSync('/proc/self/fd').length, before);
  t.throws(() => socket.dropped(), { code: 'EBADF' });
  t.equal(socket.take(t.fail), false);
});
