/** The wire recorder: one capture for a run, its packets sorted by the upstream they belong to. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type Capture, CaptureUnavailable, startCapture } from './capture.ts';
import type { CapturedPacket } from './pcap.ts';
import { portsOf } from './segment.ts';

export interface WireRecording {
  packets: CapturedPacket[];
  /** Why the recording is not whole; undefined when nothing was missed. */
  gap: string | undefined;
}

export interface WireRecorder {
  /** Keeps the packets to and from this port from now on. */
  watch(port: number): void;
  /** Every packet of the port up to now, once all of them have come through. Ends the watch. */
  collect(port: number): Promise<WireRecording>;
  stop(): Promise<void>;
}

/** How long the last packet may take to come through before the capture counts as broken. */
const barrierMs = 5000;

/** Throws CaptureUnavailable. */
export async function startWire(): Promise<WireRecorder> {
  const watched = new Map<number, CapturedPacket[]>();
  let dropsKnown = 0;
  let brokenBecause: string | undefined;
  let onBarrier: (() => void) | undefined;

  const barrierSocket = createSocket('udp4');
  barrierSocket.bind(0, '127.0.0.1');
  await once(barrierSocket, 'listening');
  const barrierPort = barrierSocket.address().port;

  const onPacket = (packet: CapturedPacket) => {
    const ports = portsOf(packet.bytes);
    if (!ports) return;
    // A TCP port of the same number is another port.
    if (ports.transport === 'udp' && ports.destination === barrierPort) {
      onBarrier?.();
      return;
    }
    const kept = watched.get(ports.source) ?? watched.get(ports.destination);
    kept?.push(packet);
  };
  const onEnd = (reason: string) => {
    brokenBecause = reason;
    onBarrier?.();
  };

  let capture: Capture;
  try {
    capture = await startCapture(onPacket, onEnd);
  } catch (error) {
    barrierSocket.close();
    throw error;
  }

  /** A datagram of our own: when it has come through, so has every packet before it. */
  const barrier = async () => {
    if (brokenBecause) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        brokenBecause = `the capture did not show a packet within ${barrierMs} ms`;
        resolve();
      }, barrierMs);
      onBarrier = () => {
        clearTimeout(timer);
        resolve();
      };
      barrierSocket.send('barrier', barrierPort, '127.0.0.1');
    });
    onBarrier = undefined;
  };

  const gapNow = async () => {
    if (brokenBecause) return brokenBecause;
    const drops = await capture.droppedSoFar();
    const missed = drops - dropsKnown;
    dropsKnown = drops;
    return missed > 0 ? `the kernel dropped ${missed} packets before the capture` : undefined;
  };

  const collect = async (port: number): Promise<WireRecording> => {
    await barrier();
    const packets = watched.get(port) ?? [];
    watched.delete(port);
    try {
      return { packets, gap: await gapNow() };
    } catch (error) {
      if (!(error instanceof CaptureUnavailable)) throw error;
      brokenBecause = error.message;
      return { packets, gap: error.message };
    }
  };

  const stop = async () => {
    barrierSocket.close();
    await capture.stop();
  };

  return { watch: (port) => watched.set(port, []), collect, stop };
}
