/** Several upstreams in one scenario: each plays a script of its own, on an address of its own. */
import { explainScript, healthy, inFrontOf, type UpstreamScript } from './script.ts';

export interface SeveralUpstreams {
  /** In the order of the targets that a client is given. Never empty. */
  upstreams: readonly UpstreamScript[];
}

/** What a scenario's upstream plays. */
export type Script = UpstreamScript | SeveralUpstreams;

/** Upstreams that play at the same time. A gate of one name is one gate for all. Throws a TypeError. */
export function several(...upstreams: UpstreamScript[]): SeveralUpstreams {
  if (upstreams.length === 0) {
    throw new TypeError('several: expected a script, made by connections(...), for each upstream');
  }
  return { upstreams };
}

/**
 * A DNS server as real ones are: over UDP, and over TCP on the port of the same number. Throws a
 * TypeError for scripts in front of a real server, which go over TCP only.
 */
export function alsoOverTcp(overUdp: UpstreamScript, overTcp: UpstreamScript): UpstreamScript {
  if (overUdp.server ?? overTcp.server) {
    throw new TypeError('alsoOverTcp: a script in front of a real server goes over TCP only');
  }
  if (overUdp.overTcp ?? overTcp.overTcp) {
    throw new TypeError('alsoOverTcp: one of the scripts is for UDP and TCP itself');
  }
  return { ...overUdp, overTcp };
}

/** What is played on one port of one transport. */
export interface Part {
  script: UpstreamScript;
  /** `upstream 2 over TCP`; undefined where there is no other part. */
  name: string | undefined;
  /** Over TCP, on the port of the part before it. */
  isBesideUdp: boolean;
}

export function partsOf(script: Script): Part[] {
  const upstreams = upstreamsOf(script);
  return upstreams.flatMap(({ overTcp, ...overUdp }, index): Part[] => {
    const who = upstreams.length === 1 ? 'upstream' : `upstream ${index + 1}`;
    if (!overTcp) {
      const name = upstreams.length === 1 ? undefined : who;
      return [{ script: overUdp, name, isBesideUdp: false }];
    }
    return [
      { script: overUdp, name: `${who} over UDP`, isBesideUdp: false },
      { script: overTcp, name: `${who} over TCP`, isBesideUdp: true },
    ];
  });
}

function upstreamsOf(script: Script): readonly UpstreamScript[] {
  return 'upstreams' in script ? script.upstreams : [script];
}

/** The same upstreams without their faults. */
export function withoutFaults(script: Script): Script {
  const upstreams = upstreamsOf(script).map(({ server, overTcp }): UpstreamScript => {
    if (server) return inFrontOf(server, healthy());
    return overTcp ? alsoOverTcp(healthy(), healthy()) : healthy();
  });
  const [only] = upstreams;
  return only && !('upstreams' in script) ? only : { upstreams };
}

/** A line for each connection and each phase of a listener, which says of which upstream it is. */
export function explainParts(script: Script): string[] {
  return partsOf(script).flatMap(({ name, script: own }) =>
    explainScript(own).map((line) => (name === undefined ? line : `${name}, ${line}`)),
  );
}

/** Why this is not a script, or undefined when it is one. */
export function whyNotAScript(value: unknown): string | undefined {
  if (typeof value === 'object' && value !== null && 'upstreams' in value) {
    const { upstreams, ...others } = value;
    if (Object.keys(others).length > 0) {
      return 'its upstream is wrapped around several(...); wrap each of the scripts in it instead';
    }
    if (Array.isArray(upstreams) && upstreams.length > 0 && upstreams.every(isOne))
      return undefined;
  } else if (isOne(value)) return undefined;
  return 'its upstream is not a script; write `upstream: connections([...])`';
}

function isOne(value: unknown): value is UpstreamScript {
  if (typeof value !== 'object' || value === null || !('connections' in value)) return false;
  const { connections } = value;
  if ('overTcp' in value && !isOne(value.overTcp)) return false;
  return Array.isArray(connections) && connections.length > 0 && connections.every(Array.isArray);
}
