/** The fake upstreams as the harness drives them. */
import type { Unstamped, UpstreamEvent } from '../harness/event.ts';
import type { Address } from '../kernel/address.ts';
import { certificateOf } from './certificates.ts';
import { explainPhase } from './listener.ts';
import { protocols } from './protocols/index.ts';
import type { Protocol } from './protocols/protocol.ts';
import { startProxy } from './proxy.ts';
import { explainScript, healthy, inFrontOf, type UpstreamScript } from './script.ts';
import { readScript, type ScriptSource, scriptBytesMax } from './script-file.ts';
import { serverKinds } from './servers/kinds.ts';
import { serverPool } from './servers/pool.ts';
import { whyNotInstalled } from './servers/start.ts';
import { explain, gateOf } from './step.ts';
import { startUpstream, type UpstreamOptions } from './upstream.ts';

const servers = serverPool();

export const upstreamDriver = {
  protocols: protocols.map(({ name }) => name),

  scriptBytesMax,

  /** Throws a RangeError for an unknown protocol; what is wrong with the script is returned. */
  readScript(source: ScriptSource, protocolName: string | undefined) {
    return readScript(source, protocolName === undefined ? undefined : protocolOf(protocolName));
  },

  outline(script: unknown) {
    const { listener = [], connections } = toScript(script);
    return {
      listener: listener.map((phase) => ({ text: explainPhase(phase), gate: phase.gate })),
      connections: connections.map((steps) =>
        steps.map((step) => ({ text: explain(step), gate: gateOf(step) })),
      ),
    };
  },

  /** Throws a RangeError for an unknown protocol and a SystemCallError when nothing can be bound. */
  start(
    script: unknown,
    protocolName: string,
    record: (event: Unstamped<UpstreamEvent>) => void,
    options: UpstreamOptions = {},
  ) {
    const parsed = toScript(script);
    if (!parsed.server) return startUpstream(parsed, protocolOf(protocolName), record, options);
    const server = servers.running(parsed.server);
    if (!server) throw new Error(`${parsed.server} was not started`);
    return startProxy(parsed, server.address, record, options);
  },

  /** Throws a SystemCallError when nothing can be bound. */
  startProxy(
    script: unknown,
    to: Address,
    record: (event: Unstamped<UpstreamEvent>) => void,
    options: UpstreamOptions = {},
  ) {
    return startProxy(toScript(script), to, record, options);
  },

  withoutFaults(script: unknown): UpstreamScript {
    const { server } = toScript(script);
    return server ? inFrontOf(server, healthy()) : healthy();
  },

  async authority(protocolName: string): Promise<string | undefined> {
    const needsOne = protocolOf(protocolName).powers.includes('certificate');
    return needsOne ? (await certificateOf('valid')).ca : undefined;
  },

  /** Why the script cannot be played on this machine; undefined when it can. */
  whyNotHere(script: unknown): string | undefined {
    const { server } = toScript(script);
    return server && whyNotInstalled(serverKinds[server]);
  },

  /** Starts what a script stands in front of, once. Throws an Error with what it said when it does not. */
  async prepare(script: unknown): Promise<void> {
    const { server } = toScript(script);
    if (server) await servers.start(server);
  },

  /** Ends all servers that were started. */
  release: () => servers.stop(),

  explain: (script: unknown) => explainScript(toScript(script)),

  namesIn(script: unknown) {
    const { listener = [], connections } = toScript(script);
    const steps = connections.flat();
    return {
      gates: [...listener.map(({ gate }) => gate), ...steps.flatMap((step) => gateOf(step) ?? [])],
      steps: [...new Set([...listener, ...steps].map(({ kind }) => kind))],
    };
  },

  whyNotAScript(value: unknown): string | undefined {
    return isScript(value)
      ? undefined
      : 'its upstream is not a script; write `upstream: connections([...])`';
  },
};

function protocolOf(wanted: string): Protocol {
  const protocol = protocols.find(({ name }) => name === wanted);
  if (!protocol) throw new RangeError(`there is no protocol "${wanted}"`);
  return protocol;
}

function toScript(value: unknown): UpstreamScript {
  if (isScript(value)) return value;
  throw new TypeError('expected an upstream script, made by connections(...)');
}

function isScript(value: unknown): value is UpstreamScript {
  if (typeof value !== 'object' || value === null || !('connections' in value)) return false;
  const { connections } = value;
  return Array.isArray(connections) && connections.length > 0 && connections.every(Array.isArray);
}
