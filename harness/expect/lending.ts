/** What became of each connection of a pool: from the client's own events, or from its system calls. Pure. */
import type { ProgramFacts, Recorder, SyscallEvent } from '../event.ts';
import type { Timeline } from '../timeline.ts';
import { beforeClosing, type EventOf } from './facts.ts';
import { failureOf, purposeOf } from './system-calls.ts';

export interface Lending {
  tuple: string;
  /** Exchanges that met an error or EOF. */
  failedExchanges: number;
  /** How often it was lent after an error or EOF had been seen on it. */
  lentWhenDead: number;
}

/** Whether what is lent is known from the client itself: a client of pipewrench's own process must tell. */
export function tellsLending(program: ProgramFacts | undefined): boolean {
  if (!program) return true;
  return (['checkout', 'repool', 'io'] as const).every((type) => program.publishes.includes(type));
}

export function lendingRecorder({ program }: Timeline): Recorder {
  return tellsLending(program) ? 'client' : 'syscalls';
}

export function lendings(timeline: Timeline): Lending[] {
  return tellsLending(timeline.program) ? fromEvents(timeline) : fromCalls(timeline);
}

/** Only UDP says so on a socket that is connected, and there is no connection that could be dead. */
const isOfDatagrams = (error: string) => error === 'ECONNREFUSED';

interface Told extends Lending {
  isLent: boolean;
  isDead: boolean;
}

function fromEvents(timeline: Timeline): Lending[] {
  const byTuple = new Map<string, Told>();
  for (const event of beforeClosing(timeline)) {
    if (event.source !== 'client' || !event.tuple) continue;
    const { tuple } = event;
    const fresh = { tuple, failedExchanges: 0, lentWhenDead: 0, isLent: false, isDead: false };
    byTuple.set(tuple, afterEvent(byTuple.get(tuple) ?? fresh, event));
  }
  return [...byTuple.values()];
}

function afterEvent(lending: Told, event: EventOf<'client'>): Told {
  switch (event.type) {
    case 'checkout':
      return {
        ...lending,
        isLent: true,
        lentWhenDead: lending.lentWhenDead + (lending.isDead ? 1 : 0),
      };
    case 'repool':
      return { ...lending, isLent: false };
    case 'io': {
      if (!event.error || isOfDatagrams(event.error)) return lending;
      const isExchange = lending.isLent && event.call !== 'peek';
      return {
        ...lending,
        isDead: true,
        failedExchanges: lending.failedExchanges + (isExchange ? 1 : 0),
        // One exchange may see several errors; it failed once.
        isLent: lending.isLent && !isExchange,
      };
    }
    default:
      return lending;
  }
}

interface Seen extends Lending {
  /** Bytes went out, and none has come in since. */
  isAsking: boolean;
  /** Requests that had been made when the first error or EOF was seen. */
  deadSince: number | undefined;
  /** A write on the dead connection that is a farewell if nothing but its close comes after it. */
  unsure: SyscallEvent | undefined;
}

const unseen = (tuple: string): Seen => ({
  tuple,
  failedExchanges: 0,
  lentWhenDead: 0,
  isAsking: false,
  deadSince: undefined,
  unsure: undefined,
});

/**
 * A connection is lent when something is written on it. Clients take leave of a connection that has
 * failed, with a close_notify or a COM_QUIT: a write that only its close follows, and that no request was
 * made before, lends nothing.
 */
function fromCalls(timeline: Timeline): Lending[] {
  const byTuple = new Map<string, Seen>();
  let requestsMade = 0;
  for (const event of beforeClosing(timeline)) {
    if (event.source === 'workload' && event.type === 'request') requestsMade += 1;
    if (event.source !== 'syscalls' || event.side === 'upstream') continue;
    const { tuple } = event;
    byTuple.set(tuple, afterCall(byTuple.get(tuple) ?? unseen(tuple), event, requestsMade));
  }
  return [...byTuple.values()].map(decided);
}

function afterCall(before: Seen, event: SyscallEvent, requestsMade: number): Seen {
  const purpose = purposeOf(event);
  if (purpose === 'other') return before;
  // Ports are used again: what follows is another connection, and counts go on.
  if (purpose === 'connect') return { ...decided(before), isAsking: false, deadSince: undefined };
  if (purpose === 'close') return { ...before, isAsking: false, unsure: undefined };
  const seen = decided(before);
  if (purpose === 'write' && seen.deadSince !== undefined) {
    const isAsked = requestsMade > seen.deadSince;
    return isAsked ? decided({ ...seen, unsure: event }) : { ...seen, unsure: event };
  }
  const failure = failureOf(event);
  if (failure !== undefined) {
    if (isOfDatagrams(failure)) return seen;
    const isExchange = purpose === 'write' || seen.isAsking;
    return {
      ...seen,
      failedExchanges: seen.failedExchanges + (isExchange ? 1 : 0),
      isAsking: false,
      deadSince: seen.deadSince ?? requestsMade,
    };
  }
  // A call that only has to be made again moved nothing.
  if (event.error !== undefined) return seen;
  return { ...seen, isAsking: purpose === 'write' };
}

/** With the write that was no farewell after all. */
function decided(seen: Seen): Seen {
  const { unsure } = seen;
  if (!unsure) return seen;
  const hasFailed = failureOf(unsure) !== undefined;
  return {
    ...seen,
    unsure: undefined,
    lentWhenDead: seen.lentWhenDead + 1,
    failedExchanges: seen.failedExchanges + (hasFailed ? 1 : 0),
    isAsking: !hasFailed,
  };
}
