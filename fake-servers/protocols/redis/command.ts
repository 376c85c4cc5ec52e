/** What a command is, whatever it does. */
import type { Reply } from './reply.ts';
import type { Session } from './session.ts';

export interface Spec {
  /** How many words it has at least and at most, its name among them. */
  words: readonly [min: number, max: number];
  /** The words are as many as they must be, the first of them the command. */
  run(words: readonly Buffer[], session: Session): readonly Reply[];
  /** By the second word; what has none is the command's own to run. */
  subcommands?: Commands;
}

/** By the name in small letters. */
export type Commands = Readonly<Record<string, Spec>>;

/** Each byte one character. */
export function textOf(word: Buffer | undefined): string {
  return word?.toString('latin1') ?? '';
}

const integerMin = -(2n ** 63n);
const integerMax = 2n ** 63n - 1n;

export function fitsInteger(value: bigint): boolean {
  return value >= integerMin && value <= integerMax;
}

/** As Redis reads one: 64 bits, no sign but a minus, no leading zero. */
export function integerIn(word: Buffer | undefined): bigint | undefined {
  const text = textOf(word);
  if (!/^(?:0|-?[1-9]\d{0,18})$/.test(text)) return undefined;
  const value = BigInt(text);
  return fitsInteger(value) ? value : undefined;
}
