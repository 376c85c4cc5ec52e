/** The ring is read as the kernel writes it: blocks in turn, packets of any length in each. */
import fc from 'fast-check';
import t from 'tap';
import { type PacketFrame, PacketRing, type RingShape } from '../../kernel/packet-ring.ts';

interface Written {
  payload: Buffer;
  etherType: number;
  device: number;
  atUs: number;
  /** That the packet was longer than what was captured of it. */
  cutBytes: number;
}

const shape: RingShape = { blockBytes: 4096, blockCount: 3 };
const blockHeaderBytes = 48;
/** Of struct tpacket3_hdr and struct sockaddr_ll, aligned, and as much again as the kernel leaves free. */
const frameHeaderBytes = 96;
const statusAt = 8;

/** As the kernel does in tpacket_rcv(): struct tpacket_block_desc, then struct tpacket3_hdr for each packet. */
function fill(memory: ArrayBuffer, block: number, packets: readonly Written[]): void {
  const bytes = Buffer.from(memory, block * shape.blockBytes, shape.blockBytes);
  bytes.writeUInt32LE(packets.length, 12);
  bytes.writeUInt32LE(blockHeaderBytes, 16);
  let at = blockHeaderBytes;
  for (const { payload, etherType, device, atUs, cutBytes } of packets) {
    const totalBytes = Math.ceil((frameHeaderBytes + payload.length) / 8) * 8;
    bytes.writeUInt32LE(totalBytes, at);
    bytes.writeUInt32LE(Math.floor(atUs / 1_000_000), at + 4);
    bytes.writeUInt32LE((atUs % 1_000_000) * 1000 + 999, at + 8);
    bytes.writeUInt32LE(payload.length, at + 12);
    bytes.writeUInt32LE(payload.length + cutBytes, at + 16);
    bytes.writeUInt16LE(frameHeaderBytes, at + 26);
    bytes.writeUInt16BE(etherType, at + 50);
    bytes.writeInt32LE(device, at + 52);
    payload.copy(bytes, at + frameHeaderBytes);
    at += totalBytes;
  }
  bytes.writeUInt32LE(1, statusAt);
}

const isKernels = (memory: ArrayBuffer, block: number) =>
  Buffer.from(memory).readUInt32LE(block * shape.blockBytes + statusAt) === 0;

const packet: fc.Arbitrary<Written> = fc.record({
  payload: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  etherType: fc.constantFrom(0x0800, 0x86dd),
  device: fc.nat(100),
  atUs: fc.integer({ min: 0, max: 2 ** 32 * 1_000_000 - 1 }),
  cutBytes: fc.nat(5),
});

t.test('what was written is read, block by block and around, and given back', async () => {
  fc.assert(
    fc.property(fc.array(fc.array(packet, { maxLength: 9 }), { maxLength: 8 }), (blocks) => {
      const memory = new ArrayBuffer(shape.blockBytes * shape.blockCount);
      const ring = new PacketRing(memory, shape);
      return blocks.every((packets, index) => {
        const block = index % shape.blockCount;
        if (ring.take() !== undefined) return false;
        fill(memory, block, packets);
        const taken = ring.take() ?? [];
        // What comes later into the same memory does not change what was taken.
        const at = block * shape.blockBytes + blockHeaderBytes;
        Buffer.from(memory).fill(0xff, at, at + shape.blockBytes - blockHeaderBytes);
        return (
          isKernels(memory, block) &&
          taken.length === packets.length &&
          packets.every((written, i) => isRead(written, taken[i]))
        );
      });
    }),
  );
});

function isRead(written: Written, read: PacketFrame | undefined): boolean {
  const { payload, etherType, device, atUs, cutBytes } = written;
  const header = Buffer.alloc(14);
  header.writeUInt16BE(etherType, 12);
  return (
    read?.bytes.equals(Buffer.concat([header, payload])) === true &&
    read.lengthOnWire === 14 + payload.length + cutBytes &&
    read.device === device &&
    read.atUs === atUs
  );
}

t.test('blocks that are handed over out of turn wait for the one before', async (t) => {
  const memory = new ArrayBuffer(shape.blockBytes * shape.blockCount);
  const ring = new PacketRing(memory, shape);
  fill(memory, 1, []);
  t.equal(ring.take(), undefined);
  fill(memory, 0, []);
  t.strictSame([ring.take(), ring.take(), ring.take()], [[], [], undefined]);
});
