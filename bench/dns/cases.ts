/** How the server is asked: by dnsperf and by the pool alike. */

export interface Case {
  name: string;
  network: 'tcp' | 'udp';
  connections: number;
  /** Of all connections together: of dnsperf's `-q`, and users of the pool. */
  outstanding: number;
  maxInFlight: number;
  /** Queries in a second, the pool's divided by dnsperf's. */
  required: number;
  aim: number;
}

export const cases: readonly Case[] = [
  {
    name: 'tcp-many',
    network: 'tcp',
    connections: 10,
    outstanding: 1000,
    // So that all of them fit.
    maxInFlight: 100,
    required: 1.0,
    aim: 1.3,
  },
  {
    name: 'tcp-one',
    network: 'tcp',
    connections: 10,
    outstanding: 10,
    maxInFlight: 1,
    required: 0.7,
    aim: 0.85,
  },
  {
    name: 'udp',
    network: 'udp',
    connections: 10,
    // dnsperf's own default. With 1000 the kernel drops datagrams, and that is what would be measured.
    outstanding: 100,
    maxInFlight: 100,
    required: 0.4,
    aim: 0.6,
  },
];

export function inWords({ network, connections, outstanding }: Case): string {
  return `${network.toUpperCase()}, ${connections} connections, ${outstanding} queries in flight`;
}
