/**
 * The lines of `tcpdump -n -tttt -r FILE`, one for each frame. TCP with its options, UDP, ICMP and ICMPv6 over
 * IPv4 and IPv6, ARP, and DNS on port 53 are printed as tcpdump 4.99 prints them. What else tcpdump knows (other
 * protocols on well-known ports such as HTTP on 80 and mDNS on 5353, MPTCP and TCP-AO options, IPv6 routing
 * headers, other link layers) is not: the packet has a line, but a shorter one.
 */
import type { Frame } from '../frame.ts';
import { ipStart, linkTypes } from '../link.ts';
import { arpText } from './arp.ts';
import { Conversations } from './conversations.ts';
import { ipv4Line, ipv6Line } from './ip.ts';
import { after, type Span, u8, u16, u32 } from './span.ts';

export interface TcpdumpOptions {
  /**
   * The name of a network device, which frames of the device `any` give as a number; tcpdump asks the machine
   * that it runs on. Undefined for one that it does not have.
   */
  deviceName: (index: number) => string | undefined;
}

export type TcpdumpPrinter = (frame: Frame) => string;

/** Frames are to be handed over in their order: numbers of TCP are counted from earlier ones. */
export function tcpdumpPrinter({ deviceName }: TcpdumpOptions): TcpdumpPrinter {
  const conversations = new Conversations();
  const time = timePrinter();
  return (frame) => {
    if (frame.start === frame.end) return emptyText(frame);
    return `${time(frame.atUs)} ${frameText(frame, conversations, deviceName)}`;
  };
}

function emptyText({ lengthOnWire }: Frame): string {
  return `[Invalid header: caplen==0${lengthOnWire === 0 ? ', len==0' : ''}]`;
}

function frameText(
  frame: Frame,
  conversations: Conversations,
  deviceName: TcpdumpOptions['deviceName'],
): string {
  const { bytes, start, end, linkType, lengthOnWire } = frame;
  const span: Span = { bytes, at: start, end, wireLength: lengthOnWire };
  const link = links.get(linkType);
  if (link && end - start < link.headerLength) return ` [|${link.name}]`;
  const head = linkType === linkTypes.linuxSll2 ? deviceText(span, deviceName) : '';
  const at = ipStart(bytes, start, end, linkType);
  if (at < 0) return `${head}${notIp(span, linkType)}`;
  const packet: Span = { bytes, at, end, wireLength: lengthOnWire - (at - start) };
  const isIpv6 = at < end && u8(packet, 0) >> 4 === 6;
  return `${head}${isIpv6 ? ipv6Line(packet, conversations) : ipv4Line(packet, conversations)}`;
}

const links: ReadonlyMap<number, { name: string; headerLength: number; typeAt?: number }> = new Map(
  [
    [linkTypes.ethernet, { name: 'ether', headerLength: 14, typeAt: 12 }],
    [linkTypes.linuxSll, { name: 'sll', headerLength: 16, typeAt: 14 }],
    [linkTypes.linuxSll2, { name: 'sll2', headerLength: 20, typeAt: 0 }],
    [linkTypes.null, { name: 'null', headerLength: 4 }],
    [linkTypes.loop, { name: 'null', headerLength: 4 }],
  ],
);

const etherTypeArp = 0x0806;

function notIp(frame: Span, linkType: number): string {
  const link = links.get(linkType);
  if (link?.typeAt === undefined) return `not IP, length ${frame.wireLength}`;
  const type = u16(frame, link.typeAt);
  const arp = type === etherTypeArp ? arpText(after(frame, link.headerLength)) : undefined;
  return arp ?? `ethertype 0x${type.toString(16).padStart(4, '0')}, length ${frame.wireLength}`;
}

/** What the packet was to the machine that captured it; https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html */
const directions = ['In', 'B', 'M', 'P', 'Out'];

function deviceText(frame: Span, deviceName: TcpdumpOptions['deviceName']): string {
  const name = deviceName(u32(frame, 4)) ?? '?';
  const direction = directions[u8(frame, 10)] ?? '?';
  return `${name.padEnd(5)} ${direction.padEnd(3)} `;
}

/** `2026-11-21 19:09:49.000005`, in the time zone of the process. */
function timePrinter(): (atUs: number) => string {
  let second = Number.NaN;
  let text = '';
  return (atUs) => {
    const now = Math.floor(atUs / 1_000_000);
    if (now !== second) {
      second = now;
      text = secondText(new Date(now * 1000));
    }
    return `${text}.${String(atUs % 1_000_000).padStart(6, '0')}`;
  };
}

const two = (number: number) => String(number).padStart(2, '0');

function secondText(at: Date): string {
  const date = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  return `${date} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')}`;
}
