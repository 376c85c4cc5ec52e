/** The arguments of a system call as strace(1) prints them with `-yy`. Pure, and never throws. */
import { isIPv4 } from 'node:net';
import type { Address } from '../../../kernel/address.ts';
import type { Transport } from '../../event.ts';

const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** The end of a quoted string that begins at `from`, the position after its last quote. */
function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** At the commas that stand in no string, structure or array. */
export function splitArguments(text: string): string[] {
  const parts: string[] = [];
  const open: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === '"') at = endOfString(text, at) - 1;
    else if (closing[character] !== undefined) open.push(closing[character]);
    else if (character === open.at(-1)) open.pop();
    else if (character === ',' && open.length === 0) {
      parts.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  const last = text.slice(from).trim();
  return parts.length === 0 && last === '' ? [] : [...parts, last];
}

const named: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  v: '\v',
  f: '\f',
};

/** The bytes of every quoted string in the text, one after the other, as latin1. */
export function quotedBytes(text: string): string {
  let bytes = '';
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at)) {
    const end = endOfString(text, at);
    bytes += text
      .slice(at + 1, end - 1)
      .replace(/\\([0-7]{1,3}|.)/gs, (_, code: string) =>
        /[0-7]/.test(code)
          ? String.fromCharCode(Number.parseInt(code, 8) & 0xff)
          : (named[code] ?? code),
      );
    at = end;
  }
  return bytes;
}

/** `-yy` shows the ends of a socket once the kernel knows them, and the number of its inode until then. */
export interface ShownSocket {
  transport: Transport;
  inode?: string;
  local?: Address;
  remote?: Address;
}

export interface Descriptor {
  number: number;
  /** `other`: no socket of TCP or UDP. Undefined where strace could not tell. */
  shown: ShownSocket | 'other' | undefined;
}

/** `20<TCP:[127.0.0.1:58628->127.0.0.1:45409]>` */
export function parseDescriptor(text: string | undefined): Descriptor | undefined {
  const [, digits, shown] = /^(\d+)(?:<(.*)>)?/s.exec(text ?? '') ?? [];
  if (digits === undefined) return undefined;
  return { number: Number(digits), shown: shown === undefined ? undefined : parseShown(shown) };
}

function parseShown(shown: string): ShownSocket | 'other' | undefined {
  // Not in any list of the kernel any more, or not yet.
  if (/^socket:\[\d+\]$/.test(shown)) return undefined;
  const [, kind, inside = ''] = /^(TCP|UDP)(?:v6)?:\[(.*)\]$/.exec(shown) ?? [];
  if (kind === undefined) return 'other';
  const transport = kind === 'TCP' ? 'tcp' : 'udp';
  if (/^\d+$/.test(inside)) return { transport, inode: inside };
  const [first = '', second] = inside.split('->');
  const local = parseEnd(first);
  const remote = second === undefined ? undefined : parseEnd(second);
  return { transport, ...(local && { local }), ...(remote && { remote }) };
}

function parseEnd(text: string): Address | undefined {
  const [, bracketed, plain = '', port] = /^(?:\[(.*)\]|(.*)):(\d+)$/.exec(text) ?? [];
  if (port === undefined) return undefined;
  return address(bracketed ?? plain, Number(port));
}

const ipv4Address =
  /^\{sa_family=AF_INET, sin_port=htons\((\d+)\), sin_addr=inet_addr\("([\d.]+)"\)/;
const ipv6Address =
  /^\{sa_family=AF_INET6, sin6_port=htons\((\d+)\),.*? inet_pton\(AF_INET6, "([\da-f:.]+)"/;

/** A `struct sockaddr`; undefined for other families and for NULL. */
export function parseSockaddr(text: string | undefined): Address | undefined {
  if (text === undefined) return undefined;
  const [, port, host = ''] = ipv4Address.exec(text) ?? ipv6Address.exec(text) ?? [];
  return port === undefined ? undefined : address(host, Number(port));
}

/** The `msg_name` of a `struct msghdr`. */
export function parseMessageName(text: string | undefined): Address | undefined {
  return parseSockaddr(/^\[?\{(?:msg_hdr=\{)?msg_name=(.*)$/s.exec(text ?? '')?.[1]);
}

/** IPv4 over a socket of IPv6 (RFC 4291 section 2.5.5.2) is IPv4 on the wire. */
function address(host: string, port: number): Address {
  const mapped = host.replace(/^::ffff:/, '');
  return { host: isIPv4(mapped) ? mapped : host, port };
}
