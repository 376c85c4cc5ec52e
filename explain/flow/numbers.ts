/**
 * Arithmetic of sequence numbers, RFC 9293 section 3.4: modulo 2^32. They are kept as signed numbers of 32
 * bits, which the engine holds without making an object of each.
 */

/** Negative when `a` comes before `b`. */
export const distance = (a: number, b: number): number => (a - b) | 0;

export const plus = (a: number, b: number): number => (a + b) | 0;
