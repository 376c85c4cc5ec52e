/** Between what was found and what is concluded from it. Pure. */
import type { Gap, Recorder } from '../event.ts';
import type { Judgement } from '../result.ts';
import type { Timeline } from '../timeline.ts';

/** What was found; the verdict follows from whether expected and actual are the same. */
export interface Finding {
  holds: boolean;
  expected: string;
  actual: string;
  where?: string;
  next?: string;
}

/** What an upstream does not tell because a real server answers in its place is missing too. */
export function gapsOf({ gaps, isForwarded }: Timeline): readonly Gap[] {
  const reason = 'a real server answers, and what is said to it is not read';
  return isForwarded ? [...gaps, { recorder: 'upstream', reason }] : gaps;
}

/** Turns a finding into a judgement, or into `unknown` when a recorder it leans on has a gap. */
export function toJudgement({
  rule,
  title,
  leansOn,
  timeline,
  finding,
}: {
  rule: string;
  title: string;
  leansOn: readonly Recorder[];
  timeline: Timeline;
  finding: Finding;
}): Judgement {
  const { holds, expected, actual, where = '', next = '' } = finding;
  const gap = gapsOf(timeline).find(({ recorder }) => leansOn.includes(recorder));
  if (gap) {
    return {
      rule,
      title,
      verdict: 'unknown',
      expected,
      actual: `not known: the ${gap.recorder} recorder missed something (${gap.reason})`,
      where,
      next: 'run `pipewrench doctor`, then run the scenario again',
    };
  }
  const verdict = holds ? 'pass' : 'fail';
  return { rule, title, verdict, expected, actual, where, next: holds ? '' : next };
}
