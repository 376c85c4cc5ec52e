/** Arithmetic of sequence numbers, RFC 9293 section 3.4: modulo 2^32. */

/** Negative when `a` comes before `b`. */
export const distance = (a: number, b: number): number => (a - b) | 0;

export const plus = (a: number, b: number): number => (a + b) >>> 0;
