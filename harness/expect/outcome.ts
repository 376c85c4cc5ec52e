/** How a request ended, in words. */
import type { Outcome } from '../event.ts';

export function describeOutcome(outcome: Outcome | undefined): string {
  if (!outcome) return 'has no recorded outcome';
  switch (outcome.status) {
    case 'answered':
      return `answered ${outcome.answer}`.trimEnd();
    case 'failed':
      return `failed with ${outcome.error} (${outcome.message})`;
    case 'hung':
      return `hung: nothing came within ${outcome.afterMs} ms`;
  }
}
