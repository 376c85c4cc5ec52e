/** The wall clock of the kernel's packet timestamps. */
import { clockGettime } from './libc.ts';

const CLOCK_REALTIME = 0;
const timespec = Buffer.alloc(16);

/** Microseconds since the epoch on CLOCK_REALTIME, clock_gettime(2). */
export function nowUs(): number {
  clockGettime(CLOCK_REALTIME, timespec);
  const seconds = Number(timespec.readBigInt64LE(0));
  // Whole microseconds, as in a classic pcap, so that both clocks compare without rounding.
  return seconds * 1_000_000 + Math.floor(Number(timespec.readBigInt64LE(8)) / 1000);
}

/** Milliseconds since a time of `nowUs`. */
export function msSince(fromUs: number): number {
  return (nowUs() - fromUs) / 1000;
}
