/** After how long an upstream closes an idle connection, from all those that it closed. */
export interface IdleLimit {
  /** Microseconds. */
  us: number;
  /** How many connections were closed after this time. */
  connections: number;
}

/** A timer of the upstream fires late rather than early, and looks around once in a while. */
const spreadRatio = 1.25;
const spreadUs = 50_000;
/** A close this soon is no idle limit: something else made it. */
const limitUsMin = 200_000;

/** Undefined when what was seen fits no limit. */
export function idleLimitOf(
  closedIdleUs: readonly number[],
  longestServedIdleUs: number,
): IdleLimit | undefined {
  if (closedIdleUs.length === 0) return undefined;
  const sorted = [...closedIdleUs].sort((a, b) => a - b);
  const shortest = sorted[0] as number;
  const longest = sorted.at(-1) as number;
  if (shortest < limitUsMin) return undefined;
  // Served after longer: then idleness is not what it closes for.
  if (longestServedIdleUs > longest) return undefined;
  if (longest > shortest * spreadRatio + spreadUs) return undefined;
  return { us: sorted[Math.floor(sorted.length / 2)] as number, connections: sorted.length };
}
