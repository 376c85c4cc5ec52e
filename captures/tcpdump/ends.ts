/** The two ends of an IP packet, and how they stand before what it carries, with the colon. */
export interface Ends {
  source: string;
  destination: string;
  /** `127.0.0.1.40000 > 127.0.0.1.53: `; behind an extension header of IPv6 the ports come after it. */
  withPorts(source: number, destination: number): string;
  /** `127.0.0.1 > 127.0.0.1: `, where there are ports that were not captured. */
  withoutPorts: string;
  /** The same before what has no ports. */
  alone: string;
}
