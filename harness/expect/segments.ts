/** Segments of a connection in words, with flags as tcpdump(1) writes them, and whether they were seen. Pure. */
import type { Side, TcpFlag, WireEvent } from '../event.ts';
import type { Timeline } from '../timeline.ts';
import { eventsOf } from './facts.ts';

/** `client S`, `upstream S.`, `upstream F. seq 238`, `client P. seq 110 ack 239 length 13`. */
const written =
  /^(?<from>client|upstream) (?<flags>[SFRPU]*\.?|none)(?: seq (?<seq>\d+))?(?: ack (?<ack>\d+))?(?: length (?<length>\d+))?$/;

/** In the order in which tcpdump writes them. */
const letters: readonly (readonly [TcpFlag, string])[] = [
  ['FIN', 'F'],
  ['SYN', 'S'],
  ['RST', 'R'],
  ['PSH', 'P'],
  ['ACK', '.'],
  ['URG', 'U'],
];

interface Pattern {
  from: Side;
  flags: string;
  seq: number | undefined;
  ack: number | undefined;
  length: number | undefined;
}

/** Undefined when the text is no segment. */
export function parseSegment(text: string): Pattern | undefined {
  const groups = written.exec(text)?.groups;
  if (!groups?.flags) return undefined;
  const figure = (digits: string | undefined) =>
    digits === undefined ? undefined : Number(digits);
  return {
    from: groups.from === 'client' ? 'client' : 'upstream',
    flags: groups.flags,
    seq: figure(groups.seq),
    ack: figure(groups.ack),
    length: figure(groups.length),
  };
}

function flagsOf({ flags }: WireEvent): string {
  return letters.flatMap(([flag, letter]) => (flags.includes(flag) ? [letter] : [])).join('');
}

/** Short, as `packets` is written: numbers only where they tell something. */
export function describeSegment(packet: WireEvent): string {
  const { from, relativeSeq, length } = packet;
  const flags = flagsOf(packet) || 'none';
  const isBareAck = flags === '.' && length === 0;
  return `${from} ${flags}${isBareAck ? '' : ` seq ${relativeSeq}`}${length > 0 ? ` length ${length}` : ''}`;
}

function matches(packet: WireEvent, { from, flags, seq, ack, length }: Pattern): boolean {
  return (
    packet.from === from &&
    (flagsOf(packet) || 'none') === flags &&
    (seq === undefined || packet.relativeSeq === seq) &&
    (ack === undefined || packet.relativeAck === ack) &&
    (length === undefined || packet.length === length)
  );
}

/** Its segments in order, up to the client's close; of those that were sent again, the first. */
export function segmentsOf(timeline: Timeline, connection: number): WireEvent[] {
  const tuple = timeline.connections[connection - 1];
  const end = timeline.events.find((e) => e.source === 'workload' && e.type === 'closing')?.atUs;
  const seen = new Set<string>();
  return eventsOf(timeline, 'wire').filter((packet) => {
    if (packet.tuple !== tuple || (end !== undefined && packet.atUs > end)) return false;
    if (packet.icmp !== undefined) return false;
    const { from, flags, relativeSeq, length } = packet;
    const isSpace = length > 0 || flags.includes('SYN') || flags.includes('FIN');
    // What takes up no sequence number is not sent again: each bare ACK is one of its own.
    if (!isSpace) return true;
    const id = [from, relativeSeq, length, flags.includes('SYN'), flags.includes('FIN')].join();
    if (seen.has(id)) return false;
    seen.add(id);
    return true;
  });
}

/** Whether the written segments were seen in this order; others may have come between. */
export function haveSegments(packets: readonly WireEvent[], wanted: readonly string[]): boolean {
  const patterns = wanted.map(parseSegment);
  let next = 0;
  for (const packet of packets) {
    const pattern = patterns[next];
    if (pattern && matches(packet, pattern)) next += 1;
  }
  return next === patterns.length;
}
