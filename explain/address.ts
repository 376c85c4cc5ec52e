/** Ends of connections as they are held: the bytes of address and port, a character each. */

const ipv4Length = 4;
const portLength = 2;

/** `192.0.2.1:53`, `[2001:db8::1]:53` */
export function addressText(name: string): string {
  const portAt = name.length - portLength;
  const byte = (at: number) => name.charCodeAt(at);
  const port = byte(portAt) * 256 + byte(portAt + 1);
  if (portAt === ipv4Length) return `${byte(0)}.${byte(1)}.${byte(2)}.${byte(3)}:${port}`;
  const address = Buffer.from(name.slice(0, portAt), 'latin1');
  const groups = address.toString('hex').match(/.{4}/g) ?? [];
  // In the form of RFC 5952.
  return `${new URL(`http://[${groups.join(':')}]`).hostname}:${port}`;
}
