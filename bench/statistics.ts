/** Medians with their spread: the only numbers a benchmark here may print. */

export interface Spread {
  median: number;
  /** Quartiles: half of the values lie between them. */
  low: number;
  high: number;
  max: number;
}

/** Throws a RangeError for no values at all. */
export function spread(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError('spread: expected at least one value, got none');
  const sorted = [...values].sort((a, b) => a - b);
  return {
    median: quantile(sorted, 0.5),
    low: quantile(sorted, 0.25),
    high: quantile(sorted, 0.75),
    max: quantile(sorted, 1),
  };
}

/** Of values in ascending order. */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const position = (sorted.length - 1) * q;
  const below = sorted[Math.floor(position)] ?? 0;
  const above = sorted[Math.ceil(position)] ?? below;
  return below + (above - below) * (position - Math.floor(position));
}

export function formatMs({ median, low, high, max }: Spread): string {
  const show = (ms: number) => ms.toFixed(1);
  return `${show(median)} ms (half between ${show(low)} and ${show(high)}, worst ${show(max)})`;
}

/** With three digits, which is more than the spread lets anybody trust. */
export function formatSpread({ median, low, high }: Spread): string {
  return `${threeDigits(median)} (${threeDigits(low)} to ${threeDigits(high)})`;
}

/** A number above 999 keeps all its digits before the point. */
export function threeDigits(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
