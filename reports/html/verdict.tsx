/** A verdict as a shape, a word and a colour. */
import type { Verdict } from '../../harness/result.ts';

const shapes: Readonly<Record<Verdict, string>> = {
  pass: 'M3.5 8.5l3 3.5l6 -8',
  fail: 'M4 4l8 8m0 -8l-8 8',
  unknown: 'M5.5 6a2.5 2.3 0 1 1 3.6 2.1c-.8 .4 -1.1 .8 -1.1 1.6M8 12.4v.4',
};

const words: Readonly<Record<Verdict, string>> = {
  pass: 'passed',
  fail: 'failed',
  unknown: 'unknown',
};

export function VerdictMark({ verdict }: { verdict: Verdict }) {
  return (
    <svg class="mark" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={shapes[verdict]} />
    </svg>
  );
}

export function VerdictTag({ verdict }: { verdict: Verdict }) {
  return (
    <span class={`verdict ${verdict}`}>
      <VerdictMark verdict={verdict} />
      {words[verdict]}
    </span>
  );
}

const severity: Readonly<Record<Verdict, number>> = { fail: 0, unknown: 1, pass: 2 };

/** What did not pass comes first; otherwise the order that it has. */
export function worstFirst<T extends { verdict: Verdict }>(items: readonly T[]): T[] {
  return items.toSorted((a, b) => severity[a.verdict] - severity[b.verdict]);
}
