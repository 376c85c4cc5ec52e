/** What a measurement is told on its command line. */

/** A number in range, or the default when left out. Throws RangeError. */
export function numberFrom(
  text: string | undefined,
  { name, initial, min, max }: { name: string; initial: number; min: number; max: number },
): number {
  const value = text === undefined ? initial : Number(text);
  if (!(value >= min && value <= max)) {
    throw new RangeError(`${name}: expected a number from ${min} to ${max}, got "${text}"`);
  }
  return value;
}
