/** TCP segments, RFC 9293, as tcpdump(8) prints them. */
import { absolute, type Conversations, type Relative } from './conversations.ts';
import { dnsOverTcpText, dnsPort } from './dns.ts';
import type { Ends } from './ends.ts';
import { after, has, type Span, u8, u16, u32 } from './span.ts';
import { optionsText } from './tcp-options.ts';

const headerMin = 20;

/** In the order in which they are printed. */
const flagLetters: readonly (readonly [bit: number, letter: string])[] = [
  [0x01, 'F'],
  [0x02, 'S'],
  [0x04, 'R'],
  [0x08, 'P'],
  [0x10, '.'],
  [0x20, 'U'],
  [0x40, 'E'],
  [0x80, 'W'],
];
const bits = { fin: 0x01, syn: 0x02, rst: 0x04, ack: 0x10, urg: 0x20 } as const;

export function tcpText(segment: Span, ends: Ends, conversations: Conversations): string {
  if (!has(segment, 4)) return `${ends.withoutPorts}[|tcp]`;
  const [sourcePort, destinationPort] = [u16(segment, 0), u16(segment, 2)];
  const start = ends.withPorts(sourcePort, destinationPort);
  if (!has(segment, headerMin) || segment.wireLength < headerMin) return `${start} [|tcp]`;
  const headerLength = (u8(segment, 12) >> 4) * 4;
  const { wireLength } = segment;
  if (headerLength < headerMin) {
    const rest = wireLength - headerLength;
    return `${start} tcp ${rest} [bad hdr length ${headerLength} - too short, < ${headerMin}]`;
  }
  const flags = u8(segment, 13);
  const letters =
    flagLetters.map(([bit, letter]) => (flags & bit ? letter : '')).join('') || 'none';
  const head = `${start}Flags [${letters}]`;
  // Of a broken header too: tcpdump counts from its numbers.
  const relative = relativeOf(segment, flags, ends, [sourcePort, destinationPort], conversations);
  if (headerLength > wireLength) {
    return `${head} [bad hdr length ${headerLength} - too long, > ${wireLength}]`;
  }
  const payload = after(segment, headerLength);
  const parts = [head, ...numbers(segment, flags, payload.wireLength, relative)];
  if (headerLength > headerMin) {
    const options = optionsText(optionsOf(segment, headerLength), relative);
    parts.push(`options ${options.text}`);
    if (!options.isWhole) return parts.join(', ');
  }
  parts.push(`length ${payload.wireLength}`);
  const isDns = sourcePort === dnsPort || destinationPort === dnsPort;
  const more = isDns && payload.wireLength > 0 ? dnsOverTcpText(payload) : '';
  return `${parts.join(', ')}${more}`;
}

/** What follows them may be read as a part of the last one. */
function optionsOf(segment: Span, headerLength: number): Span {
  return { ...after(segment, headerMin, headerLength - headerMin), end: segment.end };
}

/** Only a packet with ACK says where both sides are. */
function relativeOf(
  segment: Span,
  flags: number,
  { source, destination }: Ends,
  [sourcePort, destinationPort]: readonly [number, number],
  conversations: Conversations,
): Relative {
  if (!(flags & bits.ack)) return absolute;
  return conversations.relative(`${source}.${sourcePort}`, `${destination}.${destinationPort}`, {
    seq: u32(segment, 4),
    ack: u32(segment, 8),
    isSyn: (flags & bits.syn) !== 0,
  });
}

function numbers(segment: Span, flags: number, length: number, relative: Relative): string[] {
  const seq = (u32(segment, 4) - relative.seqBase) >>> 0;
  const ack = (u32(segment, 8) - relative.ackBase) >>> 0;
  const isNumbered = length > 0 || (flags & (bits.fin | bits.syn | bits.rst)) !== 0;
  const range = length > 0 ? `${seq}:${(seq + length) >>> 0}` : String(seq);
  return [
    ...(isNumbered ? [`seq ${range}`] : []),
    ...(flags & bits.ack ? [`ack ${ack}`] : []),
    `win ${u16(segment, 14)}`,
    ...(flags & bits.urg ? [`urg ${u16(segment, 18)}`] : []),
  ];
}
