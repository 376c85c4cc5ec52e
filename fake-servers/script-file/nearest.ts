/** What somebody may have meant: the most similar of the sentences there are. */
import { distance } from 'fastest-levenshtein';

/** Words that are missing are forgiven: people leave out what seems obvious. */
const costOfMissing = 0.1;
const costOfExtra = 1;
/** Per word that was written: more is no typing error any more. */
const costMax = 0.5;

/** The most similar one, when it is similar at all; the first of those that are equally similar. */
export function nearestSentence(given: string, known: readonly string[]): string | undefined {
  const words = wordsOf(given);
  let best: { sentence: string; cost: number } | undefined;
  for (const sentence of known) {
    const cost = costOf(words, wordsOf(sentence));
    if (!best || cost < best.cost) best = { sentence, cost };
  }
  const isLike = best !== undefined && best.cost <= costMax * Math.max(words.length, 1);
  return isLike ? best?.sentence : undefined;
}

/** `did you mean "..."?`, or what to do instead. */
export function didYouMean(given: string, known: readonly string[], otherwise: string): string {
  const near = nearestSentence(given, known);
  return near === undefined ? otherwise : `did you mean "${near}"?`;
}

function wordsOf(sentence: string): string[] {
  return sentence.toLowerCase().split(/\s+/).filter(Boolean);
}

/** What it takes to make one sentence of the other, word by word. */
function costOf(given: readonly string[], wanted: readonly string[]): number {
  let row = wanted.map((_, index) => (index + 1) * costOfMissing);
  row.unshift(0);
  for (const [index, word] of given.entries()) {
    const next = [(index + 1) * costOfExtra];
    for (const [column, other] of wanted.entries()) {
      next.push(
        Math.min(
          (row[column] ?? 0) + costOfChange(word, other),
          (row[column + 1] ?? 0) + costOfExtra,
          (next[column] ?? 0) + costOfMissing,
        ),
      );
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

function costOfChange(given: string, wanted: string): number {
  const share = distance(given, wanted) / Math.max(given.length, wanted.length);
  return share <= costMax ? share : costOfExtra;
}
