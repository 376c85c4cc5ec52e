/** Waits of a workload for what the kernel alone knows: states of TCP (RFC 9293 figure 5). */
import { setImmediate, setTimeout } from 'node:timers/promises';
import { msSince, nowUs } from '../kernel/clock.ts';
import type { Receipt, RecordedEvent, Side, TcpState } from './event.ts';
import { hasReached } from './workload.ts';

export interface StateWait {
  /** Everything recorded so far. */
  events: readonly RecordedEvent[];
  /** The kernel's state of an end of a connection; undefined where the kernel does not tell. */
  stateOf: (tuple: string, side: Side) => TcpState | undefined;
  deadlineMs: number;
  signal: AbortSignal;
}

/** Until the client's end of each connection that was broken has come to this state. Resolves with why not. */
export function untilClientState(wanted: TcpState, wait: StateWait): Promise<string | undefined> {
  // Without the recorder nothing can be waited for, and its gap says why.
  const clientState = (tuple: string) => wait.stateOf(tuple, 'client') ?? 'CLOSED';
  return lookUntil(wait, () => {
    const states = brokenConnections(wait.events).map(clientState);
    if (states.length === 0) return 'the upstream broke no connection';
    const isReached = states.every((state) => hasReached(state, wanted));
    return isReached ? undefined : `the broken connections are in ${states.join(', ')}`;
  });
}

/** Until this end of each connection is in one of these states. Resolves with why not. */
export function untilState(
  { side, states: wanted }: { side: Side; states: readonly TcpState[] },
  wait: StateWait,
): Promise<string | undefined> {
  return lookUntil(wait, () => {
    const tuples = new Set(wait.events.flatMap((e) => ('tuple' in e && e.tuple ? [e.tuple] : [])));
    const states = [...tuples].map((tuple) => wait.stateOf(tuple, side));
    if (states.length === 0) return 'there is no connection';
    const isReached = states.every((state) => !state || wanted.includes(state));
    return isReached ? undefined : `it is in ${states.join(', ')}`;
  });
}

/** What is not there after so many turns is a matter of the kernel's timers, which are not that fine. */
const turnsAtOnce = 20;

/**
 * A pause is this part of the time that was waited before it: keepalive takes seconds, and a look at it every
 * millisecond would cost more than the rest of a scenario.
 */
const pauseShare = 0.3;
/** An abort is heard between two looks. */
const pauseMsMax = 200;

/**
 * The kernel reports no event for a state, so it is asked: once a turn of the event loop, then ever more
 * seldom. `look` tells what is missing, undefined when nothing is; so does what is resolved with.
 */
async function lookUntil(
  { deadlineMs, signal }: StateWait,
  look: () => string | undefined,
): Promise<string | undefined> {
  const startedUs = nowUs();
  for (let turn = 0; ; turn++) {
    const missing = look();
    const waitedMs = msSince(startedUs);
    if (missing === undefined || waitedMs > deadlineMs || signal.aborted) return missing;
    if (turn < turnsAtOnce) await setImmediate();
    else await setTimeout(Math.min(pauseShare * waitedMs, pauseMsMax, deadlineMs - waitedMs));
  }
}

const breaks: ReadonlySet<Receipt['segment']> = new Set(['FIN', 'RST', 'LOST']);

/** Those on which the upstream's script has sent a FIN or an RST, or has cut the network. */
function brokenConnections(events: readonly RecordedEvent[]): string[] {
  const tuples = events.flatMap((event) => {
    if (event.source !== 'upstream' || event.type !== 'fired') return [];
    const isBreak = event.receipts.some(({ segment }) => breaks.has(segment));
    return isBreak ? [event.tuple] : [];
  });
  return [...new Set(tuples)];
}
