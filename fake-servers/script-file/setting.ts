/** Where a script is to be played, and which steps cannot be played there. */
import { explainPhase, type ListenerPhase, phaseDefinitions } from '../listener.ts';
import { protocols } from '../protocols/index.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { worksWith } from '../reference.ts';
import { definitionOf, explain, levelOf, type Step } from '../step.ts';
import type { Fault } from './problem.ts';

/** The protocol of the upstream; undefined where bytes are passed on and no message is understood. */
export type Setting = Protocol | undefined;

/** Why the step cannot be played there; undefined when it can. */
export function whyNotPlayable(step: Step, setting: Setting): Fault | undefined {
  const definition = definitionOf(step);
  const { kind, needs, transports } = definition;
  const text = explain(step);
  const able = protocols
    .filter((protocol) => worksWith(definition, protocol))
    .map(({ name }) => name);
  const expected =
    able.length === 0
      ? 'another step: no protocol can play this one yet'
      : `a protocol that can: ${able.join(', ')}`;
  const next = `take the step away, or choose ${able.length === 1 ? 'that protocol' : 'another protocol'}`;
  if (!setting) {
    if (levelOf(step) === 'connection') return undefined;
    const message = `"${text}" is about messages, and none are understood here`;
    return { message, expected, next: 'use it with `pipewrench serve`' };
  }
  if (worksWith(definition, setting)) return undefined;
  const message = transports.includes(setting.transport)
    ? `${setting.name} cannot play "${text}": it lacks ${needs ?? kind}`
    : `${setting.name} cannot play "${text}": it is over ${setting.transport}`;
  return { message, expected, next };
}

/** Why the phase cannot be played there; undefined when it can. */
export function phaseNotPlayable(phase: ListenerPhase, setting: Setting): Fault | undefined {
  const transports = phaseDefinitions.find(({ kind }) => kind === phase.kind)?.transports ?? [];
  if (!setting || transports.includes(setting.transport)) return undefined;
  return {
    message: `${setting.name} cannot play "${explainPhase(phase)}": it is over ${setting.transport}`,
    expected: `a protocol over ${transports.join(' or ')}`,
    next: 'take the phase away, or choose another protocol',
  };
}
