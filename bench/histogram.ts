/** Durations in buckets that double, from 0.1 us up. */
import { quantile } from './statistics.ts';

export interface Bucket {
  fromUs: number;
  toUs: number;
  count: number;
  /** Of all, in this bucket and those before. */
  cumulativePercent: number;
}

const firstUs = 0.1;

/** The first holds all that are shorter than 0.1 us. None for no values; none empty at either end. */
export function bucketsOf(valuesUs: readonly number[]): Bucket[] {
  if (valuesUs.length === 0) return [];
  const counts = new Map<number, number>();
  for (const us of valuesUs) {
    const index = indexOf(us);
    counts.set(index, (counts.get(index) ?? 0) + 1);
  }
  const first = Math.min(...counts.keys());
  const last = Math.max(...counts.keys());
  const buckets: Bucket[] = [];
  let seen = 0;
  for (let index = first; index <= last; index++) {
    const count = counts.get(index) ?? 0;
    seen += count;
    buckets.push({
      fromUs: index === 0 ? 0 : firstUs * 2 ** (index - 1),
      toUs: firstUs * 2 ** index,
      count,
      cumulativePercent: (100 * seen) / valuesUs.length,
    });
  }
  return buckets;
}

function indexOf(us: number): number {
  return us < firstUs ? 0 : 1 + Math.floor(Math.log2(us / firstUs));
}

export interface Percentiles {
  p50: number;
  p99: number;
  max: number;
}

/** Of values in whatever unit, in which the result is too. Throws RangeError for no values. */
export function percentilesOf(values: readonly number[]): Percentiles {
  if (values.length === 0) throw new RangeError('percentilesOf: expected at least one value');
  const sorted = Float64Array.from(values).sort();
  return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), max: quantile(sorted, 1) };
}
