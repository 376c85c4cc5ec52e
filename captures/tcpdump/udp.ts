/** UDP datagrams, RFC 768, as tcpdump(8) prints them. */
import { dnsPort, dnsText } from './dns.ts';
import type { Ends } from './ends.ts';
import { after, has, type Span, u16 } from './span.ts';

const headerLength = 8;

/** @param isFragment Then the datagram is longer than what this packet carries. */
export function udpText(datagram: Span, ends: Ends, isFragment: boolean): string {
  if (!has(datagram, 4)) return `${ends.alone} [|udp]`;
  const [source, destination] = [u16(datagram, 0), u16(datagram, 2)];
  const start = ends.withPorts(source, destination);
  const carried = datagram.wireLength - headerLength;
  if (carried < 0) return `${start}truncated-udp ${datagram.wireLength}`;
  if (!has(datagram, headerLength)) return `${start} [|udp]`;
  const said = u16(datagram, 4);
  if (said < headerLength) return `${start}truncated-udplength ${said}`;
  const length = said - headerLength;
  if (source === dnsPort || destination === dnsPort) {
    // The packet is read to its end, whatever length the datagram gives.
    const message = { ...after(datagram, headerLength), wireLength: Math.min(length, carried) };
    return `${start}${dnsText(message)}`;
  }
  if (length > carried && !isFragment) return `${start}UDP, bad length ${length} > ${carried}`;
  return `${start}UDP, length ${length}`;
}
