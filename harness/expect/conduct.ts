/** What the client did, in figures and words, to be set beside what another client did. Pure. */
import type { Recorder } from '../event.ts';
import type { Conduct, ReceiptResult } from '../result.ts';
import { connectionNumber, type Timeline } from '../timeline.ts';
import { callsOf } from './calls.ts';
import {
  callRecorder,
  eventsOf,
  keyOf,
  requests,
  sendingRecorders,
  sendings,
  timesExecuted,
  timesSent,
} from './facts.ts';
import { gapsOf } from './finding.ts';

/** @param receipts As proved by `checkReceipts`. */
export function conductOf(timeline: Timeline, receipts: readonly ReceiptResult[]): Conduct {
  const all = requests(timeline);
  const keys = all.flatMap(({ operation }) => keyOf(operation) ?? []);
  const hasKeys = keys.length > 0 && keys.length === all.length;
  const isKnown = (...recorders: readonly Recorder[]) =>
    !gapsOf(timeline).some(({ recorder }) => recorders.includes(recorder));
  const isSentKnown = isKnown(...sendingRecorders(all.map(({ operation }) => operation)));
  const sent = sendings(timeline);
  return {
    sent: hasKeys && isSentKnown ? keys.map((key) => timesSent(sent, key)) : null,
    executed:
      hasKeys && isKnown('upstream') ? keys.map((key) => timesExecuted(timeline, key)) : null,
    log: isKnown('client') && publishesLog(timeline) ? logOf(timeline) : null,
    calls: isKnown('wire', callRecorder(timeline)) ? callsSinceFault(timeline, receipts) : null,
  };
}

const publishesLog = ({ program }: Timeline) => !program || program.publishes.includes('log');

function logOf(timeline: Timeline): string[] {
  return eventsOf(timeline, 'client').flatMap((e) => (e.type === 'log' ? [e.text] : []));
}

/** A read that was waiting when the fault came is the first to tell of it. */
function callsSinceFault(
  timeline: Timeline,
  receipts: readonly ReceiptResult[],
): NonNullable<Conduct['calls']> {
  const frames = new Set(receipts.flatMap(({ frame }) => frame ?? []));
  const brokenAtUs = new Map<number, number>();
  for (const { tuple, frame, atUs } of eventsOf(timeline, 'wire')) {
    const connection = connectionNumber(timeline, tuple);
    if (!connection || !frames.has(frame) || brokenAtUs.has(connection)) continue;
    brokenAtUs.set(connection, atUs);
  }
  return [...brokenAtUs]
    .sort(([a], [b]) => a - b)
    .map(([connection, sinceUs]) => ({
      connection,
      calls: callsOf(timeline, connection)
        .filter(({ isNotYet, atUs }) => !isNotYet && atUs >= sinceUs)
        .map(({ text }) => text),
    }));
}
