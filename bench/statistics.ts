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

function quantile(sorted: readonly number[], q: number): number {
  const position = (sorted.length - 1) * q;
  const below = sorted[Math.floor(position)] ?? 0;
  const above = sorted[Math.ceil(position)] ?? below;
  return below + (above - below) * (position - Math.floor(position));
}

export function formatMs({ median, low, high, max }: Spread): string {
  const show = (ms: number) => ms.toFixed(1);
  return `${show(median)} ms (half between ${show(low)} and ${show(high)}, worst ${show(max)})`;
}
