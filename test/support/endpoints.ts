/** Where upstreams of a test listen, as they are recorded. */
import type { RecordedEndpoint } from '../../harness/evidence.ts';

export const tcp = (port: number, protocol: string): RecordedEndpoint[] => [
  { port, transport: 'tcp', protocol },
];

export const udp = (port: number): RecordedEndpoint[] => [
  { port, transport: 'udp', protocol: 'dns-udp' },
];
