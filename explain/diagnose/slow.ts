import type { Context } from '../context.ts';
import type { Finding } from '../diagnosis.ts';
import { type Connection, waitUsMin } from '../flow/connection.ts';
import { proof, timeText } from './words.ts';

/** Both have to be exceeded: a fast upstream may well take ten times as long now and then. */
const slowUsMin = 30_000;
const slowRatio = 20;
/** In the middle of an answer, where an upstream has no more to think about. */
const stalledUsMin = waitUsMin;
const dripPiecesMin = 5;
const dripBytesMax = 64;

/** Whether a closer look may find it slow. */
export function maybeSlow({ slowest, stalled: stall, mostPieces }: Connection): boolean {
  const isLate = slowest !== undefined && slowest.us >= slowUsMin;
  const isStalled = stall !== undefined && stall.us >= stalledUsMin;
  return isLate || isStalled || (mostPieces?.count ?? 0) >= dripPiecesMin;
}

export function slowFinding(c: Connection, context: Context): Finding[] {
  return [...late(c, context), ...stalled(c), ...dripped(c)].slice(0, 1);
}

function late(c: Connection, context: Context): Finding[] {
  const { slowest } = c;
  if (!slowest || slowest.us < slowUsMin) return [];
  const usual = context.of(c).usualAnswerUs();
  if (usual === undefined || slowest.us < usual * slowRatio) return [];
  return [
    {
      name: 'slow-answer',
      story: `nothing came for ${timeText(slowest.us)}; answers of this upstream usually take ${timeText(usual)}`,
      proof: [proof(slowest.from, 'the last before it'), proof(slowest.until, 'it goes on')],
    },
  ];
}

function stalled({ stalled: stall, roundTripUs = 0 }: Connection): Finding[] {
  if (!stall || stall.us < Math.max(stalledUsMin, roundTripUs * slowRatio)) return [];
  return [
    {
      name: 'slow-answer',
      story: `the answer stopped in its middle for ${timeText(stall.us)}`,
      figures: { during: 'answer' },
      proof: [proof(stall.from, 'the last before it'), proof(stall.until, 'it goes on')],
    },
  ];
}

function dripped({ mostPieces }: Connection): Finding[] {
  if (!mostPieces || mostPieces.count < dripPiecesMin || mostPieces.largest > dripBytesMax)
    return [];
  const { count, largest, from, until } = mostPieces;
  return [
    {
      name: 'slow-answer',
      story: `the answer came in ${count} pieces of at most ${largest} bytes, over ${timeText(until.atUs - from.atUs)}`,
      figures: { pieces: { count, largestBytes: largest } },
      proof: [proof(from, 'the first piece'), proof(until, 'the last one')],
    },
  ];
}
