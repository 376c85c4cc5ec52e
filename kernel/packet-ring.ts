/**
 * Reads the memory that the kernel fills with packets and shares with this process: a ring of TPACKET_V3
 * (Documentation/networking/packet_mmap.rst, linux/if_packet.h).
 *
 * The ring is made of blocks. The kernel packs packets of any length into one, hands it over when the next
 * packet does not fit or a time has passed, and goes on with the next block, if that was given back.
 */

/** Blocks are used in turn; the memory is one block after the other. */
export interface RingShape {
  blockBytes: number;
  blockCount: number;
}

export interface PacketFrame {
  /** Microseconds since the epoch. */
  atUs: number;
  /** A copy, from an Ethernet header on whose addresses are zero, as they are on loopback. */
  bytes: Buffer;
  /** More than `bytes` holds when the packet was larger than a block. */
  lengthOnWire: number;
  /** Index of the network device that it passed. */
  device: number;
}

// struct tpacket_block_desc
const blockStatusAt = 8;
const packetCountAt = 12;
const firstPacketAt = 16;
const statusKernel = 0;
const statusUser = 1;

// struct tpacket3_hdr, and struct sockaddr_ll behind it
const nextAt = 0;
const secondsAt = 4;
const nanosecondsAt = 8;
const capturedLengthAt = 12;
const lengthAt = 16;
const networkHeaderAt = 26;
const protocolAt = 50;
const deviceAt = 52;

const ethernetLength = 14;
const etherTypeAt = 12;

export class PacketRing {
  readonly #bytes: Buffer;
  readonly #words: Int32Array;
  readonly #shape: RingShape;
  /** Index of the block that the kernel hands over next. */
  #next = 0;

  constructor(memory: ArrayBuffer, shape: RingShape) {
    this.#bytes = Buffer.from(memory);
    this.#words = new Int32Array(memory);
    this.#shape = shape;
  }

  /** The packets of the next block, which is given back; undefined while the kernel still fills it. */
  take(): PacketFrame[] | undefined {
    const { blockBytes, blockCount } = this.#shape;
    const block = this.#next * blockBytes;
    const statusWord = (block + blockStatusAt) / Int32Array.BYTES_PER_ELEMENT;
    // Atomic, because another processor writes: the packets are read after this, and before the store.
    if ((Atomics.load(this.#words, statusWord) & statusUser) === 0) return undefined;
    const frames = this.#framesOf(block);
    Atomics.store(this.#words, statusWord, statusKernel);
    this.#next = (this.#next + 1) % blockCount;
    return frames;
  }

  #framesOf(block: number): PacketFrame[] {
    const count = this.#bytes.readUInt32LE(block + packetCountAt);
    let at = block + this.#bytes.readUInt32LE(block + firstPacketAt);
    const frames: PacketFrame[] = [];
    for (let i = 0; i < count; i++) {
      frames.push(this.#frameAt(at));
      at += this.#bytes.readUInt32LE(at + nextAt);
    }
    return frames;
  }

  #frameAt(at: number): PacketFrame {
    const ring = this.#bytes;
    const capturedLength = ring.readUInt32LE(at + capturedLengthAt);
    const from = at + ring.readUInt16LE(at + networkHeaderAt);
    const bytes = Buffer.allocUnsafe(ethernetLength + capturedLength);
    bytes.fill(0, 0, etherTypeAt);
    ring.copy(bytes, etherTypeAt, at + protocolAt, at + protocolAt + 2);
    ring.copy(bytes, ethernetLength, from, from + capturedLength);
    return {
      atUs:
        ring.readUInt32LE(at + secondsAt) * 1_000_000 +
        Math.floor(ring.readUInt32LE(at + nanosecondsAt) / 1000),
      bytes,
      lengthOnWire: ethernetLength + ring.readUInt32LE(at + lengthAt),
      device: ring.readInt32LE(at + deviceAt),
    };
  }
}
