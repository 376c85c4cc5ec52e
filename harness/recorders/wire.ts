/** The wire recorder: one capture for a run, its packets sorted by the upstream they belong to. */
import { UdpSocket } from '../../kernel/udp-socket.ts';
import { type Capture, type CaptureName, CaptureUnavailable } from './capture.ts';
import type { CapturedPacket } from './pcap.ts';
import { decodeDatagram, portsOf } from './segment.ts';
import { type CaptureOptions, defaultCapture, startCapture } from './start-capture.ts';

export interface WireRecording {
  packets: CapturedPacket[];
  /** Why the recording is not whole; undefined when nothing was missed. */
  gap: string | undefined;
  /** Set when dropped packets are all that is missing. */
  droppedPackets?: number;
}

export interface WireRecorder {
  /** What takes the packets from the kernel. */
  readonly capture: CaptureName;
  /** Keeps the packets to and from these ports from now on, TCP and UDP alike. */
  watch(...ports: number[]): void;
  /** Every packet of these ports up to now, once all of them have come through. Ends the watch. */
  collect(...ports: number[]): Promise<WireRecording>;
  stop(): Promise<void>;
}

/** How long the last packet may take to come through before the capture counts as broken. */
const barrierMs = 5000;
const markBytes = 4;

export interface WireOptions extends CaptureOptions {
  /** Packets of ports that nobody watches, with the index of the device that they passed. */
  onOther?: (packet: CapturedPacket, device: number) => void;
}

/** Throws CaptureUnavailable. */
export async function startWire({
  onOther,
  capture: name = defaultCapture(),
  ...options
}: WireOptions = {}): Promise<WireRecorder> {
  const watched = new Map<number, CapturedPacket[]>();
  let dropsKnown = 0;
  let brokenBecause: string | undefined;
  let onBarrier: (() => void) | undefined;
  /** What the datagrams of the latest barrier begin with: those of the one before may still come. */
  const mark = Buffer.alloc(markBytes);

  const barrierSocket = UdpSocket.bind({ host: '127.0.0.1', port: 0 });

  const onPacket = (packet: CapturedPacket, seenOn: number) => {
    const ports = portsOf(packet.bytes);
    if (!ports) return;
    // A TCP port of the same number is another port.
    if (ports.transport === 'udp' && ports.destination === barrierSocket.address.port) {
      if (decodeDatagram(packet.bytes)?.payload.subarray(0, markBytes).equals(mark)) onBarrier?.();
      return;
    }
    const kept = watched.get(ports.source) ?? watched.get(ports.destination);
    if (kept) kept.push(packet);
    else onOther?.(packet, seenOn);
  };
  const onEnd = (reason: string) => {
    brokenBecause = reason;
    onBarrier?.();
  };

  let capture: Capture;
  try {
    capture = await startCapture({ onPacket, onEnd }, { ...options, capture: name });
  } catch (error) {
    barrierSocket.close();
    throw error;
  }

  /**
   * A datagram of our own: when it has come through, so has every packet before it. It is sent before
   * this returns.
   */
  const barrier = async () => {
    // Nobody wants those of the one before.
    while (barrierSocket.recvNow());
    mark.writeUInt32LE((mark.readUInt32LE() + 1) >>> 0);
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        brokenBecause = `the capture did not show a packet within ${barrierMs} ms`;
        resolve();
      }, barrierMs);
      onBarrier = () => {
        clearTimeout(timer);
        resolve();
      };
      capture.sendBarrier((fillBytes) => {
        const datagram = Buffer.concat([mark, Buffer.alloc(fillBytes)]);
        barrierSocket.send(datagram, barrierSocket.address).catch(reject);
      });
    });
    onBarrier = undefined;
  };

  /** Why not every packet up to now has come through; undefined when all have. */
  const gapNow = async (): Promise<Omit<WireRecording, 'packets'>> => {
    if (brokenBecause) return { gap: brokenBecause };
    const through = barrier();
    // Asked for at once: what the kernel drops, it drops before the barrier is sent.
    const dropping = capture.droppedSoFar();
    // Nobody waits for it when the capture is broken.
    dropping.catch(() => {});
    await through;
    if (brokenBecause) return { gap: brokenBecause };
    const drops = await dropping;
    const droppedPackets = drops - dropsKnown;
    dropsKnown = drops;
    if (droppedPackets <= 0) return { gap: undefined };
    return {
      gap: `the kernel dropped ${droppedPackets} packets before the capture`,
      droppedPackets,
    };
  };

  /** Ports that are watched together share a list, so that their packets stay in order. */
  const watch = (...ports: number[]) => {
    const packets: CapturedPacket[] = [];
    for (const port of ports) watched.set(port, packets);
  };

  const gapOrEnd = async () => {
    try {
      return await gapNow();
    } catch (error) {
      if (!(error instanceof CaptureUnavailable)) throw error;
      brokenBecause = error.message;
      return { gap: brokenBecause };
    }
  };

  const collect = async (...ports: number[]): Promise<WireRecording> => {
    const missing = await gapOrEnd();
    const packets = [...new Set(ports.map((port) => watched.get(port) ?? []))].flat();
    for (const port of ports) watched.delete(port);
    return { packets, ...missing };
  };

  const stop = async () => {
    barrierSocket.close();
    await capture.stop();
  };

  return { capture: name, watch, collect, stop };
}
