/** A packet socket: sees the packets of a network device as they pass it, packet(7). */
import { closeDescriptor } from './descriptors.ts';
import {
  bindCall,
  errnoName,
  getsockoptCall,
  ifNameToIndexCall,
  linux,
  mmapCall,
  munmapCall,
  socketCall,
  viewOf,
} from './libc.ts';
import { packetFilter } from './packet-filter.ts';
import { type PacketFrame, PacketRing, type RingShape } from './packet-ring.ts';
import { watchDescriptor } from './reactor.ts';
import { nonBlocking, SystemCallError, setOption, takeError, uint32 } from './socket.ts';

/** A packet of the largest size takes more than half of a block. */
const blockBytes = 131_072;

/**
 * How long the kernel keeps a block with packets that is not full. Each such time takes a block of the ring,
 * and wakes this process: it is long because nobody waits for it who can fill the block. Milliseconds.
 */
const retireMs = 50;

/** How many blocks are taken in a turn of the event loop, so that others have their turn in between. */
const blocksPerTurn = 16;

const blockCountMin = 4;

const MAP_FAILED = 0xffff_ffff_ffff_ffffn;

export interface PacketSocketOptions {
  /** `any`: every device of the machine. */
  device: 'lo' | 'any';
  /** Memory for packets that wait to be read, in whole blocks; four of them when it is less. */
  bufferBytes: number;
}

export class PacketSocket {
  readonly #fd: number;
  readonly #address: bigint;
  readonly #shape: RingShape;
  #ring: PacketRing | undefined;
  #dropped = 0;
  #unwatch = () => {};

  /**
   * Every packet of TCP, UDP and ICMP that passes from now on, once. Throws SystemCallError: EPERM without
   * CAP_NET_RAW in the network namespace.
   */
  constructor({ device, bufferBytes }: PacketSocketOptions) {
    // Of no protocol until it is bound, so that nothing comes before filter and ring are there.
    const fd = socketCall(linux.AF_PACKET, linux.SOCK_DGRAM | nonBlocking, 0);
    if (fd === -1) throw new SystemCallError('socket', errnoName());
    this.#fd = fd;
    const blockCount = Math.max(blockCountMin, Math.floor(bufferBytes / blockBytes));
    this.#shape = { blockBytes, blockCount };
    try {
      const loopback = indexOf('lo');
      setOption(fd, linux.SOL_SOCKET, linux.SO_ATTACH_FILTER, packetFilter(loopback));
      requestRing(fd, this.#shape);
      bindToDevice(fd, device === 'lo' ? loopback : 0);
      // Last: a mapping would outlive the descriptor.
      this.#address = mapRing(fd, this.#shape);
    } catch (error) {
      closeDescriptor(fd);
      throw error;
    }
    this.#ring = new PacketRing(viewOf(this.#address, lengthOf(this.#shape)), this.#shape);
  }

  /**
   * Calls back with packets as they come, in turns of the event loop.
   * @param onFailed Called once with the name of an errno when none will come any more: ENETDOWN.
   */
  watch(onFrame: (frame: PacketFrame) => void, onFailed: (errno: string) => void): void {
    this.#unwatch = watchDescriptor(this.#fd, () => {
      if (this.take(onFrame, blocksPerTurn)) return true;
      const errno = this.#ring && takeError(this.#fd);
      if (errno !== undefined) onFailed(errno);
      return false;
    });
  }

  /**
   * Takes what has been handed over by now, without waiting. Answers whether it stopped at `blocksMax` with
   * more to take.
   */
  take(onFrame: (frame: PacketFrame) => void, blocksMax = Number.POSITIVE_INFINITY): boolean {
    for (let blocks = 0; blocks < blocksMax; blocks++) {
      const frames = this.#ring?.take();
      if (!frames) return false;
      for (const frame of frames) onFrame(frame);
    }
    return true;
  }

  /** Packets that the kernel dropped so far, because all blocks were full. Throws SystemCallError. */
  dropped(): number {
    // struct tpacket_stats_v3. To ask for them sets them to zero.
    const counts = Buffer.alloc(12);
    const fd = this.#open('getsockopt');
    const length = uint32(counts.length);
    if (getsockoptCall(fd, linux.SOL_PACKET, linux.PACKET_STATISTICS, counts, length) === -1) {
      throw new SystemCallError('getsockopt', errnoName());
    }
    this.#dropped += counts.readUInt32LE(4);
    return this.#dropped;
  }

  /** Idempotent. */
  close(): void {
    if (!this.#ring) return;
    this.#unwatch();
    // Nothing may look at the memory from here on.
    this.#ring = undefined;
    munmapCall(this.#address, lengthOf(this.#shape));
    closeDescriptor(this.#fd);
  }

  #open(call: string): number {
    if (!this.#ring) throw new SystemCallError(call, 'EBADF');
    return this.#fd;
  }
}

const lengthOf = ({ blockBytes, blockCount }: RingShape) => blockBytes * blockCount;

function indexOf(device: string): number {
  const index = ifNameToIndexCall(device);
  if (index === 0) throw new SystemCallError('if_nametoindex', errnoName());
  return index;
}

function requestRing(fd: number, { blockBytes, blockCount }: RingShape): void {
  setOption(fd, linux.SOL_PACKET, linux.PACKET_VERSION, linux.TPACKET_V3);
  // struct tpacket_req3. Packets are packed: the size of a frame only has to agree with the rest.
  const request = Buffer.alloc(28);
  [blockBytes, blockCount, blockBytes, blockCount, retireMs].forEach((value, index) => {
    request.writeUInt32LE(value, index * 4);
  });
  setOption(fd, linux.SOL_PACKET, linux.PACKET_RX_RING, request);
}

/** Returns where the ring is. */
function mapRing(fd: number, shape: RingShape): bigint {
  const protection = linux.PROT_READ | linux.PROT_WRITE;
  const address = mmapCall(null, lengthOf(shape), protection, linux.MAP_SHARED, fd, 0);
  if (address === null || address === MAP_FAILED) throw new SystemCallError('mmap', errnoName());
  return address;
}

/** @param index 0: all devices. */
function bindToDevice(fd: number, index: number): void {
  // struct sockaddr_ll
  const address = Buffer.alloc(20);
  address.writeUInt16LE(linux.AF_PACKET, 0);
  address.writeUInt16BE(linux.ETH_P_ALL, 2);
  address.writeInt32LE(index, 4);
  // A device that is down is no failure of the call.
  const errno = bindCall(fd, address, address.length) === -1 ? errnoName() : takeError(fd);
  if (errno !== undefined) throw new SystemCallError('bind', errno);
}
