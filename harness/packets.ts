/** What a packet is, whichever transport carries it. Pure. */
import type { Transport, WireEvent } from './event.ts';

/** Every TCP segment has a flag. What ICMP says is about a datagram. */
export function transportOf({ flags }: WireEvent): Transport {
  return flags.length === 0 ? 'udp' : 'tcp';
}

function isDatagram(packet: WireEvent): boolean {
  return transportOf(packet) === 'udp' && packet.icmp === undefined;
}

/** Says that there is nobody at the port: RST, or ICMP port unreachable. */
export function isRefusal({ flags, icmp }: WireEvent): boolean {
  return flags.includes('RST') || icmp !== undefined;
}

/** The client's first packets: a SYN; over UDP, where nothing is opened, any datagram. */
export function isOpening(packet: WireEvent): boolean {
  return packet.from === 'client' && (packet.flags.includes('SYN') || isDatagram(packet));
}
