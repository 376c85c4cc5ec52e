import t from 'tap';
import { packetKeeper } from '../../../../harness/commands/trace/packets.ts';
import type { CapturedPacket } from '../../../../harness/recorders/pcap.ts';
import { conversation, handshake } from '../../../support/frame.ts';

const second = 1_000_000;
/** A packet from this port to port 5300. */
function packet(clientPort: number, atUs = 0, upstreamPort = 5300): CapturedPacket {
  const [syn] = conversation(handshake.slice(0, 1), { clientPort, upstreamPort });
  if (!syn) throw new Error('no frame');
  return { ...syn, atUs };
}
const big = (base: CapturedPacket, bytes: number) => ({
  ...base,
  bytes: Buffer.concat([base.bytes, Buffer.alloc(bytes)]),
});

t.test('of ports that were asked for, and of no others', async (t) => {
  const keeper = packetKeeper({ asked: [5300], named: () => new Set([9]) });
  const mine = packet(40_001);
  keeper.see(packet(40_001, 0, 9), 1);
  keeper.see(mine, 1);
  t.strictSame(keeper.packets(), [mine]);
});

t.test('what has passed one device already is the same packet', async (t) => {
  const keeper = packetKeeper({ asked: [], named: () => new Set() });
  const [first, other] = [packet(40_001), packet(40_002)];
  for (const device of [1, 2, 1]) keeper.see(first, device);
  keeper.see(other, 2);
  t.strictSame(keeper.packets(), [first, first, other]);
});

t.test('what nobody has named goes after a while, when room is needed', async (t) => {
  let named = new Set<number>();
  const keeper = packetKeeper({ asked: [], named: () => named });
  keeper.see(packet(40_001), 1);
  keeper.see(packet(40_001, 0, 9), 1);
  t.equal(keeper.packets().length, 2, 'a call may name it yet');
  named = new Set([5300]);
  keeper.see(big(packet(40_002, 6 * second, 9), 17 * 1024 * 1024), 1);
  t.strictSame(
    keeper.packets().map(({ atUs }) => atUs),
    [0, 6 * second],
    'the named one, and the one that is new',
  );
  t.equal(keeper.gap(), undefined);
});

t.test('there is an end to it, which is told', async (t) => {
  const keeper = packetKeeper({ asked: [5300], named: () => new Set(), bytesMax: 1024 * 1024 });
  keeper.see(big(packet(40_001), 1024 * 1024), 1);
  keeper.see(packet(40_001), 1);
  t.equal(keeper.packets().length, 1);
  t.equal(keeper.gap(), 'packets after the first 1 MiB were not kept');
});
