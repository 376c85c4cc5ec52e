/** What is said about each packet of a timeline. Pure. */
import type {
  ExecutionResult,
  Judgement,
  ReceiptResult,
  Termination,
} from '../../harness/result.ts';
import type { Timeline } from '../../harness/timeline.ts';
import { printable } from '../text/printable.ts';
import { isForetold, isScripted, promisedText } from '../words.ts';
import { type Placed, placed } from './placing.ts';
import { isText, isTold, toldLine } from './told.ts';
import { frameFinder } from './where.ts';

/** Comments of frames, which are counted from 1 in the execution's own capture. Each is a line. */
export type FrameComments = ReadonlyMap<number, readonly string[]>;

type Said = readonly (readonly [frame: number, line: string])[];

/** Nobody reads more at one packet. */
const linesMax = 60;

/** What proves something or did not hold comes first, then the packet's own words, then what was done about it. */
export function frameComments(timeline: Timeline, execution: ExecutionResult): FrameComments {
  const { receipts, terminations } = execution;
  const places = placed(timeline);
  return grouped([
    ...receipts.flatMap(ofReceipt),
    ...ofJudgements(execution, timeline, places),
    ...terminations.filter((one) => !isScripted(one, receipts)).map(ofTermination),
    ...ofMessages(timeline),
    ...places
      .filter((place) => isTold(place, receipts))
      .map((place) => [place.packet.frame, toldLine(timeline, place)] as const),
  ]);
}

function grouped(said: Said): FrameComments {
  const lines = new Map<number, string[]>();
  for (const [frame, line] of said) {
    const before = lines.get(frame);
    if (before) before.push(line);
    else lines.set(frame, [line]);
  }
  for (const [frame, all] of lines) {
    const more = all.length - linesMax;
    if (more > 0) lines.set(frame, [...all.slice(0, linesMax), `and ${more} more`]);
  }
  return lines;
}

/** `proved: close (FIN) · FIN from the upstream at relative seq 55` */
function ofReceipt(receipt: ReceiptResult): Said {
  const { verdict, step, note, frame } = receipt;
  if (frame === null) return [];
  const parts = [
    `${verdict === 'pass' ? 'proved' : 'not proved'}: ${step}`,
    promisedText(receipt),
    ...(verdict === 'pass' || note === '' ? [] : [note]),
  ];
  return [[frame, printable(parts.join(' · '))]];
}

/** `RST of the upstream, connection #1, no step of the script` */
function ofTermination({ flag, from, connection, frame }: Termination): Said[number] {
  const unasked = from === 'upstream' ? ', no step of the script' : '';
  return [frame, `${flag} of the ${from}, connection #${connection}${unasked}`];
}

function ofJudgements(
  execution: ExecutionResult,
  timeline: Timeline,
  places: readonly Placed[],
): Said {
  const framesAt = frameFinder(timeline, places);
  return execution.judgements
    .filter(({ verdict }) => verdict !== 'pass')
    .flatMap((judgement) => {
      const line = judgementLine(judgement, isForetold(execution));
      return framesAt(judgement.where).map((frame) => [frame, line] as const);
    });
}

/** `does not hold: every request is answered · expected 2 answers · got 1` */
function judgementLine(judgement: Judgement, isMeant: boolean): string {
  const { verdict, title, expected, actual, next } = judgement;
  const holds = verdict === 'fail' ? 'does not hold' : 'is unknown';
  const parts = [
    `${holds}${isMeant ? ', as foretold' : ''}: ${title}`,
    `expected ${expected}`,
    `got ${actual}`,
    ...(next === '' || isMeant ? [] : [`next: ${next}`]),
  ];
  return printable(parts.join(' · '));
}

function ofMessages({ events }: Timeline): Said {
  return events.flatMap((event) =>
    event.source === 'wire'
      ? event.messages.filter(isText).map((text) => [event.frame, printable(text)] as const)
      : [],
  );
}
