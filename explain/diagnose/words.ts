/** Phrases that diagnoses share. */
import type { Proof } from '../diagnosis.ts';
import type { Moment } from '../moment.ts';

export const proof = ({ frame, atUs }: Moment, what: string): Proof => ({ frame, atUs, what });

/** `10.0 s`, `41 ms`, `0.3 ms` */
export function timeText(us: number): string {
  if (us >= 10_000_000) return `${(us / 1_000_000).toFixed(1)} s`;
  if (us >= 1_000_000) return `${(us / 1_000_000).toFixed(2)} s`;
  if (us >= 10_000) return `${Math.round(us / 1000)} ms`;
  return `${(us / 1000).toFixed(1)} ms`;
}

export function timesText(count: number): string {
  if (count === 1) return 'once';
  return count === 2 ? 'twice' : `${count} times`;
}

/** Whether there are several, or none. */
export const plural = (count: number, one: string, many = `${one}s`) =>
  `${count} ${count === 1 ? one : many}`;
