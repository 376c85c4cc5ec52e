/** The embedded recorder beside tcpdump, over the same traffic; and what it says when it misses something. */
import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect as connectTcp, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import t from 'tap';
import { CaptureUnavailable } from '../../../harness/recorders/capture.ts';
import type { CapturedPacket } from '../../../harness/recorders/pcap.ts';
import { decodeSegment } from '../../../harness/recorders/segment.ts';
import type { WireRecorder } from '../../../harness/recorders/wire.ts';
import { findProgram } from '../../../kernel/programs.ts';
import { TcpListener } from '../../../kernel/tcp-listener.ts';
import type { TcpSocket } from '../../../kernel/tcp-socket.ts';
import { UdpSocket } from '../../../kernel/udp-socket.ts';
import { type Comparison, startBoth } from '../../support/both-captures.ts';
import { exchange } from '../../support/exchange.ts';
import { anyPort, connectedPair, type Pair, readBytes } from '../../support/sockets.ts';
import { withTeardown } from '../../support/upstream.ts';
import { wireOrReason } from '../../support/wire.ts';

const comparisons: Comparison[] = [];
const both = await bothOrReason();
const skip = 'unavailable' in both ? both.unavailable : false;
t.teardown(() => ('unavailable' in both ? undefined : both.stop()));

async function bothOrReason(): Promise<WireRecorder | { unavailable: string }> {
  try {
    return await startBoth((comparison) => comparisons.push(comparison));
  } catch (error) {
    if (error instanceof CaptureUnavailable) return { unavailable: error.message };
    throw error;
  }
}

/** Packets to and from the port while this was played, which both recorders must have alike. */
async function recorded(port: number, play: () => Promise<unknown>): Promise<CapturedPacket[]> {
  if ('unavailable' in both) throw new Error(both.unavailable);
  both.watch(port);
  await play();
  const { packets } = await both.collect(port);
  const compared = comparisons.pop();
  if (!compared || compared.difference !== undefined) throw new Error(compared?.difference);
  return packets;
}

/** Played one after the other over the same port, which is one of TCP and one of UDP. */
const action = fc.oneof(
  fc.record({ kind: fc.constant('datagram' as const), length: fc.nat(65_507) }),
  fc.record({ kind: fc.constant('stream' as const), length: fc.integer({ min: 1, max: 100_000 }) }),
  fc.record({ kind: fc.constant('exchange' as const), length: fc.integer({ min: 1, max: 50 }) }),
);
type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

async function play({ kind, length }: Action, { client, server, listener }: Pair, udp: UdpSocket) {
  const bytes = Buffer.alloc(length, 7);
  switch (kind) {
    case 'datagram':
      return udp.send(bytes, udp.address);
    case 'stream':
      await Promise.all([sendAll(client, bytes), readBytes(server, length)]);
      return;
    case 'exchange':
      await exchange(listener, bytes.toString());
  }
}

async function sendAll(socket: TcpSocket, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += await socket.send(bytes.subarray(at));
}

t.test('TCP and UDP of any lengths are the same for both', { skip }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 8 }), async (actions) =>
      withTeardown(async (t) => {
        const pair = await connectedPair(t);
        const udp = UdpSocket.bind(pair.listener.address);
        t.teardown(() => udp.close());
        const packets = await recorded(udp.address.port, async () => {
          for (const one of actions) await play(one, pair, udp);
        });
        return packets.length >= actions.length;
      }),
    ),
    { numRuns: 20 },
  );
});

t.test('a stream that leaves in the largest frames there are', { skip }, async (t) => {
  const { client, server, listener } = await connectedPair(t);
  const sent = Buffer.alloc(4_000_000, 7);
  const packets = await recorded(listener.address.port, async () => {
    await Promise.all([sendAll(client, sent), readBytes(server, sent.length)]);
  });
  t.ok(packets.some(({ bytes }) => bytes.length > 60_000));
});

t.test('a reset, a refused connection and a closed UDP port', { skip }, async (t) => {
  const { client, server, listener } = await connectedPair(t);
  const reset = await recorded(listener.address.port, async () => {
    server.reset();
    await client.recv(1).catch(() => {});
  });
  t.ok(reset.some(({ bytes }) => decodeSegment(bytes)?.flags.includes('RST')));

  const closed = UdpSocket.closedPort(anyPort);
  const udp = UdpSocket.connect(closed.address);
  t.teardown(() => {
    closed.close();
    udp.close();
  });
  const unreachable = await recorded(closed.address.port, async () => {
    await udp.send(Buffer.from('x'));
    await udp.readable();
  });
  t.strictSame(
    unreachable.map(({ bytes }) => bytes.readUInt8(23)),
    [17, 1],
    'a datagram, and ICMP',
  );
});

t.test('IPv6', { skip: skip || (await whyNoIpv6()) }, async (t) => {
  const server = createServer((socket) => socket.end('bye'));
  server.listen(0, '::1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a port');
  const udp = createSocket('udp6');
  t.teardown(() => {
    udp.close();
    server.close();
  });
  const packets = await recorded(address.port, async () => {
    const socket = connectTcp(address.port, '::1');
    socket.resume();
    await once(socket, 'close');
    // Nobody listens there over UDP: what comes back is ICMPv6, which neither records.
    await new Promise((resolve) => udp.send('x', address.port, '::1', resolve));
  });
  t.ok(packets.length >= 8);
  t.ok(packets.every(({ bytes }) => bytes.readUInt16BE(12) === 0x86dd));
});

t.test('their times agree on what came after what', { skip }, async (t) => {
  if ('unavailable' in both) return;
  const [one, other] = await Promise.all([
    wireOrReason({ capture: 'embedded' }),
    wireOrReason({ capture: 'tcpdump' }),
  ]);
  if ('unavailable' in one || 'unavailable' in other) throw new Error('expected two captures');
  const listener = new TcpListener(anyPort);
  const { port } = listener.address;
  for (const wire of [one, other]) wire.watch(port);
  for (let i = 0; i < 50; i++) await exchange(listener, 'x');
  listener.close();
  const recordings = [await one.collect(port), await other.collect(port)];
  for (const wire of [one, other]) await wire.stop();
  const [ours = [], theirs = []] = recordings.map(({ packets }) => packets);
  // SYN, SYN and ACK, ACK: each is sent because the one before has been received, which is after both
  // recorders were shown it.
  const handshakes = ours.flatMap(({ bytes }, i) =>
    decodeSegment(bytes)?.flags.join() === 'SYN' ? [i] : [],
  );
  t.equal(handshakes.length, 50);
  const at = (i: number) => [ours[i]?.atUs ?? Number.NaN, theirs[i]?.atUs ?? Number.NaN];
  const isInOrder = (i: number) => Math.max(...at(i)) <= Math.min(...at(i + 1));
  t.ok(handshakes.every((i) => isInOrder(i) && isInOrder(i + 1)));
});

const unshare = findProgram('unshare') ?? 'unshare';

const support = (file: string) =>
  fileURLToPath(new URL(`../../support/${file}.js`, import.meta.url));

/** What the command says in a namespace that these arguments of unshare(1) make. */
function inNamespace(args: readonly string[], command: readonly string[]): string[] {
  const { stdout } = spawnSync(unshare, [...args, ...command], { encoding: 'utf8' });
  return stdout.trim().split('\n');
}
const probe = (...args: string[]) =>
  inNamespace(args, [process.execPath, support('capture-probe')]);
const skipProbe =
  spawnSync(unshare, ['--user', '--net', 'true']).status === 0
    ? false
    : 'user namespaces are not allowed here';

t.test('without the right to capture it says what is missing', { skip: skipProbe }, async (t) => {
  // The network stays that of the namespace outside, over which this user has no rights.
  const [said, ...more] = probe('--user', '--map-current-user');
  t.match(said, /^CaptureUnavailable: packets may not be captured here: .*CAP_NET_RAW.*doctor/);
  t.strictSame(more, []);
});

t.test(
  'in a network of their own any user may; a device down is a gap',
  { skip: skipProbe },
  async (t) => {
    t.strictSame(probe('--user', '--map-current-user', '--keep-caps', '--net'), [
      'seen 1, gap none',
      'seen 0, gap the packet socket failed: ENETDOWN',
      'CaptureUnavailable: the packet socket cannot be set up: bind: ENETDOWN',
    ]);
  },
);

/** As root without a user namespace: tcpdump cannot give up its rights there. */
const ownNetwork =
  process.getuid?.() === 0 ? ['--net'] : ['--user', '--map-current-user', '--keep-caps', '--net'];
const ip = findProgram('ip') ?? 'ip';
const addPair = [ip, 'link', 'add', 'type', 'veth'];
const skipPair =
  skip ||
  (spawnSync(unshare, [...ownNetwork, ...addPair]).status !== 0 && 'no pair of devices here');

t.test('any device: one packet on the two that it passes', { skip: skipPair }, async (t) => {
  // The address of the other end belongs to nobody: or the kernel would take the short way, over loopback.
  const pair = `ip link set lo up
    ip link add one type veth peer name other address 02:00:00:00:00:02
    ip addr add 192.0.2.1/24 dev one
    ip link set one up
    ip link set other up
    ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev one
    exec "$0" "$@"`;
  const node = [process.execPath, support('any-probe'), '192.0.2.1', '192.0.2.2'];
  const [theirs, ours] = inNamespace(ownNetwork, ['sh', '-ec', pair, ...node]);
  t.equal(ours, theirs);
  t.equal(ours?.split(',').length, 2);
});

async function whyNoIpv6(): Promise<string | false> {
  const server = createServer();
  server.listen(0, '::1');
  try {
    await once(server, 'listening');
    return false;
  } catch (error) {
    return String(error);
  } finally {
    server.close();
  }
}
