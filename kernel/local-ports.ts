/** The local ports that connect(2) chooses from: ip_local_port_range of ip(7), one of each network namespace. */
import { readFileSync, writeFileSync } from 'node:fs';

const rangeFile = '/proc/sys/net/ipv4/ip_local_port_range';
/** Above those of Linux's own range, which listeners may have taken. */
const firstPort = 61_001;

/** Most there can be, from the first one on. */
export const localPortsMax = 65_535 - firstPort + 1;

/**
 * Leaves this many ports for connections to one address; a connection more fails with EADDRNOTAVAIL. Returns
 * what undoes it. Throws an Error of node:fs where the range may not be written.
 */
export function limitLocalPorts(count: number): () => void {
  const before = readFileSync(rangeFile, 'utf8');
  writeFileSync(rangeFile, `${firstPort} ${firstPort + count - 1}`);
  return () => writeFileSync(rangeFile, before);
}
