/** The error sequences of an execution in one line. */
import type { ErrorSequence } from '../result.ts';

/**
 * `RST, EPIPE, EOF`, or `none`. Connections are numbered as soon as it is not the first one alone:
 * `#1 EOF · #3 RST, ECONNRESET`.
 */
export function formatSequences(sequences: readonly ErrorSequence[]): string {
  const [first, ...others] = sequences;
  if (!first) return 'none';
  if (others.length === 0 && first.connection === 1) return first.tokens.join(', ');
  return sequences
    .map(({ connection, tokens }) => `#${connection} ${tokens.join(', ')}`)
    .join(' · ');
}
