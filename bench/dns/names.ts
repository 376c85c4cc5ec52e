/** The names of which the server of this bench knows an address each. */

/** Few enough that no cache of a processor is the limit, and no two in flight are often the same. */
export const nameCount = 1000;

export interface Name {
  name: string;
  address: string;
}

export const names: readonly Name[] = Array.from({ length: nameCount }, (_, index) => ({
  name: `n${index}.bench`,
  address: `10.0.${index >> 8}.${index & 0xff}`,
}));
