/** Ends of connections as they are held: the bytes of address and port, a character each. */

const ipv4Length = 4;
const portLength = 2;

/** `192.0.2.1:53`, `[2001:db8::1]:53` */
export function addressText(name: string): string {
  const bytes = Buffer.from(name, 'latin1');
  const port = bytes.readUInt16BE(bytes.length - portLength);
  const address = bytes.subarray(0, bytes.length - portLength);
  if (address.length === ipv4Length) return `${address.join('.')}:${port}`;
  const groups = address.toString('hex').match(/.{4}/g) ?? [];
  // In the form of RFC 5952.
  return `${new URL(`http://[${groups.join(':')}]`).hostname}:${port}`;
}
