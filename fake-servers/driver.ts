/** The fake upstreams as the harness drives them. */
import type { Unstamped, UpstreamEvent } from '../harness/event.ts';
import type { Address } from '../kernel/address.ts';
import { certificateOf } from './certificates.ts';
import { explainPhase } from './listener.ts';
import { protocols } from './protocols/index.ts';
import type { Protocol } from './protocols/protocol.ts';
import { startProxy } from './proxy.ts';
import type { UpstreamScript } from './script.ts';
import { readScript, type ScriptSource, scriptBytesMax } from './script-file.ts';
import { serverKinds } from './servers/kinds.ts';
import { serverPool } from './servers/pool.ts';
import { whyNotInstalled } from './servers/start.ts';
import { explainParts, partsOf, type Script, whyNotAScript, withoutFaults } from './several.ts';
import { startScript } from './start-script.ts';
import { explain, gateOf, prepareFor } from './step.ts';
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
    const { listener = [], connections } = toOneScript(script);
    return {
      listener: listener.map((phase) => ({ text: explainPhase(phase), gate: phase.gate })),
      connections: connections.map((steps) =>
        steps.map((step) => ({ text: explain(step), gate: gateOf(step) })),
      ),
    };
  },

  /**
   * Throws a RangeError for an unknown protocol, or a script that does not fit it, and a SystemCallError
   * when nothing can be bound.
   */
  start(
    script: unknown,
    protocolName: string,
    record: (event: Unstamped<UpstreamEvent>) => void,
    options: Pick<UpstreamOptions, 'at' | 'whyNoLoss'> = {},
  ) {
    const startPart = (part: UpstreamScript, protocol: Protocol, partOptions: UpstreamOptions) => {
      if (!part.server) return startUpstream(part, protocol, record, partOptions);
      if (protocol.transport !== 'tcp') {
        throw new RangeError(
          `a script in front of a real server goes over TCP, not ${protocol.name}`,
        );
      }
      const server = servers.running(part.server);
      if (!server) throw new Error(`${part.server} was not started`);
      return startProxy(part, server.address, record, partOptions);
    };
    return startScript(toScript(script), protocolOf(protocolName), startPart, options);
  },

  /** Throws a SystemCallError when nothing can be bound. */
  startProxy(
    script: unknown,
    to: Address,
    record: (event: Unstamped<UpstreamEvent>) => void,
    options: UpstreamOptions = {},
  ) {
    return startProxy(toOneScript(script), to, record, options);
  },

  withoutFaults: (script: unknown) => withoutFaults(toScript(script)),

  async authority(protocolName: string): Promise<string | undefined> {
    const needsOne = protocolOf(protocolName).powers.includes('certificate');
    return needsOne ? (await certificateOf('valid')).ca : undefined;
  },

  /** Why the script cannot be played on this machine; undefined when it can. */
  async whyNotHere(script: unknown): Promise<string | undefined> {
    const whys = serversOf(script).map((server) => whyNotInstalled(serverKinds[server]));
    return whys.find((why) => why !== undefined);
  },

  isUnderTest: () => false,

  forwards: (script: unknown): boolean => serversOf(script).length > 0,

  /**
   * Starts what a script stands in front of, once, and opens what stays open after it. Throws an Error with what
   * a server said that does not start.
   */
  async prepare(script: unknown): Promise<void> {
    for (const server of serversOf(script)) await servers.start(server);
    prepareFor(stepsOf(script));
  },

  /** Ends all servers that were started. */
  release: () => servers.stop(),

  explain: (script: unknown) => explainParts(toScript(script)),

  namesIn,

  whyNotAScript,
};

const scriptsIn = (script: unknown) => partsOf(toScript(script)).map((part) => part.script);

const stepsOf = (script: unknown) =>
  scriptsIn(script).flatMap(({ connections }) => connections.flat());

function namesIn(script: unknown) {
  const phases = scriptsIn(script).flatMap(({ listener = [] }) => listener);
  const steps = stepsOf(script);
  return {
    gates: [...phases.map(({ gate }) => gate), ...steps.flatMap((step) => gateOf(step) ?? [])],
    steps: [...new Set([...phases, ...steps].map(({ kind }) => kind))],
  };
}

function protocolOf(wanted: string): Protocol {
  const protocol = protocols.find(({ name }) => name === wanted);
  if (!protocol) throw new RangeError(`there is no protocol "${wanted}"`);
  return protocol;
}

function serversOf(script: unknown) {
  return scriptsIn(script).flatMap(({ server }) => server ?? []);
}

function toScript(value: unknown): Script {
  if (isScript(value)) return value;
  throw new TypeError('expected an upstream script, made by connections(...)');
}

/** As those are that are written in words, or in a file. */
function toOneScript(value: unknown): UpstreamScript {
  const script = toScript(value);
  if ('connections' in script) return script;
  throw new TypeError('expected the script of one upstream');
}

function isScript(value: unknown): value is Script {
  return whyNotAScript(value) === undefined;
}
