/** IPv4 (RFC 791) and IPv6 (RFC 8200) packets as tcpdump(8) prints them. */
import { ipv4Text, ipv6Text } from './address.ts';
import type { Conversations } from './conversations.ts';
import type { Ends } from './ends.ts';
import { icmpText } from './icmp.ts';
import { icmp6Text } from './icmp6.ts';
import { after, has, type Span, u8, u16 } from './span.ts';
import { tcpText } from './tcp.ts';
import { udpText } from './udp.ts';

const protocols = {
  hopByHop: 0,
  icmp: 1,
  tcp: 6,
  udp: 17,
  fragment: 44,
  icmp6: 58,
  none: 59,
  options: 60,
} as const;

const ipv4Min = 20;
const ipv6Length = 40;

/** Bits of the word with the fragment's offset. */
const moreFragments = 0x2000;
const fragmentOffset = 0x1fff;

export function ipv4Line(packet: Span, conversations: Conversations): string {
  if (!has(packet, 1)) return ' [|ip]';
  const version = u8(packet, 0) >> 4;
  if (version !== 4) return `IP${version} (invalid)`;
  if (!has(packet, ipv4Min)) return 'IP  [|ip]';
  const headerLength = (u8(packet, 0) & 0x0f) * 4;
  if (headerLength < ipv4Min) return `IP bad-hlen ${headerLength}`;
  const total = u16(packet, 2);
  if (total < headerLength) return `IP bad-len ${total}`;
  const missing = total - packet.wireLength;
  const head = missing > 0 ? `IP truncated-ip - ${missing} bytes missing! ` : 'IP ';
  const ends = endsOf(ipv4Text(packet, 12), ipv4Text(packet, 16));
  const fragment = u16(packet, 6);
  const protocol = u8(packet, 9);
  if ((fragment & fragmentOffset) !== 0) return `${head}${ends.alone}ip-proto-${protocol}`;
  if (!has(packet, headerLength)) {
    const captured = packet.end - packet.at;
    const who = protocol === protocols.icmp ? ends.alone : '';
    return `${head}${who} [remaining caplen(${captured}) < header length(${headerLength})] [|ip]`;
  }
  const payload = after(packet, headerLength, total - headerLength);
  const isFragment = (fragment & moreFragments) !== 0;
  return `${head}${carriedText(protocol, payload, ends, isFragment, conversations)}`;
}

export function ipv6Line(packet: Span, conversations: Conversations): string {
  if (!has(packet, ipv6Length)) return ' [|ip6]';
  const length = u16(packet, 4);
  const missing = length + ipv6Length - packet.wireLength;
  const head = missing > 0 ? `IP6 truncated-ip6 - ${missing} bytes missing!` : 'IP6 ';
  const ends = endsOf(ipv6Text(packet, 8), ipv6Text(packet, 24));
  const payload = after(packet, ipv6Length, length);
  return `${head}${behindExtensions(u8(packet, 6), payload, ends, conversations)}`;
}

function endsOf(source: string, destination: string): Ends {
  return {
    source,
    destination,
    withPorts: (from, to) => `${source}.${from} > ${destination}.${to}: `,
    withoutPorts: `${source} > ${destination}: `,
    alone: `${source} > ${destination}: `,
  };
}

/** More than any packet has. */
const extensionsMax = 8;

function behindExtensions(
  first: number,
  start: Span,
  ends: Ends,
  conversations: Conversations,
): string {
  let protocol = first;
  let rest = start;
  let shown = '';
  let isFragment = false;
  for (let seen = 0; seen < extensionsMax; seen++) {
    const extension = extensionAt(protocol, rest);
    if (!extension) break;
    shown += extension.text;
    if (extension.next === undefined) return `${ends.alone}${shown}`;
    isFragment ||= protocol === protocols.fragment;
    protocol = extension.next;
    rest = after(rest, extension.bytes);
  }
  if (protocol === protocols.none) return `${ends.alone}${shown}no next header`;
  const inner = shown === '' ? ends : behind(shown, ends);
  return carriedText(protocol, rest, inner, isFragment, conversations);
}

interface Extension {
  text: string;
  /** Of the whole header. */
  bytes: number;
  /** What follows; undefined when the line ends here. */
  next: number | undefined;
}

/** Undefined when what is there is none. */
function extensionAt(protocol: number, header: Span): Extension | undefined {
  switch (protocol) {
    case protocols.fragment: {
      if (!has(header, 4)) return { text: ' [|frag6]', bytes: 0, next: undefined };
      const offset = u16(header, 2) & 0xfff8;
      const text = `frag (${offset}|${header.wireLength - 8})`;
      // Ports are in the first one.
      if (offset !== 0) return { text, bytes: 8, next: undefined };
      return { text: `${text} `, bytes: 8, next: has(header, 9) ? u8(header, 0) : undefined };
    }
    case protocols.hopByHop:
      return optionsHeader('HBH ', ' [|hbhopt]', header);
    case protocols.options:
      return optionsHeader('DSTOPT ', ' [|dstopt]', header);
    default:
      return undefined;
  }
}

function optionsHeader(text: string, cut: string, header: Span): Extension {
  const bytes = has(header, 2) ? (u8(header, 1) + 1) * 8 : 0;
  if (bytes === 0 || !has(header, bytes)) return { text: cut, bytes, next: undefined };
  return { text, bytes, next: u8(header, 0) };
}

/** The addresses come first, then the headers, then the ports; or the addresses again. */
function behind(shown: string, { source, destination, alone }: Ends): Ends {
  const head = `${alone}${shown}`;
  return {
    source,
    destination,
    withPorts: (from, to) => `${head}${from} > ${to}: `,
    withoutPorts: `${head}${alone}`,
    alone: head,
  };
}

/** What has no lines of its own here is named by its number. */
function carriedText(
  protocol: number,
  payload: Span,
  ends: Ends,
  isFragment: boolean,
  conversations: Conversations,
): string {
  switch (protocol) {
    case protocols.tcp:
      return tcpText(payload, ends, conversations);
    case protocols.udp:
      return udpText(payload, ends, isFragment);
    case protocols.icmp:
      return `${ends.alone}${icmpText(payload)}`;
    case protocols.icmp6:
      return `${ends.alone}${icmp6Text(payload)}`;
    default:
      return `${ends.alone} ip-proto-${protocol} ${payload.wireLength}`;
  }
}
