/** ICMP messages, RFC 792 and RFC 1812 section 5.2.7.1, as tcpdump(8) prints them. */
import { ipv4Text } from './address.ts';
import { after, has, type Span, u8, u16 } from './span.ts';

const truncated = ' [|icmp]';
const headerLength = 8;
const protocolNames: ReadonlyMap<number, string> = new Map([
  [6, 'tcp'],
  [17, 'udp'],
]);

/** Behind `127.0.0.1 > 127.0.0.1: `. */
export function icmpText(message: Span): string {
  const text = has(message, neededOf(message)) ? messageText(message) : undefined;
  return text === undefined ? truncated : `ICMP ${text}, length ${message.wireLength}`;
}

const sourceQuench = 4;

/** What must have been captured of a message for it to be read. */
function neededOf(message: Span): number {
  return has(message, 2) && u8(message, 0) === sourceQuench ? 2 : headerLength;
}

/** Undefined when it was cut. */
function messageText(message: Span): string | undefined {
  const [type, code] = [u8(message, 0), u8(message, 1)];
  switch (type) {
    case 0:
    case 8:
      return `echo ${type === 0 ? 'reply' : 'request'}, id ${u16(message, 4)}, seq ${u16(message, 6)}`;
    case 3:
      return unreachableText(message, code);
    case sourceQuench:
      return 'source quench';
    case 5:
      return redirectText(message, code);
    case 11:
      if (!has(message, headerLength + 20)) return undefined;
      return exceeded.get(code) ?? `time exceeded-#${code}`;
    case 12:
      return code === 0 ? `parameter problem - octet ${u8(message, 4)}` : undefined;
    case 13:
      return `time stamp query id ${u16(message, 4)} seq ${u16(message, 6)}`;
    default:
      return `type-#${type}`;
  }
}

const exceeded: ReadonlyMap<number, string> = new Map([
  [0, 'time exceeded in-transit'],
  [1, 'ip reassembly time exceeded'],
]);

/** By code; the address is that of the packet which did not arrive. */
const unreachable: ReadonlyMap<number, (to: string, repeated: Repeated) => string> = new Map([
  [0, (to: string) => `net ${to} unreachable`],
  [1, (to: string) => `host ${to} unreachable`],
  [2, (to: string, { protocol }: Repeated) => `${to} protocol ${protocol} unreachable`],
  [3, portText],
  [
    4,
    (to: string, { mtu }: Repeated) =>
      `${to} unreachable - need to frag${mtu === 0 ? '' : ` (mtu ${mtu})`}`,
  ],
  [5, (to: string) => `${to} unreachable - source route failed`],
  [6, (to: string) => `net ${to} unreachable - unknown`],
  [7, (to: string) => `host ${to} unreachable - unknown`],
  [8, (to: string) => `${to} unreachable - source host isolated`],
  [9, (to: string) => `net ${to} unreachable - admin prohibited`],
  [10, (to: string) => `host ${to} unreachable - admin prohibited`],
  [11, (to: string) => `net ${to} unreachable - tos prohibited`],
  [12, (to: string) => `host ${to} unreachable - tos prohibited`],
  [13, (to: string) => `host ${to} unreachable - admin prohibited filter`],
  [14, (to: string) => `host ${to} unreachable - host precedence violation`],
  [15, (to: string) => `host ${to} unreachable - precedence cutoff`],
]);

interface Repeated {
  protocol: number;
  port: number | undefined;
  mtu: number;
}

const codePort = 3;

function unreachableText(message: Span, code: number): string | undefined {
  const ip = after(message, headerLength);
  if (!has(ip, 20)) return undefined;
  const headerBytes = (u8(ip, 0) & 0x0f) * 4;
  const port = has(ip, headerBytes + 4) ? u16(ip, headerBytes + 2) : undefined;
  if (code === codePort && port === undefined) return undefined;
  const text = unreachable.get(code);
  const repeated = { protocol: u8(ip, 9), port, mtu: u16(message, 6) };
  return text ? text(ipv4Text(ip, 16), repeated) : `${ipv4Text(ip, 16)} unreachable - #${code}`;
}

function portText(to: string, { protocol, port }: Repeated): string {
  const name = protocolNames.get(protocol);
  if (name) return `${to} ${name} port ${port} unreachable`;
  return `${to} protocol ${protocol} port ${port} unreachable`;
}

const redirects = ['net', 'host', 'tos-net', 'tos-host'];

function redirectText(message: Span, code: number): string | undefined {
  const ip = after(message, headerLength);
  if (!has(ip, 20)) return undefined;
  const kind = redirects[code];
  const to = ipv4Text(ip, 16);
  const gateway = ipv4Text(message, 4);
  if (kind === undefined) return `redirect-#${code} ${to} to net ${gateway}`;
  return `redirect ${to} to ${kind} ${gateway}`;
}
