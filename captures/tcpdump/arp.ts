/** ARP for IPv4 over Ethernet, RFC 826, as tcpdump(8) prints it. */
import { ipv4Text } from './address.ts';
import { has, type Span, u8, u16 } from './span.ts';

const length = 28;
const operation = { request: 1, reply: 2 } as const;

/** Undefined for what is neither a request nor a reply between such addresses. */
export function arpText(message: Span): string | undefined {
  if (!has(message, length)) return ' [|arp]';
  const isEthernet = u16(message, 0) === 1 && u8(message, 4) === 6;
  const isIpv4 = u16(message, 2) === 0x0800 && u8(message, 5) === 4;
  if (!isEthernet || !isIpv4) return undefined;
  const [sender, target] = [ipv4Text(message, 14), ipv4Text(message, 24)];
  switch (u16(message, 6)) {
    case operation.request:
      return requestText(message, sender, target);
    case operation.reply:
      return `ARP, Reply ${sender} is-at ${hardwareText(message, 8)}, length ${message.wireLength}`;
    default:
      return undefined;
  }
}

/** The address that is asked for is known to some who ask. */
function requestText(message: Span, sender: string, target: string): string {
  const { bytes, at, wireLength } = message;
  const isKnown = bytes.subarray(at + 18, at + 24).some((byte) => byte !== 0);
  const known = isKnown ? ` (${hardwareText(message, 18)})` : '';
  return `ARP, Request who-has ${target}${known} tell ${sender}, length ${wireLength}`;
}

function hardwareText({ bytes, at }: Span, offset: number): string {
  return bytes.toString('hex', at + offset, at + offset + 6).replace(/..(?=.)/g, '$&:');
}
