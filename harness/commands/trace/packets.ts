/** Which captured packets are kept, while it is not known yet whose they are. */
import type { CapturedPacket } from '../../recorders/pcap.ts';
import {
  decodeDatagram,
  decodeSegment,
  decodeUnreachable,
  type Ends,
  portsOf,
} from '../../recorders/segment.ts';

export interface PacketKeeper {
  /** @param device Index of the device that the packet passed. */
  see(packet: CapturedPacket, device: number): void;
  packets(): readonly CapturedPacket[];
  /** Why packets are missing; undefined when none is. */
  gap(): string | undefined;
}

export interface KeeperOptions {
  /** Packets of these ports alone are kept. Empty: those of `named`. */
  asked: readonly number[];
  /** Ports that a system call has named so far. A call is heard of after its packets. */
  named: () => ReadonlySet<number>;
  bytesMax?: number;
}

/** Far longer than strace takes to tell of a call. Microseconds. */
const holdUs = 5_000_000;
const pruneBytes = 16 * 1024 * 1024;
const bytesMaxDefault = 256 * 1024 * 1024;

export function packetKeeper({
  asked,
  named,
  bytesMax = bytesMaxDefault,
}: KeeperOptions): PacketKeeper {
  let kept: CapturedPacket[] = [];
  let keptBytes = 0;
  let pruneAtBytes = Math.min(pruneBytes, bytesMax);
  let isFull = false;
  /** Where each pair of ends was first seen: behind a bridge the same packet passes several devices. */
  const devices = new Map<string, number>();

  const isNamed = ({ bytes }: CapturedPacket) => {
    const ports = portsOf(bytes);
    const known = asked.length > 0 ? new Set(asked) : named();
    return ports !== undefined && (known.has(ports.source) || known.has(ports.destination));
  };
  const prune = (nowUs: number) => {
    kept = kept.filter((packet) => packet.atUs > nowUs - holdUs || isNamed(packet));
    keptBytes = kept.reduce((sum, { bytes }) => sum + bytes.length, 0);
    pruneAtBytes = Math.min(keptBytes + pruneBytes, bytesMax);
    isFull = keptBytes >= bytesMax;
    if (!isFull) return;
    // What is still held for its name is the first to go.
    kept = kept.filter(isNamed);
    keptBytes = kept.reduce((sum, { bytes }) => sum + bytes.length, 0);
  };
  const isElsewhere = (flow: string, device: number) => {
    const first = devices.get(flow);
    if (first === undefined) devices.set(flow, device);
    return first !== undefined && first !== device;
  };

  return {
    see(packet, device) {
      if (isFull || (asked.length > 0 && !isNamed(packet))) return;
      const flow = flowOf(packet.bytes);
      if (flow === undefined || isElsewhere(flow, device)) return;
      kept.push(packet);
      keptBytes += packet.bytes.length;
      if (keptBytes >= pruneAtBytes) prune(packet.atUs);
    },
    packets: () => kept,
    gap: () =>
      isFull ? `packets after the first ${bytesMax / 1024 / 1024} MiB were not kept` : undefined,
  };
}

/** Both ends, whichever speaks. */
function flowOf(frame: Buffer): string | undefined {
  const segment = decodeSegment(frame);
  const ends: Ends | undefined = segment ?? decodeDatagram(frame) ?? decodeUnreachable(frame);
  if (!ends) return undefined;
  const texts = [ends.source, ends.destination].map(({ host, port }) => `${host} ${port}`);
  return [segment ? 'tcp' : 'udp', ...texts.sort()].join(' ');
}
