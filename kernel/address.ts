/** IPv4 socket addresses as the kernel lays them out, struct sockaddr_in of ip(7). */
import { isIPv4 } from 'node:net';
import { linux } from './libc.ts';

export interface Address {
  host: string;
  port: number;
}

export const sockaddrLength = 16;

/** Throws a TypeError for anything but a dotted IPv4 address and a port from 0 to 65535. */
export function encodeAddress({ host, port }: Address): Buffer {
  if (!isIPv4(host)) {
    throw new TypeError(`expected a dotted IPv4 address such as 127.0.0.1, got "${host}"`);
  }
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new TypeError(`expected a port from 0 to 65535, got ${port}`);
  }
  const bytes = Buffer.alloc(sockaddrLength);
  bytes.writeUInt16LE(linux.AF_INET, 0);
  bytes.writeUInt16BE(port, 2);
  bytes.set(host.split('.').map(Number), 4);
  return bytes;
}

export function decodeAddress(bytes: Buffer): Address {
  return { host: bytes.subarray(4, 8).join('.'), port: bytes.readUInt16BE(2) };
}

/** `127.0.0.1:80`, `[::1]:80` (RFC 3986 section 3.2.2). */
export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The name of a connection in every record: client first, upstream second. */
export function connectionTuple(client: Address, upstream: Address): string {
  return `${formatAddress(client)}->${formatAddress(upstream)}`;
}
