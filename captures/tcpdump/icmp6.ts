/** ICMPv6 messages, RFC 4443 and RFC 4861, as tcpdump(8) prints them. */
import { ipv6Text } from './address.ts';
import { after, has, type Span, u8, u16, u32 } from './span.ts';

const truncated = ' [|icmp6]';
const headerLength = 8;
const ipv6Length = 40;
const protocolNames: ReadonlyMap<number, string> = new Map([
  [6, 'tcp'],
  [17, 'udp'],
]);

/** Behind `::1 > ::1: `. */
export function icmp6Text(message: Span): string {
  if (message.wireLength === 0) return 'ICMP6, length 0 (invalid)';
  if (!has(message, 1)) return truncated;
  const { text, isWhole } = messageText(message);
  if (!isWhole) return `ICMP6, ${text}${truncated}`;
  return `ICMP6, ${text}, length ${message.wireLength}`;
}

interface Part {
  text: string;
  isWhole: boolean;
}

const whole = (text: string): Part => ({ text, isWhole: true });
const cut = (text: string): Part => ({ text, isWhole: false });

function messageText(message: Span): Part {
  const type = u8(message, 0);
  const code = has(message, 2) ? u8(message, 1) : 0;
  const behind = (bytes: number, head: string, rest: () => string) =>
    has(message, bytes) ? whole(`${head}${rest()}`) : cut(head);
  switch (type) {
    case 1:
      return unreachableText(message, code);
    case 2:
      return behind(8, 'packet too big', () => `, mtu ${u32(message, 4)}`);
    case 3:
      return exceededText(message, code);
    case 4:
      return behind(
        headerLength + ipv6Length,
        'parameter problem',
        () => `${problems[code] ?? `, code-#${code}`} - octet ${u32(message, 4)}`,
      );
    case 128:
    case 129: {
      const ids = () => `, id ${u16(message, 4)}, seq ${u16(message, 6)}`;
      return behind(8, `echo ${type === 128 ? 'request' : 'reply'}`, ids);
    }
    case 133:
      return whole('router solicitation');
    case 134:
      return whole('router advertisement');
    case 135:
      return behind(24, 'neighbor solicitation', () => `, who has ${ipv6Text(message, 8)}`);
    case 136:
      return behind(24, 'neighbor advertisement', () => `, tgt is ${ipv6Text(message, 8)}`);
    default:
      return whole(`type-#${type}`);
  }
}

const problems = [', erroneous', ', next header', ', option'];

function unreachableText(message: Span, code: number): Part {
  const head = 'destination unreachable';
  const ip = after(message, headerLength);
  if (code === 4) return portText(`${head}, unreachable port`, ip);
  const reason = reasons[code];
  if (reason === undefined) return whole(`${head}, unknown unreach code (${code})`);
  const start = `${head}, ${reason}`;
  if (!has(ip, ipv6Length)) return cut(start);
  const source = code === codeScope ? `, source address ${ipv6Text(ip, 8)}` : '';
  return whole(`${start} ${ipv6Text(ip, 24)}${source}`);
}

const codeScope = 2;
const reasons = [
  'unreachable route',
  ' unreachable prohibited',
  'beyond scope',
  'unreachable address',
];

function portText(head: string, ip: Span): Part {
  if (!has(ip, ipv6Length)) return cut(head);
  const { protocol, offset } = carriedBy(ip);
  const name = protocol === undefined ? undefined : protocolNames.get(protocol);
  if (name === undefined || !has(ip, offset + 4)) return cut(head);
  return whole(`${head}, ${ipv6Text(ip, 24)} ${name} port ${u16(ip, offset + 2)}`);
}

const fragmentHeader = 44;
const extensionHeaders: ReadonlySet<number> = new Set([0, 43, fragmentHeader, 60]);

/** Behind its extension headers; no protocol in a later fragment. */
function carriedBy(ip: Span): { protocol: number | undefined; offset: number } {
  let protocol = u8(ip, 6);
  let offset = ipv6Length;
  while (extensionHeaders.has(protocol) && has(ip, offset + 2)) {
    if (protocol === fragmentHeader && has(ip, offset + 4) && u16(ip, offset + 2) > 7) {
      return { protocol: undefined, offset };
    }
    const length = protocol === fragmentHeader ? 8 : (u8(ip, offset + 1) + 1) * 8;
    protocol = u8(ip, offset);
    offset += length;
  }
  return { protocol, offset };
}

function exceededText(message: Span, code: number): Part {
  const ip = after(message, headerLength);
  if (code === 1) return whole('time exceeded in-transit (reassembly)');
  if (!has(ip, ipv6Length)) return cut('time exceeded in-transit');
  return whole(`time exceeded in-transit for ${ipv6Text(ip, 24)}`);
}
