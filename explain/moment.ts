/** A place in a capture. */
export interface Moment {
  frame: number;
  /** Microseconds since the epoch. */
  atUs: number;
}

export type Side = 'client' | 'upstream';

/** Of a frame, which is filled anew for the next one. */
export function momentOf({ number, atUs }: { number: number; atUs: number }): Moment {
  return { frame: number, atUs };
}
