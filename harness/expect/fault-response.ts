/** What the client did about the fault, in one of the seven names. Pure. */
import type { FaultResponse, Judgement } from '../result.ts';
import type { Timeline } from '../timeline.ts';
import { requests } from './facts.ts';

/** The worst that happened counts. @param rules As judged by `judgeRules`. */
export function faultResponse(timeline: Timeline, rules: readonly Judgement[]): FaultResponse {
  const broke = (name: string) =>
    rules.some(({ rule, verdict }) => rule === name && verdict === 'fail');
  if (timeline.events.some((e) => e.source === 'workload' && e.type === 'crashed'))
    return 'crashed';
  const outcomes = requests(timeline).map(({ outcome }) => outcome?.status);
  if (broke('answers-belong')) return 'corrupted';
  if (broke('writes-execute-once')) return 'duplicated';
  if (outcomes.some((status) => status === undefined || status === 'hung')) return 'hung';
  if (broke('one-failure-per-dead-connection')) return 'poisoned';
  return outcomes.includes('failed') ? 'surfaced' : 'transparent';
}
