/** What a packet is, whichever transport carries it. Pure. */
import type { WireEvent } from './event.ts';

/** Every TCP segment has a flag. */
function isDatagram({ flags, icmp }: WireEvent): boolean {
  return flags.length === 0 && icmp === undefined;
}

/** Says that there is nobody at the port: RST, or ICMP port unreachable. */
export function isRefusal({ flags, icmp }: WireEvent): boolean {
  return flags.includes('RST') || icmp !== undefined;
}

/** The client's first packets: a SYN; over UDP, where nothing is opened, any datagram. */
export function isOpening(packet: WireEvent): boolean {
  return packet.from === 'client' && (packet.flags.includes('SYN') || isDatagram(packet));
}
