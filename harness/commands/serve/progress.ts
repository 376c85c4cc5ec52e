/** How far each connection has come in its script, read off the events of the upstream. */
import type { UpstreamEvent } from '../../event.ts';
import type { OutlinedStep, ScriptOutline } from '../../upstream.ts';
import type { Totals } from './event.ts';

export interface ConnectionProgress {
  /** Counted from 1, in the order of accept(2). */
  ordinal: number;
  tuple: string;
  stepsFired: number;
  /** The step that it is at, in words; null when its script is over. */
  at: string | null;
}

export interface GateProgress {
  name: string;
  /** Who waits there now: `connection 1`, `the listener`. */
  waiting: string[];
  /** Whose script still leads there. */
  onTheWay: string[];
}

export interface Progress {
  see(event: UpstreamEvent): void;
  totals(): Totals;
  connections(): ConnectionProgress[];
  gates(): GateProgress[];
}

/** Of those whose script is over; the others are all kept. */
const overMax = 1000;

interface Played {
  ordinal: number;
  tuple: string;
  steps: readonly OutlinedStep[];
  stepsFired: number;
  isOver: boolean;
}

export function progressOf(outline: ScriptOutline): Progress {
  const played = new Map<number, Played>();
  const over: number[] = [];
  const totals: Totals = { connections: 0, stepsFired: 0, stepsNeverFired: 0 };
  let phasesPlayed = 0;

  const end = (connection: Played | undefined) => {
    if (!connection || connection.isOver) return;
    connection.isOver = true;
    over.push(connection.ordinal);
    if (over.length > overMax) played.delete(over.shift() ?? 0);
  };

  const see = (event: UpstreamEvent) => {
    switch (event.type) {
      case 'accepted': {
        const { ordinal, tuple } = event;
        const { connections } = outline;
        const steps = connections[Math.min(ordinal, connections.length) - 1] ?? [];
        const connection = { ordinal, tuple, steps, stepsFired: 0, isOver: false };
        played.set(ordinal, connection);
        totals.connections += 1;
        if (steps.length === 0) end(connection);
        break;
      }
      case 'fired': {
        totals.stepsFired += 1;
        const connection = played.get(event.ordinal);
        if (!connection) break;
        connection.stepsFired += 1;
        if (connection.stepsFired === connection.steps.length) end(connection);
        break;
      }
      case 'listener':
        totals.stepsFired += 1;
        phasesPlayed += 1;
        break;
      case 'unfired':
        totals.stepsNeverFired += 1;
        end(played.get(event.ordinal));
        break;
      case 'unreached':
        totals.stepsNeverFired += 1;
        break;
      case 'peer-eof':
      case 'peer-error':
      case 'malformed':
        end(played.get(event.ordinal));
        break;
    }
  };

  /** Everybody who is at a step or has one ahead, with these steps. */
  const players = () => [
    { name: 'the listener', steps: outline.listener.slice(phasesPlayed) },
    ...[...played.values()]
      .filter(({ isOver }) => !isOver)
      .map(({ ordinal, steps, stepsFired }) => ({
        name: `connection ${ordinal}`,
        steps: steps.slice(stepsFired),
      })),
  ];

  return {
    see,
    totals: () => ({ ...totals }),
    connections: () =>
      [...played.values()].map(({ ordinal, tuple, steps, stepsFired, isOver }) => ({
        ordinal,
        tuple,
        stepsFired,
        at: isOver ? null : (steps[stepsFired]?.text ?? null),
      })),
    gates: () =>
      gatesOf(outline).map((name) => {
        const placed = players().map((player) => ({ ...player, ...placeOf(player.steps, name) }));
        return {
          name,
          waiting: placed.filter(({ isThere }) => isThere).map(({ name: who }) => who),
          onTheWay: placed.filter(({ isAhead }) => isAhead).map(({ name: who }) => who),
        };
      }),
  };
}

/** The gates that a script waits for, in its order. */
export function gatesOf({ listener, connections }: ScriptOutline): string[] {
  const gates = [...listener, ...connections.flat()].flatMap(({ gate }) => gate ?? []);
  return [...new Set(gates)];
}

function placeOf([current, ...ahead]: readonly OutlinedStep[], gate: string) {
  return {
    isThere: current?.gate === gate,
    isAhead: ahead.some((step) => step.gate === gate),
  };
}
