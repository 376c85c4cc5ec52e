/** What an upstream plays on each connection that it accepts. */
import { explainPhase, type ListenerPhase } from './listener.ts';
import { type ServerName, serverKinds } from './servers/kinds.ts';
import { answerAll, endsConnection, explain, type Step } from './step.ts';

export interface UpstreamScript {
  /** A real server that the script stands in front of; without one a fake answers. */
  server?: ServerName;
  /** What happens before anything is accepted, in order. */
  listener?: readonly ListenerPhase[];
  /** By ordinal of accept(2); the last one repeats. Never empty. */
  connections: readonly (readonly Step[])[];
  /** Of a script over UDP: what is played on the TCP port of the same number. */
  overTcp?: UpstreamScript;
}

/**
 * One list of steps for each connection, in the order in which they are accepted; the last list is
 * played on every later connection too. Throws a TypeError when there is none, or when steps follow
 * one that ends the connection.
 */
export function connections(...scripts: Step[][]): UpstreamScript {
  if (scripts.length === 0) {
    throw new TypeError('connections: expected a list of steps for at least one connection');
  }
  for (const [index, steps] of scripts.entries()) {
    const end = steps.findIndex(endsConnection);
    const next = end === -1 ? undefined : steps[end + 1];
    if (next) {
      throw new TypeError(
        `connections: "${explain(next)}" of connection ${index + 1} can never be played, ` +
          'because the connection is gone by then. Remove it, or move it to the next connection.',
      );
    }
  }
  return { connections: scripts };
}

/** The same script behind a listener that fails first. */
export function listener(phases: ListenerPhase[], script: UpstreamScript): UpstreamScript {
  return { ...script, listener: phases };
}

/**
 * The same script between clients and a real server, which is started for the run. Its steps may not need
 * messages to be understood: it forwards bytes.
 */
export function inFrontOf(server: ServerName, script: UpstreamScript): UpstreamScript {
  return { ...script, server };
}

/** The same steps for this many connections: `connections(...times(2, [reset()]), [answerAll()])`. */
export function times(count: number, steps: Step[]): Step[][] {
  return Array.from({ length: count }, () => steps);
}

/** The steps for the connection of this ordinal, counted from 1. */
export function stepsFor(script: UpstreamScript, ordinal: number): readonly Step[] {
  const { connections: scripts } = script;
  return scripts[Math.min(ordinal, scripts.length) - 1] ?? [];
}

/** An upstream in good health: what every scripted one is when its faults are taken away. */
export function healthy(): UpstreamScript {
  return connections([answerAll()]);
}

/** One line for each connection, and before them one for each phase of the listener. */
export function explainScript(script: UpstreamScript): string[] {
  const last = script.connections.length;
  const listening = (script.listener ?? []).map((phase) => `listener: ${explainPhase(phase)}`);
  const accepted = script.connections.map((steps, index) => {
    const who = index + 1 < last || last === 0 ? `connection ${index + 1}` : lastName(last);
    const what = steps.length === 0 ? 'do nothing' : steps.map(explain).join(', then ');
    return `${who}: ${what}`;
  });
  const behind = script.server
    ? [`server: ${serverKinds[script.server].name}, behind this script`]
    : [];
  return [...behind, ...listening, ...accepted];
}

function lastName(ordinal: number): string {
  return ordinal === 1 ? 'every connection' : `connection ${ordinal} and later`;
}
