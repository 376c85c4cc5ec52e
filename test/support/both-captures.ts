/** tcpdump and the embedded recorder side by side over the same traffic. */
import type { CapturedPacket } from '../../harness/recorders/pcap.ts';
import { startWire, type WireRecorder } from '../../harness/recorders/wire.ts';
import { nowUs } from '../../kernel/clock.ts';

export interface Comparison {
  packetCount: number;
  /** The first thing that is not the same; undefined when all is. */
  difference: string | undefined;
  /** How far the times of a packet are apart at most. Microseconds. */
  apartUs: number;
}

/**
 * A recorder that records twice, hands on what the embedded one has, and tells of each collection whether
 * tcpdump has the same packets. Throws CaptureUnavailable.
 */
export async function startBoth(onCompared: (compared: Comparison) => void): Promise<WireRecorder> {
  const tcpdump = await startWire({ capture: 'tcpdump' });
  const embedded = await startWire({ capture: 'embedded' });
  const watchedFromUs = new Map<number, number>();
  return {
    capture: 'embedded',
    watch(...ports) {
      // What was sent before may come through after, or not.
      for (const port of ports) watchedFromUs.set(port, nowUs());
      tcpdump.watch(...ports);
      embedded.watch(...ports);
    },
    async collect(...ports) {
      // What comes between the two barriers, such as a segment that is sent again, is in one of them alone.
      const untilUs = nowUs();
      const [one, other] = await Promise.all([
        embedded.collect(...ports),
        tcpdump.collect(...ports),
      ]);
      const fromUs = Math.max(...ports.map((port) => watchedFromUs.get(port) ?? 0));
      const [ours, theirs] = [one, other].map(({ packets }) =>
        packets.filter(({ atUs }) => atUs >= fromUs && atUs < untilUs),
      ) as [CapturedPacket[], CapturedPacket[]];
      onCompared({
        packetCount: ours.length,
        difference:
          whyGap('embedded', one.gap) ?? whyGap('tcpdump', other.gap) ?? differenceOf(ours, theirs),
        apartUs: ours.reduce(
          (most, { atUs }, i) => Math.max(most, Math.abs(atUs - (theirs[i]?.atUs ?? atUs))),
          0,
        ),
      });
      return one;
    },
    async stop() {
      await embedded.stop();
      await tcpdump.stop();
    },
  };
}

function whyGap(name: string, gap: string | undefined): string | undefined {
  return gap === undefined ? undefined : `${name} has a gap: ${gap}`;
}

/** The first difference in number, order, bytes or length on the wire. */
export function differenceOf(
  embedded: readonly CapturedPacket[],
  tcpdump: readonly CapturedPacket[],
): string | undefined {
  for (const [index, one] of embedded.entries()) {
    const other = tcpdump[index];
    if (!other) break;
    const where = `packet ${index + 1} of ${embedded.length}`;
    if (!one.bytes.equals(other.bytes)) {
      return `${where}: ${one.bytes.toString('hex', 0, 80)}, tcpdump has ${other.bytes.toString('hex', 0, 80)}`;
    }
    if (one.lengthOnWire !== other.lengthOnWire) {
      return `${where}: ${one.lengthOnWire} bytes on the wire, tcpdump has ${other.lengthOnWire}`;
    }
  }
  if (embedded.length === tcpdump.length) return undefined;
  return `${embedded.length} packets, tcpdump has ${tcpdump.length}`;
}
