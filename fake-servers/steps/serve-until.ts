import { z } from 'zod';
import { msSince, nowUs } from '../../kernel/clock.ts';
import type { Limit } from '../limit.ts';
import { type Definition, noProof, type Stage, transports } from './definition.ts';
import { checked, durationMs, positive, someText } from './numbers.ts';

const kind = z.literal('serve-until');
const schema = z.union([
  z.strictObject({ kind, bytesRead: positive }),
  z.strictObject({ kind, bytesSent: positive }),
  z.strictObject({ kind, request: positive }),
  z.strictObject({ kind, matching: someText }),
  z.strictObject({ kind, elapsedMs: durationMs }),
  z.strictObject({ kind, idleMs: durationMs }),
  z.strictObject({ kind, gate: someText }),
]);
export type ServeUntilStep = z.infer<typeof schema>;
type Condition = ServeUntilStep extends infer S
  ? S extends unknown
    ? Omit<S, 'kind'>
    : never
  : never;

/**
 * Does what an upstream in good health does, until this holds. `bytesRead` and `bytesSent` are counted
 * from accept and hold to the byte, in the middle of a message too; what is left of a response is sent
 * by the next step that answers. `request` (its number on the connection, from 1) and `matching` (a part
 * of its key) stop when the request was read and before it is executed: the next step that answers takes
 * it. `elapsedMs` is counted from accept.
 */
export const serveUntil = (until: Condition): ServeUntilStep => {
  const conditions = Object.keys(until);
  if (conditions.length !== 1) {
    throw new TypeError(
      `serveUntil: expected one condition, such as { bytesRead: 10 }, got ${conditions.join(' and ') || 'none'}`,
    );
  }
  return checked('serveUntil', schema, { kind: 'serve-until', ...until });
};

export const serveUntilDefinition: Definition<ServeUntilStep> = {
  kind: 'serve-until',
  summary:
    'serves until so many bytes were read or sent, a request has come, a time since accept or of silence has passed, or a gate is open',
  code: 'serveUntil({ bytesSent: 100 }), serveUntil({ request: 3 }), serveUntil({ matching: "INSERT" })',
  forms: [
    { words: 'serve until {bytesRead:byte} came in' },
    { words: 'serve until {bytesSent:byte} went out' },
    { words: 'serve until {request:request} came in' },
    { words: 'serve until a request matches {matching:text}' },
    { words: 'serve until {elapsedMs:ms} after accept' },
    { words: 'serve until idle for {idleMs:ms}' },
    { words: 'serve until the gate {gate:text} opens' },
  ],
  schema,
  level: (step) => ('request' in step || 'matching' in step ? 'message' : 'connection'),
  transports: transports.any,
  isFault: false,
  proof: noProof,
  example: { kind: 'serve-until', bytesSent: 7 },
  async perform(stage, step) {
    const startedUs = nowUs();
    const stop = new AbortController();
    const undo = arm(stage, step, () => stop.abort());
    try {
      const served = await stage.serve({ ...limitOf(step), signal: stop.signal });
      if (served === 'client left') return stage.clientLeft();
      if (served === 'finished') return stage.finished();
    } finally {
      undo();
    }
    if (stage.signal.aborted) return { reason: 'the run was over before it held' };
    const isOfTime = 'idleMs' in step || 'elapsedMs' in step;
    stage.fired(isOfTime ? { waitedMs: msSince(startedUs) } : {});
    return 'done';
  },
};

function limitOf(step: ServeUntilStep): Limit {
  if ('bytesRead' in step) return { bytesReadMax: step.bytesRead };
  if ('bytesSent' in step) return { bytesSentMax: step.bytesSent };
  if ('request' in step) return { isWanted: (_, ordinal) => ordinal >= step.request };
  if ('matching' in step) return { isWanted: (key) => key.includes(step.matching) };
  return {};
}

/** Calls `stop` when the condition holds, for those that no limit tells. Returns what undoes it. */
function arm(stage: Stage, step: ServeUntilStep, stop: () => void): () => void {
  if ('elapsedMs' in step) {
    const leftMs = stage.acceptedAtMs + step.elapsedMs - performance.now();
    const timer = setTimeout(stop, Math.max(0, leftMs));
    return () => clearTimeout(timer);
  }
  if ('idleMs' in step) return whenIdle(stage, step.idleMs, stop);
  if ('gate' in step) {
    const undo = stage.gates.whenOpen(step.gate, stop);
    stage.onGate(step.gate);
    return undo;
  }
  return () => {};
}

function whenIdle({ channel }: Stage, idleMs: number, stop: () => void): () => void {
  let timer: NodeJS.Timeout;
  const look = () => {
    const leftMs = channel.movedAtMs + idleMs - performance.now();
    if (leftMs <= 0) stop();
    else timer = setTimeout(look, Math.ceil(leftMs));
  };
  timer = setTimeout(look, idleMs);
  return () => clearTimeout(timer);
}
