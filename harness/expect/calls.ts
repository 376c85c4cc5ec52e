/** The calls that a client made on a connection, in words such as `write`, `read EOF`, `write EPIPE`, `close`. Pure. */
import type { Event } from '../event.ts';
import { connectionNumber, type Timeline } from '../timeline.ts';
import { beforeClosing } from './facts.ts';
import { isNotYet, purposeOf } from './system-calls.ts';

export interface Call {
  /** What the call is for, and what went wrong with it. */
  text: string;
  /** It moved nothing and has to be made again: EAGAIN and the like. */
  isNotYet: boolean;
  /**
   * When it could have learnt something: a read, which may wait, when it returned; any other when it was
   * made. Microseconds since the epoch.
   */
  atUs: number;
}

/** As the calls of a program are named. */
const ownCalls = {
  connect: 'connect',
  send: 'write',
  recv: 'read',
  peek: 'peek',
  shutdown: 'shutdown',
  close: 'close',
};

/** Up to the client's close. */
export function callsOf(timeline: Timeline, connection: number): Call[] {
  const isProgram = timeline.program !== undefined;
  return beforeClosing(timeline).flatMap((event) => {
    const call = isProgram ? fromOutside(event) : fromInside(event);
    if (!call || !('tuple' in event) || !event.tuple) return [];
    return connectionNumber(timeline, event.tuple) === connection ? [call] : [];
  });
}

function fromOutside(event: Event): Call | undefined {
  if (event.source !== 'syscalls') return undefined;
  const purpose = purposeOf(event);
  if (purpose === 'other') return undefined;
  const { error, atUs, tookUs = 0 } = event;
  const learntUs = purpose === 'read' ? atUs + tookUs : atUs;
  return { text: told(purpose, error), isNotYet: isNotYet(error), atUs: learntUs };
}

function fromInside(event: Event): Call | undefined {
  if (event.source !== 'client' || event.type !== 'io') return undefined;
  const { call, error, atUs } = event;
  return { text: told(ownCalls[call], error), isNotYet: isNotYet(error), atUs };
}

const told = (name: string, error: string | undefined) =>
  error === undefined ? name : `${name} ${error}`;

/**
 * Whether these calls were made one directly after the other. Those that had to be made again count only
 * where they are wanted: how often a client asks too early is chance.
 */
export function haveCalls(calls: readonly Call[], wanted: readonly string[]): boolean {
  return calls.some((_, start) => isRunAt(calls, start, wanted));
}

function isRunAt(calls: readonly Call[], start: number, wanted: readonly string[]): boolean {
  let next = 0;
  for (const call of calls.slice(start)) {
    if (call.text === wanted[next]) next += 1;
    else if (!call.isNotYet) return false;
    if (next === wanted.length) return true;
  }
  return false;
}
