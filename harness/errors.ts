/** What the user can put right: shown without a stack trace, with exit code 2. */
import { closest, distance } from 'fastest-levenshtein';

export class UserError extends Error {
  override readonly name = 'UserError';
  readonly expected: string;
  /** What to type next. */
  readonly next: string;

  constructor(message: string, { expected, next }: { expected: string; next: string }) {
    super(message);
    this.expected = expected;
    this.next = next;
  }
}

/** What an error says, with what caused it. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${messageOf(error.cause)}`;
}

/** No such name; the nearest one of those there are is suggested. */
export function unknownName(
  what: string,
  name: string,
  known: readonly string[],
  next: string,
): UserError {
  const near = nearest(name, known);
  return new UserError(`there is no ${what} "${name}"`, {
    expected: `one of: ${known.join(', ')}`,
    next: near ? `did you mean "${near}"? ${next}` : next,
  });
}

/** The name that is most like this one, when it is like it at all. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const wanted = name.toLowerCase();
  const lower = known.map((other) => other.toLowerCase());
  const best = closest(wanted, lower);
  // Half the letters wrong is no typing error any more.
  const isLike = distance(wanted, best) <= Math.ceil(best.length / 2);
  return isLike ? known[lower.indexOf(best)] : undefined;
}
