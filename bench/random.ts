/** Chance that can be had again: the same seed gives the same numbers. */

/** Numbers from 0 up to but not including 1, by mulberry32. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from 0 up to but not including `below`. */
export function wholeBelow(random: () => number, below: number): number {
  return Math.floor(random() * below);
}

/** Picks a key with a chance in proportion to its weight. Throws RangeError when all weights are 0. */
export function weighted<K extends string>(
  random: () => number,
  weights: Readonly<Record<K, number>>,
): K {
  const entries = Object.entries(weights) as [K, number][];
  const total = entries.reduce((sum, [, weight]) => sum + weight, 0);
  let left = random() * total;
  for (const [key, weight] of entries) {
    left -= weight;
    if (left < 0) return key;
  }
  throw new RangeError('weighted: expected a weight above 0');
}

/** The seed that was asked for, or a new one. Throws RangeError for what is no seed. */
export function seedFrom(text: string | undefined): number {
  if (text === undefined) return Math.floor(Math.random() * 2 ** 32);
  const seed = Number(text);
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
    throw new RangeError(`expected a seed from 0 to ${2 ** 32 - 1}, got "${text}"`);
  }
  return seed;
}
