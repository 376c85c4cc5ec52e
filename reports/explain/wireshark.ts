/** Display filters to type into Wireshark, https://www.wireshark.org/docs/man-pages/wireshark-filter.html */
import type { Proof } from '../../explain/diagnosis.ts';
import type { ExplainedConnection } from '../../explain/result.ts';
import { printable } from '../text/printable.ts';

interface Ends {
  host: string;
  port: string;
}

function endsOf(text: string): Ends {
  const address = printable(text);
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, ''), port: address.slice(colon + 1) };
}

const hostField = (host: string) => (host.includes(':') ? 'ipv6.addr' : 'ip.addr');

/** Every packet of a connection, and of others of the same ports. */
export function connectionFilter({
  transport,
  client,
  upstream,
}: Pick<ExplainedConnection, 'transport' | 'client' | 'upstream'>): string {
  const ends = [endsOf(client.address), endsOf(upstream.address)];
  const hosts = [...new Set(ends.map(({ host }) => host))];
  const ports = [...new Set(ends.map(({ port }) => port))];
  return [
    ...hosts.map((host) => `${hostField(host)} == ${host}`),
    ...ports.map((port) => `${transport}.port == ${port}`),
  ].join(' && ');
}

/** The packets that prove something. */
export function framesFilter(proof: readonly Proof[]): string {
  const frames = [...new Set(proof.map(({ frame }) => frame))].sort((a, b) => a - b);
  return `frame.number in {${frames.join(', ')}}`;
}
