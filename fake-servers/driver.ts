/** The fake upstreams as the harness drives them. */
import type { Unstamped, UpstreamEvent } from '../harness/event.ts';
import { protocols } from './protocols/index.ts';
import { explainScript, healthy, type UpstreamScript } from './script.ts';
import { startUpstream } from './upstream.ts';

export const upstreamDriver = {
  protocols: protocols.map(({ name }) => name),

  /** Throws a RangeError for an unknown protocol and a SystemCallError when nothing can be bound. */
  start(script: unknown, protocolName: string, record: (event: Unstamped<UpstreamEvent>) => void) {
    const protocol = protocols.find(({ name }) => name === protocolName);
    if (!protocol) throw new RangeError(`there is no protocol "${protocolName}"`);
    return startUpstream(toScript(script), protocol, record);
  },

  withoutFaults: () => healthy(),

  explain: (script: unknown) => explainScript(toScript(script)),

  namesIn(script: unknown) {
    const steps = toScript(script).connections.flat();
    return {
      gates: steps.flatMap((step) => (step.kind === 'until-gate' ? [step.gate] : [])),
      steps: [...new Set(steps.map(({ kind }) => kind))],
    };
  },

  whyNotAScript(value: unknown): string | undefined {
    return isScript(value)
      ? undefined
      : 'its upstream is not a script; write `upstream: connections([...])`';
  },
};

function toScript(value: unknown): UpstreamScript {
  if (isScript(value)) return value;
  throw new TypeError('expected an upstream script, made by connections(...)');
}

function isScript(value: unknown): value is UpstreamScript {
  if (typeof value !== 'object' || value === null || !('connections' in value)) return false;
  const { connections } = value;
  return Array.isArray(connections) && connections.length > 0 && connections.every(Array.isArray);
}
